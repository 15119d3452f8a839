import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { decodeSigset, encodeSigset, sigsetBytes } from '../../lib/structs/sigset.js';
import { runProgram, target } from '../support/cc.js';
import { expectRefused } from '../support/sockets.js';

describe('a set of signals', () => {
  it('has each signal for itself', () => {
    for (let signal = 1; signal <= 64; signal++) {
      const bytes = encodeSigset([signal]);
      expect(new BigUint64Array(bytes.slice().buffer)[0]).toBe(1n << BigInt(signal - 1));
      expect(decodeSigset(bytes)).toEqual([signal]);
    }
  });

  it('has no order, and nothing twice', () => {
    expect(decodeSigset(encodeSigset([64, 1, 12, 1]))).toEqual([1, 12, 64]);
    expect(encodeSigset([])).toEqual(new Uint8Array(8));
  });

  it.runIf(target !== undefined)('has the bytes that C has', async () => {
    const { SIGINT, SIGUSR1, SIGTERM, SIGSYS } = constants.signals;
    const hex = await runProgram(`#include <signal.h>
#include <stdio.h>
int main(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT), sigaddset(&set, SIGUSR1), sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGSYS), sigaddset(&set, 64);
  for (int i = 0; i < 8; i++) printf("%02x", ((unsigned char *)&set)[i]);
}
`);
    const bytes = encodeSigset([SIGINT, SIGUSR1, SIGTERM, SIGSYS, 64]);
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
  });

  it('may be its bytes, and NULL', () => {
    const bytes = new Uint8Array(8);
    expect(sigsetBytes(bytes, 'mask')).toBe(bytes);
    expect(sigsetBytes(null, 'mask')).toBe(null);
    expect(decodeSigset(Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0x80, 0xff))).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8],
      64,
    ]);
  });

  it.each([0, 65, -1, 1.5, Number.NaN])('has no signal %s', (signal) => {
    expectRefused(() => encodeSigset([2, signal]), RangeError, 'signals[1]');
  });

  it('takes nothing else', () => {
    expectRefused(() => encodeSigset(['SIGINT'] as never), TypeError, 'signals[0]');
    expectRefused(() => encodeSigset(new Set([2]) as never), TypeError, 'signals');
    expectRefused(() => encodeSigset(null as never), TypeError, 'signals');
    expectRefused(() => encodeSigset(new Array(1)), TypeError, 'signals[0]');
    expectRefused(() => sigsetBytes(2 as never, 'sigmask'), TypeError, 'sigmask');
    expectRefused(() => decodeSigset(new Uint8Array(7)), RangeError, 'bytes');
    expectRefused(() => decodeSigset([2] as never), TypeError, 'bytes');
  });
});
