import { describe, expect, it } from 'vitest';
import {
  decodeIpv6hdr,
  ETH_HLEN,
  encodeIpv6hdr,
  IPPROTO_HOPOPTS,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
} from '../../lib/index.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeIpv6hdr, encode: encodeIpv6hdr };
const right = { nexthdr: IPPROTO_UDP, daddr: '2001:db8::2' };
const header = (name: keyof typeof packets): Uint8Array =>
  packets[name].subarray(ETH_HLEN, ETH_HLEN + 40);

describe('struct ipv6hdr', () => {
  it('is what tcpdump says of packets', () => {
    expectHeader(codec, header('SYN 6'), {
      ...{ version: 6, priority: 0, flow_lbl: 0x7d44b, payload_len: 40 },
      ...{ nexthdr: IPPROTO_TCP, hop_limit: 64, saddr: '2001:db8::1', daddr: '2001:db8::2' },
    });
    expectHeader(codec, header('MLD report'), {
      ...{ version: 6, priority: 0, flow_lbl: 0, payload_len: 36 },
      ...{ nexthdr: IPPROTO_HOPOPTS, hop_limit: 1, saddr: 'fe80::ff:fe00:2', daddr: 'ff02::16' },
    });
  });

  it('has eight bits of class and twenty of label', () => {
    const bytes = fromHex(`6abcdef0 ffff 3a ff ${'11'.repeat(16)} ${'22'.repeat(16)}`);
    expectHeader(codec, bytes, {
      ...{ version: 6, priority: 0xab, flow_lbl: 0xcdef0, payload_len: 65535 },
      ...{ nexthdr: IPPROTO_ICMPV6, hop_limit: 255 },
      saddr: '1111:1111:1111:1111:1111:1111:1111:1111',
      daddr: '2222:2222:2222:2222:2222:2222:2222:2222',
    });
  });

  it('has defaults that make a header', () => {
    expect(encodeIpv6hdr(right)).toEqual(
      fromHex(`60000000 0000 11 40 ${'00'.repeat(16)} 20010db8${'00'.repeat(11)}02`),
    );
  });

  it('is none of another version', () => {
    const bytes = header('SYN 6').slice();
    for (let version = 0; version < 16; version++) {
      bytes[0] = version << 4;
      expect(decodeIpv6hdr(bytes) !== undefined, `${version}`).toBe(version === 6);
      expect(encodeIpv6hdr({ ...right, version })[0]).toBe(version << 4);
    }
  });

  it('refuses fields that are none', () => {
    const wrong: [object, typeof TypeError | typeof RangeError, string][] = [
      [{ daddr: undefined }, TypeError, 'daddr'],
      [{ daddr: '192.0.2.1' }, RangeError, 'daddr'],
      [{ saddr: 'fe80::1%lo' }, RangeError, 'saddr'],
      [{ nexthdr: undefined }, TypeError, 'nexthdr'],
      [{ nexthdr: 256 }, RangeError, 'nexthdr'],
      [{ version: -1 }, RangeError, 'version'],
      [{ priority: 256 }, RangeError, 'priority'],
      [{ flow_lbl: 2 ** 20 }, RangeError, 'flow_lbl'],
      [{ payload_len: 65536 }, RangeError, 'payload_len'],
      [{ hop_limit: true }, TypeError, 'hop_limit'],
    ];
    for (const [fields, kind, name] of wrong) {
      expectRefused(() => encodeIpv6hdr({ ...right, ...fields }), kind, `header.${name}`);
    }
  });
});
