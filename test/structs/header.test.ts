/** What all codecs of packet headers have in common. */
import { describe, expect, it } from 'vitest';
import {
  decodeArphdr,
  decodeEthhdr,
  decodeIcmp6hdr,
  decodeIcmphdr,
  decodeIphdr,
  decodeIpv6exthdrs,
  decodeIpv6hdr,
  decodeTcphdr,
  decodeUdphdr,
  ETH_HLEN,
  encodeIphdr,
  encodeTcphdr,
  encodeUdphdr,
  IPPROTO_HOPOPTS,
  IPPROTO_UDP,
  TCPOPT_MAXSEG,
} from '../../lib/index.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

type Decode = (bytes: never, offset?: number) => object | undefined;

const decoders: [name: string, decode: Decode, frame: Uint8Array, at: number][] = [
  ['decodeEthhdr', decodeEthhdr, packets.UDP, 0],
  ['decodeArphdr', decodeArphdr, packets['ARP reply'], ETH_HLEN],
  ['decodeIphdr', decodeIphdr, packets['record route'], ETH_HLEN],
  ['decodeIpv6hdr', decodeIpv6hdr, packets['SYN 6'], ETH_HLEN],
  ['decodeTcphdr', decodeTcphdr, packets.cookie, 34],
  ['decodeUdphdr', decodeUdphdr, packets.UDP, 34],
  ['decodeIcmphdr', decodeIcmphdr, packets.redirect, 34],
  ['decodeIcmp6hdr', decodeIcmp6hdr, packets['neighbour advertisement'], 54],
  [
    'decodeIpv6exthdrs',
    (bytes, offset) => decodeIpv6exthdrs(bytes, IPPROTO_HOPOPTS, offset),
    packets['MLD report'],
    54,
  ],
];

describe.each(decoders)('%s', (_, decode, frame, at) => {
  it('reads any memory', () => {
    const expected = decode(frame as never, at);
    expect(expected).toBeTypeOf('object');
    const copy = frame.slice();
    const shared = new Uint8Array(new SharedArrayBuffer(frame.byteLength));
    shared.set(frame);
    const views = [
      Buffer.from(frame),
      copy.buffer,
      new DataView(copy.buffer),
      shared,
      shared.buffer,
    ];
    for (const view of views) expect(decode(view as never, at)).toStrictEqual(expected);
  });

  it('gives bytes of its own', () => {
    const bytes = frame.slice();
    const decoded = decode(bytes as never, at);
    const before = structuredClone(decoded);
    bytes.fill(0);
    expect(decoded).toStrictEqual(before);
  });

  it('refuses what is no memory or no offset', () => {
    expectRefused(() => decode('x' as never), TypeError, 'bytes');
    expectRefused(() => decode(frame as never, -1), RangeError, 'offset');
    expectRefused(() => decode(frame as never, 0.5), RangeError, 'offset');
    expectRefused(() => decode(frame as never, '0' as never), TypeError, 'offset');
  });
});

describe('the fields of a header to be encoded', () => {
  it('are left out when they are undefined, but not when they are null', () => {
    const right = { source: 1, dest: 2 };
    expect(encodeUdphdr({ ...right, len: undefined } as never)).toEqual(encodeUdphdr(right));
    const wrong = { ...right, len: null } as never;
    expectRefused(() => encodeUdphdr(wrong), TypeError, 'header.len');
  });

  it('are not changed', () => {
    const options = Object.freeze([Object.freeze({ kind: TCPOPT_MAXSEG, mss: 1 })]);
    const header = Object.freeze({ source: 1, dest: 2, options });
    expect(encodeTcphdr(header as never)).toHaveLength(24);
  });

  it('may stand in a list that has no hole and is no Proxy', () => {
    const options = [{ kind: TCPOPT_MAXSEG, mss: 1 }];
    const refused = (value: unknown, name: string): void =>
      expectRefused(
        () => encodeTcphdr({ source: 1, dest: 2, options: value as never }),
        TypeError,
        name,
      );
    refused(new Proxy(options, {}), 'header.options');
    refused(new Set(options), 'header.options');
    refused({ 0: options[0], length: 1 }, 'header.options');
    // The first hole is enough: four thousand million more are not looked at.
    refused(new Array(2 ** 32 - 1), 'header.options[0]');
  });

  it('refuse bytes whose memory is gone', () => {
    const options = new Uint8Array(4);
    structuredClone(options, { transfer: [options.buffer] });
    const header = { protocol: IPPROTO_UDP, daddr: '192.0.2.1', options };
    expectRefused(() => encodeIphdr(header), TypeError, 'header.options');
  });
});
