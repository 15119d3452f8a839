import { describe, expect, it } from 'vitest';
import {
  ICMP6_FILTER_SETBLOCK,
  ICMP6_FILTER_SETBLOCKALL,
  ICMP6_FILTER_SETPASS,
  ICMP6_FILTER_SETPASSALL,
  ICMP6_FILTER_WILLBLOCK,
  ICMP6_FILTER_WILLPASS,
  type Icmp6Filter,
} from '../../lib/index.js';
import { runProgram, target } from '../support/cc.js';
import { expectRefused } from '../support/sockets.js';

/** Types at the edges of the words, and those of echo and of neighbours. */
const types = [0, 1, 31, 32, 63, 64, 128, 129, 133, 137, 191, 224, 254, 255];

/** What netinet/icmp6.h makes of a filter after some statements: its words, in hexadecimal. */
async function filterOf(statements: string): Promise<string> {
  return runProgram(`#include <netinet/icmp6.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  struct icmp6_filter f;
  memset(&f, 0x5a, sizeof f);
  ${statements}
  for (int i = 0; i < 8; i++) printf("%08x ", f.icmp6_filt[i]);
  for (int type = 0; type < 256; type++)
    printf("%d", ICMP6_FILTER_WILLPASS(type, &f) && !ICMP6_FILTER_WILLBLOCK(type, &f));
}
`);
}

function told(filter: Icmp6Filter): string {
  const words = [...filter].map((word) => word.toString(16).padStart(8, '0'));
  const passes = Array.from({ length: 256 }, (_, type) => {
    const isPassed = ICMP6_FILTER_WILLPASS(type, filter);
    return Number(isPassed && !ICMP6_FILTER_WILLBLOCK(type, filter));
  });
  return `${words.join(' ')} ${passes.join('')}`;
}

const some = (): Icmp6Filter => new Uint32Array(8).fill(0x5a5a5a5a);

describe('the macros of RFC 3542', () => {
  it.runIf(target !== undefined)('do what those of the C library do', async () => {
    const each = (macro: string): string => {
      return types.map((type) => `ICMP6_FILTER_${macro}(${type}, &f);`).join(' ');
    };
    const all = (macro: typeof ICMP6_FILTER_SETPASS) => (filter: Icmp6Filter) => {
      for (const type of types) macro(type, filter);
    };
    const cases: [string, (filter: Icmp6Filter) => void][] = [
      ['', () => {}],
      ['ICMP6_FILTER_SETPASSALL(&f)', ICMP6_FILTER_SETPASSALL],
      ['ICMP6_FILTER_SETBLOCKALL(&f)', ICMP6_FILTER_SETBLOCKALL],
      [each('SETPASS'), all(ICMP6_FILTER_SETPASS)],
      [each('SETBLOCK'), all(ICMP6_FILTER_SETBLOCK)],
    ];
    for (const [statements, change] of cases) {
      const filter = some();
      change(filter);
      expect(told(filter), statements).toBe(await filterOf(statements));
    }
  });

  it('name the type and the filter', () => {
    for (const call of [ICMP6_FILTER_SETPASS, ICMP6_FILTER_SETBLOCK, ICMP6_FILTER_WILLPASS]) {
      expectRefused(() => call(256, some()), RangeError, 'type');
      expectRefused(() => call(-1, some()), RangeError, 'type');
      expectRefused(() => call('echo' as never, some()), TypeError, 'type');
      expectRefused(() => call(1, new Uint32Array(7)), RangeError, 'filterp');
      expectRefused(() => call(1, new Uint8Array(32) as never), TypeError, 'filterp');
    }
    for (const call of [ICMP6_FILTER_SETPASSALL, ICMP6_FILTER_SETBLOCKALL]) {
      expectRefused(() => call(new Uint32Array(9)), RangeError, 'filterp');
      expectRefused(() => call(undefined as never), TypeError, 'filterp');
    }
  });
});
