import { describe, expect, it } from 'vitest';
import {
  decodeIpv6exthdrs,
  decodeIpv6hdr,
  ETH_HLEN,
  encodeIpv6exthdr,
  IP6OPT_PAD1,
  IP6OPT_PADN,
  IP6OPT_ROUTER_ALERT,
  IPPROTO_AH,
  IPPROTO_DSTOPTS,
  IPPROTO_ESP,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ICMPV6,
  IPPROTO_NONE,
  IPPROTO_ROUTING,
  IPPROTO_TCP,
  IPPROTO_UDP,
  type Ipv6exthdrs,
} from '../../lib/index.js';
import { fromHex, join } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const none = new Uint8Array(0);

/** The extension headers of a frame. */
function ofFrame(name: keyof typeof packets): Ipv6exthdrs {
  const packet = packets[name].subarray(ETH_HLEN);
  return decodeIpv6exthdrs(packet, decodeIpv6hdr(packet)?.nexthdr ?? -1, 40);
}

describe('the extension headers of IPv6', () => {
  it('are what tcpdump says of a report of groups', () => {
    expect(ofFrame('MLD report')).toStrictEqual({
      headers: [
        {
          ...{ kind: IPPROTO_HOPOPTS, nexthdr: IPPROTO_ICMPV6, at: 40, length: 8 },
          options: [
            { type: IP6OPT_ROUTER_ALERT, data: Uint8Array.of(0, 0) },
            { type: IP6OPT_PADN, data: none },
          ],
          rest: none,
        },
      ],
      ...{ protocol: IPPROTO_ICMPV6, offset: 48 },
    });
  });

  it('are what tcpdump says of two of them', () => {
    const options = [
      { type: 0x1e, data: Uint8Array.of(1, 2, 3) },
      { type: IP6OPT_PAD1, data: none },
    ];
    expect(ofFrame('extension headers')).toStrictEqual({
      headers: [
        { kind: IPPROTO_HOPOPTS, nexthdr: 60, at: 40, length: 8, options, rest: none },
        { kind: IPPROTO_DSTOPTS, nexthdr: 17, at: 48, length: 8, options, rest: none },
      ],
      ...{ protocol: IPPROTO_UDP, offset: 56 },
    });
  });

  it('are what tcpdump says of the last fragment, whose upper layer began in another', () => {
    expect(ofFrame('last fragment 6')).toStrictEqual({
      headers: [
        {
          ...{ kind: IPPROTO_FRAGMENT, nexthdr: IPPROTO_ICMPV6, at: 40, length: 8 },
          ...{ offset: 1448, more: 0, ident: 0x8d0b0f9d },
        },
      ],
      ...{ protocol: undefined, offset: 48 },
    });
  });

  it('are none in most packets', () => {
    expect(ofFrame('SYN 6')).toStrictEqual({ headers: [], protocol: IPPROTO_TCP, offset: 40 });
  });

  // RFC 8754, RFC 8200 and RFC 4302.
  const segment = '2001 0db8 0000 0000 0000 0000 0000 0009';
  const routing = fromHex(`2c 02 04 01 0000 0000 ${segment}`);
  const fragment = fromHex('33 00 0001 deadbeef');
  const auth = fromHex('3c 04 0000 00000101 00000007 aabbccddeeff001122334455');
  const destination = fromHex('06 00 01 04 00000000');
  const chain = join(routing, fragment, auth, destination);

  it('are read one after another, of all kinds', () => {
    const { headers, protocol, offset } = decodeIpv6exthdrs(chain, IPPROTO_ROUTING);
    expect(headers).toStrictEqual([
      {
        ...{ kind: IPPROTO_ROUTING, nexthdr: IPPROTO_FRAGMENT, at: 0, length: 24 },
        ...{ type: 4, segments_left: 1, data: routing.slice(4) },
      },
      {
        ...{ kind: IPPROTO_FRAGMENT, nexthdr: IPPROTO_AH, at: 24, length: 8 },
        ...{ offset: 0, more: 1, ident: 0xdeadbeef },
      },
      {
        ...{ kind: IPPROTO_AH, nexthdr: IPPROTO_DSTOPTS, at: 32, length: 24 },
        ...{ spi: 0x101, seq_no: 7, auth_data: auth.slice(12) },
      },
      {
        ...{ kind: IPPROTO_DSTOPTS, nexthdr: IPPROTO_TCP, at: 56, length: 8 },
        ...{ options: [{ type: IP6OPT_PADN, data: new Uint8Array(4) }], rest: none },
      },
    ]);
    expect({ protocol, offset }).toEqual({ protocol: IPPROTO_TCP, offset: 64 });
  });

  it('are written as they were read', () => {
    const { headers } = decodeIpv6exthdrs(chain, IPPROTO_ROUTING);
    expect(join(...headers.map(encodeIpv6exthdr))).toEqual(chain);
    for (const name of ['MLD report', 'extension headers', 'last fragment 6'] as const) {
      for (const header of ofFrame(name).headers) {
        const begin = ETH_HLEN + header.at;
        const bytes = packets[name].slice(begin, begin + header.length);
        expect(encodeIpv6exthdr(header)).toEqual(bytes);
      }
    }
  });

  it('end where the bytes do, and then nothing is said of the upper layer', () => {
    const ends = [0, 24, 32, 56, 64];
    for (let length = 0; length <= chain.byteLength; length++) {
      const { headers, protocol, offset } = decodeIpv6exthdrs(
        chain.subarray(0, length),
        IPPROTO_ROUTING,
      );
      const whole = ends.filter((end) => end <= length).length - 1;
      expect(headers, `${length} bytes`).toHaveLength(whole);
      expect(offset, `${length} bytes`).toBe(ends[whole]);
      expect(protocol, `${length} bytes`).toBe(whole === 4 ? IPPROTO_TCP : undefined);
    }
  });

  it('end at what is encrypted, at nothing, and at what is not known', () => {
    for (const next of [IPPROTO_ESP, IPPROTO_NONE, 253, 135]) {
      const bytes = Uint8Array.of(next, 0, 1, 4, 0, 0, 0, 0, 99, 99);
      expect(decodeIpv6exthdrs(bytes, IPPROTO_HOPOPTS)).toMatchObject({
        ...{ protocol: next, offset: 8 },
      });
    }
  });

  it('are not looked for behind the end', () => {
    const nothing = { headers: [], protocol: undefined };
    expect(decodeIpv6exthdrs(chain, IPPROTO_TCP, 65)).toEqual({ ...nothing, offset: 65 });
    expect(decodeIpv6exthdrs(chain, IPPROTO_ROUTING, 65)).toEqual({ ...nothing, offset: 65 });
    expect(decodeIpv6exthdrs(chain, IPPROTO_TCP, 64).protocol).toBe(IPPROTO_TCP);
  });

  it('have an AH of 12 bytes at least', () => {
    const bytes = new Uint8Array(32);
    expect(decodeIpv6exthdrs(bytes, IPPROTO_AH).headers).toEqual([]);
    bytes[1] = 1;
    expect(decodeIpv6exthdrs(bytes.subarray(0, 12), IPPROTO_AH).headers).toMatchObject([
      { length: 12, auth_data: none },
    ]);
  });
});

describe('the options in them', () => {
  const ofBytes = (hex: string): object => {
    const [header] = decodeIpv6exthdrs(fromHex(hex), IPPROTO_DSTOPTS).headers;
    return { options: header?.options, rest: header?.rest };
  };

  it('end at a length that lies, and the rest stays visible', () => {
    expect(ofBytes('3b00 00 05 04 000000')).toEqual({
      options: [{ type: IP6OPT_PAD1, data: none }],
      rest: fromHex('05 04 000000'),
    });
    expect(ofBytes('3b00 05 ff 00000000')).toEqual({ options: [], rest: fromHex('05ff00000000') });
    expect(ofBytes('3b00 05 03 aabbcc 07')).toEqual({
      options: [{ type: 5, data: fromHex('aabbcc') }],
      rest: fromHex('07'),
    });
  });

  it('are written with the padding that is missing', () => {
    const kind = IPPROTO_HOPOPTS;
    const padded = (size: number): Uint8Array => {
      const options = [{ type: 0x1e, data: new Uint8Array(size).fill(9) }];
      return encodeIpv6exthdr({ kind, nexthdr: 59, options });
    };
    expect(padded(4)).toEqual(fromHex('3b00 1e04 09090909'));
    expect(padded(3)).toEqual(fromHex('3b00 1e03 090909 00'));
    expect(padded(2)).toEqual(fromHex('3b00 1e02 0909 0100'));
    expect(padded(0)).toEqual(fromHex('3b00 1e00 0102 0000'));
    expect(padded(5)).toEqual(fromHex('3b01 1e05 0909090909 0105 0000000000'));
    expect(encodeIpv6exthdr({ kind, nexthdr: 59 })).toEqual(fromHex('3b00 0104 00000000'));
  });

  it('are written as the rest was, where they could not be read', () => {
    const bytes = fromHex('3b00 00 05 04 000000');
    const [header] = decodeIpv6exthdrs(bytes, IPPROTO_DSTOPTS).headers;
    expect(header && encodeIpv6exthdr(header)).toEqual(bytes);
  });
});

describe('encodeIpv6exthdr', () => {
  it('refuses what is no extension header', () => {
    const refused = (header: object, kind: typeof TypeError | typeof RangeError, name: string) =>
      expectRefused(() => encodeIpv6exthdr(header as never), kind, `header.${name}`);
    const nexthdr = 59;
    refused({ nexthdr }, TypeError, 'kind');
    refused({ kind: IPPROTO_TCP, nexthdr }, RangeError, 'kind');
    refused({ kind: IPPROTO_HOPOPTS }, TypeError, 'nexthdr');
    refused({ kind: IPPROTO_HOPOPTS, nexthdr, options: {} }, TypeError, 'options');
    refused({ kind: IPPROTO_HOPOPTS, nexthdr, options: [null] }, TypeError, 'options[0]');
    const options = [{ type: 5, data: none }, { type: 256 }];
    refused({ kind: IPPROTO_HOPOPTS, nexthdr, options }, RangeError, 'options[1].type');
    const padded = [{ type: IP6OPT_PAD1, data: new Uint8Array(1) }];
    refused({ kind: IPPROTO_HOPOPTS, nexthdr, options: padded }, RangeError, 'options[0].data');
    const long = new Array(8).fill({ type: 30, data: new Uint8Array(255) });
    refused({ kind: IPPROTO_DSTOPTS, nexthdr, options: long }, RangeError, 'options');
    refused({ kind: IPPROTO_ROUTING, nexthdr }, TypeError, 'type');
    const data = new Uint8Array(2045);
    refused({ kind: IPPROTO_ROUTING, nexthdr, type: 4, data }, RangeError, 'data');
    refused({ kind: IPPROTO_FRAGMENT, nexthdr, offset: 7 }, RangeError, 'offset');
    refused({ kind: IPPROTO_FRAGMENT, nexthdr, more: 2 }, RangeError, 'more');
    refused({ kind: IPPROTO_FRAGMENT, nexthdr, ident: 2 ** 32 }, RangeError, 'ident');
    refused(
      { kind: IPPROTO_AH, nexthdr, auth_data: new Uint8Array(1017) },
      RangeError,
      'auth_data',
    );
  });

  it('writes the longest there are', () => {
    const nexthdr = IPPROTO_NONE;
    const data = new Uint8Array(2044).fill(7);
    const longest = encodeIpv6exthdr({ kind: IPPROTO_ROUTING, nexthdr, type: 4, data });
    expect(decodeIpv6exthdrs(longest, IPPROTO_ROUTING)).toMatchObject({
      ...{ headers: [{ length: 2048, data }], protocol: IPPROTO_NONE, offset: 2048 },
    });
    const auth_data = new Uint8Array(1016).fill(7);
    const signed = encodeIpv6exthdr({ kind: IPPROTO_AH, nexthdr, auth_data });
    expect(decodeIpv6exthdrs(signed, IPPROTO_AH)).toMatchObject({
      ...{ headers: [{ length: 1028, auth_data }], protocol: IPPROTO_NONE, offset: 1028 },
    });
  });
});
