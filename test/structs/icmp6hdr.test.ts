import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  decodeIcmp6hdr,
  decodeIpv6hdr,
  ETH_HLEN,
  encodeIcmp6hdr,
  ICMPV6_DEST_UNREACH,
  ICMPV6_ECHO_REPLY,
  ICMPV6_ECHO_REQUEST,
  ICMPV6_EXC_HOPLIMIT,
  ICMPV6_PARAMPROB,
  ICMPV6_PKT_TOOBIG,
  ICMPV6_PORT_UNREACH,
  ICMPV6_ROUTER_PREF_HIGH,
  ICMPV6_ROUTER_PREF_LOW,
  ICMPV6_TIME_EXCEED,
  ICMPV6_UNK_NEXTHDR,
  type Icmp6hdr,
  IPPROTO_ICMPV6,
  ND_NEIGHBOR_ADVERT,
  ND_NEIGHBOR_SOLICIT,
  ND_REDIRECT,
  ND_ROUTER_ADVERT,
  ND_ROUTER_SOLICIT,
  transportChecksum,
} from '../../lib/index.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeIcmp6hdr, encode: encodeIcmp6hdr };
const fixed = { code: 0, length: 8 };

/** The ICMPv6 message of a frame without extension headers. */
const message = (name: keyof typeof packets): Uint8Array => packets[name].subarray(ETH_HLEN + 40);

// As tcpdump says of them.
const rows: [name: keyof typeof packets, header: Icmp6hdr][] = [
  [
    'router solicitation',
    { ...fixed, type: ND_ROUTER_SOLICIT, cksum: 0x7b2a, data: new Uint8Array(4) },
  ],
  [
    'router advertisement',
    {
      ...{ type: ND_ROUTER_ADVERT, code: 0, cksum: 0x2db0, length: 16, hop_limit: 17 },
      ...{ managed: 1, other: 1, home_agent: 0, router_pref: ICMPV6_ROUTER_PREF_HIGH },
      ...{ rt_lifetime: 1799, reachable: 12_000, retransmit: 2000 },
    },
  ],
  [
    'neighbour solicitation',
    { type: ND_NEIGHBOR_SOLICIT, code: 0, cksum: 0x1c27, length: 24, target: '2001:db8::2' },
  ],
  [
    'neighbour advertisement',
    {
      ...{ type: ND_NEIGHBOR_ADVERT, code: 0, cksum: 0x0a71, length: 24 },
      ...{ router: 1, solicited: 1, override: 1, target: '2001:db8::2' },
    },
  ],
  [
    'echo 6',
    { ...fixed, type: ICMPV6_ECHO_REQUEST, cksum: 0x1353, identifier: 26983, sequence: 1 },
  ],
  [
    'echo reply 6',
    { ...fixed, type: ICMPV6_ECHO_REPLY, cksum: 0x1253, identifier: 26983, sequence: 1 },
  ],
  [
    'port unreachable 6',
    {
      ...{ ...fixed, type: ICMPV6_DEST_UNREACH, code: ICMPV6_PORT_UNREACH, cksum: 0x6643 },
      data: new Uint8Array(4),
    },
  ],
  [
    'time exceeded 6',
    {
      ...{ ...fixed, type: ICMPV6_TIME_EXCEED, code: ICMPV6_EXC_HOPLIMIT, cksum: 0x83d6 },
      data: new Uint8Array(4),
    },
  ],
  [
    'parameter problem 6',
    { ...fixed, type: ICMPV6_PARAMPROB, code: ICMPV6_UNK_NEXTHDR, cksum: 0x2a6a, pointer: 6 },
  ],
];

describe('struct icmp6hdr', () => {
  it.each(rows)('is what tcpdump says of: %s', (name, header) => {
    expectHeader<Icmp6hdr>(codec, message(name).subarray(0, header.length), header);
  });

  it.each(rows)('has the checksum of: %s', (name, header) => {
    const { saddr = '', daddr = '' } = decodeIpv6hdr(packets[name], ETH_HLEN) ?? {};
    const segment = [
      encodeIcmp6hdr({ ...header, cksum: 0 }),
      message(name).subarray(header.length),
    ];
    expect(transportChecksum(saddr, daddr, IPPROTO_ICMPV6, segment)).toBe(header.cksum);
    expect(transportChecksum(saddr, daddr, IPPROTO_ICMPV6, message(name))).toBe(0);
  });

  it('tells the MTU as RFC 4443 draws it', () => {
    expectHeader<Icmp6hdr>(codec, fromHex('0200 1fe0 00000514'), {
      ...{ ...fixed, type: ICMPV6_PKT_TOOBIG, cksum: 0x1fe0, mtu: 1300 },
    });
  });

  it('tells of a redirect as RFC 4861 draws it', () => {
    const [target, dst] = ['fe80::3', '2001:db8:1::9'];
    const addresses = `fe80${'00'.repeat(13)}03 20010db80001${'00'.repeat(9)}09`;
    expectHeader<Icmp6hdr>(codec, fromHex(`8900 abcd 00000000 ${addresses}`), {
      ...{ type: ND_REDIRECT, code: 0, cksum: 0xabcd, length: 40, target, dst },
    });
  });

  it('has each bit of an advertisement where RFC 4861 and RFC 4191 draw it', () => {
    const bits: [number, object, number][] = [
      [ND_NEIGHBOR_ADVERT, { router: true }, 0x80],
      [ND_NEIGHBOR_ADVERT, { solicited: true }, 0x40],
      [ND_NEIGHBOR_ADVERT, { override: 1 }, 0x20],
    ];
    for (const [type, fields, byte] of bits)
      expect(encodeIcmp6hdr({ type, ...fields })[4]).toBe(byte);
    const router: [object, number][] = [
      [{ managed: true }, 0x80],
      [{ other: true }, 0x40],
      [{ home_agent: true }, 0x20],
      [{ router_pref: ICMPV6_ROUTER_PREF_LOW }, 0x18],
      [{ router_pref: ICMPV6_ROUTER_PREF_HIGH }, 0x08],
    ];
    for (const [fields, byte] of router) {
      expect(encodeIcmp6hdr({ type: ND_ROUTER_ADVERT, ...fields })[5]).toBe(byte);
    }
  });

  it('has what is not known as bytes', () => {
    const unnamed = { ...fixed, type: 255, cksum: 0, data: fromHex('ffffffff') };
    expectHeader(codec as never, fromHex('ff00 0000 ffffffff'), unnamed);
  });

  it('is zero where nothing is told, as long as its type', () => {
    const sizes: [number, number][] = [
      [ICMPV6_ECHO_REQUEST, 8],
      [ND_ROUTER_SOLICIT, 8],
      [ND_ROUTER_ADVERT, 16],
      [ND_NEIGHBOR_SOLICIT, 24],
      [ND_NEIGHBOR_ADVERT, 24],
      [ND_REDIRECT, 40],
      [7, 8],
    ];
    for (const [type, size] of sizes) {
      const bytes = new Uint8Array(size);
      bytes[0] = type;
      expect(encodeIcmp6hdr({ type })).toEqual(bytes);
    }
  });

  it('refuses fields that are none', () => {
    const wrong: [object, typeof TypeError | typeof RangeError, string][] = [
      [{}, TypeError, 'type'],
      [{ type: 256 }, RangeError, 'type'],
      [{ type: 128, code: 256 }, RangeError, 'code'],
      [{ type: 128, cksum: -1 }, RangeError, 'cksum'],
      [{ type: 128, identifier: 65536 }, RangeError, 'identifier'],
      [{ type: 2, mtu: 2 ** 32 }, RangeError, 'mtu'],
      [{ type: 4, pointer: 1n }, TypeError, 'pointer'],
      [{ type: 134, router_pref: 4 }, RangeError, 'router_pref'],
      [{ type: 134, managed: 'x' }, TypeError, 'managed'],
      [{ type: 134, rt_lifetime: 65536 }, RangeError, 'rt_lifetime'],
      [{ type: 135, target: '192.0.2.1' }, RangeError, 'target'],
      [{ type: 136, router: 2 }, RangeError, 'router'],
      [{ type: 137, dst: 1 }, TypeError, 'dst'],
      [{ type: 1, data: new Uint8Array(0) }, RangeError, 'data'],
    ];
    for (const [header, kind, name] of wrong) {
      expectRefused(() => encodeIcmp6hdr(header as never), kind, `header.${name}`);
    }
  });

  it('has types that are narrowed by its type', () => {
    const header = decodeIcmp6hdr(message('neighbour solicitation'));
    if (header?.type !== ND_NEIGHBOR_SOLICIT) throw new Error('another type');
    expectTypeOf(header.target).toEqualTypeOf<string>();
    expectTypeOf(header.mtu).toEqualTypeOf<undefined>();
    expect(header.target).toBe('2001:db8::2');
  });
});
