import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  checksum,
  decodeIcmphdr,
  decodeIphdr,
  ETH_HLEN,
  encodeIcmphdr,
  ICMP_ADDRESS,
  ICMP_DEST_UNREACH,
  ICMP_ECHO,
  ICMP_ECHOREPLY,
  ICMP_EXC_TTL,
  ICMP_EXT_ECHO,
  ICMP_FRAG_NEEDED,
  ICMP_NET_UNREACH,
  ICMP_PARAMETERPROB,
  ICMP_PORT_UNREACH,
  ICMP_REDIR_HOST,
  ICMP_REDIRECT,
  ICMP_TIME_EXCEEDED,
  ICMP_TIMESTAMP,
  ICMP_TIMESTAMPREPLY,
  type Icmphdr,
} from '../../lib/index.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeIcmphdr, encode: encodeIcmphdr };

/** The ICMP message of a frame, whole. */
function message(name: keyof typeof packets): Uint8Array {
  return packets[name].subarray(ETH_HLEN + (decodeIphdr(packets[name], ETH_HLEN)?.length ?? 0));
}

const fixed = { code: 0, length: 8 };

// As tcpdump says of them.
const rows: [name: keyof typeof packets, header: Icmphdr][] = [
  ['echo', { ...fixed, type: ICMP_ECHO, checksum: 0xf554, id: 26980, sequence: 1 }],
  ['echo reply', { ...fixed, type: ICMP_ECHOREPLY, checksum: 0xfd54, id: 26980, sequence: 1 }],
  [
    'port unreachable',
    {
      ...{ ...fixed, type: ICMP_DEST_UNREACH, code: ICMP_PORT_UNREACH, checksum: 0x8125 },
      ...{ quoted_words: 0, mtu: 0 },
    },
  ],
  [
    'network unreachable',
    {
      ...{ ...fixed, type: ICMP_DEST_UNREACH, code: ICMP_NET_UNREACH, checksum: 0xea20 },
      ...{ quoted_words: 0, mtu: 0 },
    },
  ],
  [
    'fragmentation needed',
    {
      ...{ ...fixed, type: ICMP_DEST_UNREACH, code: ICMP_FRAG_NEEDED, checksum: 0xe967 },
      ...{ quoted_words: 0, mtu: 100 },
    },
  ],
  [
    'time exceeded',
    { ...fixed, type: ICMP_TIME_EXCEEDED, code: ICMP_EXC_TTL, checksum: 0xe160, quoted_words: 0 },
  ],
  [
    'redirect',
    {
      ...{ ...fixed, type: ICMP_REDIRECT, code: ICMP_REDIR_HOST, checksum: 0x255b },
      gateway: '192.0.2.3',
    },
  ],
  [
    'parameter problem',
    { ...fixed, type: ICMP_PARAMETERPROB, checksum: 0xdde5, pointer: 22, quoted_words: 0 },
  ],
  [
    'timestamp reply',
    {
      ...{ type: ICMP_TIMESTAMPREPLY, code: 0, checksum: 0x175f, length: 20 },
      ...{ id: 4660, sequence: 7, otime: 41_100_000, rtime: 45_371_093, ttime: 45_371_093 },
    },
  ],
];

describe('struct icmphdr', () => {
  it.each(rows)('is what tcpdump says of: %s', (name, header) => {
    expectHeader<Icmphdr>(codec, message(name).subarray(0, header.length), header);
  });

  it.each(rows)('has the checksum of: %s', (name, header) => {
    const payload = message(name).subarray(header.length);
    expect(checksum(message(name))).toBe(0);
    const bytes = encodeIcmphdr({ ...header, checksum: 0 });
    expect(checksum([bytes, payload])).toBe(header.checksum);
  });

  it('tells how much is quoted before extensions, as RFC 4884 has it', () => {
    expectHeader<Icmphdr>(codec, fromHex('0304 0000 0020 05dc'), {
      ...{ ...fixed, type: ICMP_DEST_UNREACH, code: 4, checksum: 0, quoted_words: 32, mtu: 1500 },
    });
    expectHeader<Icmphdr>(codec, fromHex('0b00 0000 0020 0000'), {
      ...{ ...fixed, type: ICMP_TIME_EXCEEDED, checksum: 0, quoted_words: 32 },
    });
    expectHeader<Icmphdr>(codec, fromHex('0c00 0000 1420 0000'), {
      ...{ ...fixed, type: ICMP_PARAMETERPROB, checksum: 0, pointer: 20, quoted_words: 32 },
    });
  });

  it('has what is not known as bytes', () => {
    expectHeader<Icmphdr>(codec, fromHex('2a00 1234 00010203'), {
      ...{ ...fixed, type: ICMP_EXT_ECHO, checksum: 0x1234, data: fromHex('00010203') },
    });
    const unnamed = { ...fixed, type: 255, checksum: 0, data: fromHex('ffffffff') };
    expectHeader(codec as never, fromHex('ff00 0000 ffffffff'), unnamed);
  });

  it('is zero where nothing is told', () => {
    for (const type of [ICMP_ECHO, ICMP_DEST_UNREACH, ICMP_REDIRECT, ICMP_ADDRESS, 200]) {
      expect(encodeIcmphdr({ type })).toEqual(Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0));
    }
    expect(encodeIcmphdr({ type: ICMP_TIMESTAMP })).toEqual(fromHex(`0d${'00'.repeat(19)}`));
  });

  it('takes the bytes of any type', () => {
    const data = fromHex('01020304');
    expect(encodeIcmphdr({ type: ICMP_ECHO, data })).toEqual(fromHex('0800 0000 01020304'));
  });

  it('refuses fields that are none', () => {
    const wrong: [object, typeof TypeError | typeof RangeError, string][] = [
      [{}, TypeError, 'type'],
      [{ type: 256 }, RangeError, 'type'],
      [{ type: 8, code: -1 }, RangeError, 'code'],
      [{ type: 8, checksum: 65536 }, RangeError, 'checksum'],
      [{ type: 8, id: 65536 }, RangeError, 'id'],
      [{ type: 8, sequence: '1' }, TypeError, 'sequence'],
      [{ type: 3, mtu: 65536 }, RangeError, 'mtu'],
      [{ type: 3, quoted_words: 256 }, RangeError, 'quoted_words'],
      [{ type: 5, gateway: '::1' }, RangeError, 'gateway'],
      [{ type: 12, pointer: 256 }, RangeError, 'pointer'],
      [{ type: 13, ttime: 2 ** 32 }, RangeError, 'ttime'],
      [{ type: 42, data: new Uint8Array(5) }, RangeError, 'data'],
      [{ type: 42, data: new Uint8Array(3) }, RangeError, 'data'],
      [{ type: 42, data: 'data' }, TypeError, 'data'],
    ];
    for (const [header, kind, name] of wrong) {
      expectRefused(() => encodeIcmphdr(header as never), kind, `header.${name}`);
    }
  });

  it('has types that are narrowed by its type', () => {
    const header = decodeIcmphdr(message('echo'));
    if (header?.type !== ICMP_ECHO) throw new Error('another type');
    expectTypeOf(header.id).toEqualTypeOf<number>();
    expectTypeOf(header.mtu).toEqualTypeOf<undefined>();
    expect(header.id).toBe(26980);
  });
});
