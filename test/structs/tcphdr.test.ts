import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  decodeTcphdr,
  encodeTcphdr,
  TCPOPT_EOL,
  TCPOPT_MAXSEG,
  TCPOPT_NOP,
  TCPOPT_SACK,
  TCPOPT_SACK_PERMITTED,
  TCPOPT_TIMESTAMP,
  TCPOPT_WINDOW,
  type Tcphdr,
  TH_ACK,
  TH_FIN,
  TH_PUSH,
  TH_RST,
  TH_SYN,
  TH_URG,
} from '../../lib/index.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeTcphdr, encode: encodeTcphdr };
const none = new Uint8Array(0);
const NOP = { kind: TCPOPT_NOP } as const;

/** Flags that are not set, and the fields that mostly are zero. */
const unset = {
  ...{ ae: 0, res1: 0, fin: 0, syn: 0, rst: 0, psh: 0, ack: 0, urg: 0, ece: 0, cwr: 0 },
  ...{ urg_ptr: 0, rest: none },
};

const header = (name: keyof typeof packets, length: number): Uint8Array =>
  packets[name].subarray(34, 34 + length);

describe('struct tcphdr', () => {
  it('is what tcpdump says of a SYN', () => {
    expectHeader<Tcphdr>(codec, header('SYN', 40), {
      ...{ ...unset, source: 47430, dest: 8500, seq: 2515554094, ack_seq: 0, doff: 10, syn: 1 },
      ...{ window: 64240, check: 0xd39a, length: 40 },
      options: [
        { kind: TCPOPT_MAXSEG, mss: 1460 },
        { kind: TCPOPT_SACK_PERMITTED },
        { kind: TCPOPT_TIMESTAMP, tsval: 2370807940, tsecr: 0 },
        NOP,
        { kind: TCPOPT_WINDOW, shift: 10 },
      ],
    });
  });

  it('is what tcpdump says of an acknowledgement of what came out of order', () => {
    expectHeader<Tcphdr>(codec, header('SACK', 44), {
      ...{ ...unset, source: 8500, dest: 47430, seq: 2543312309, ack_seq: 2515554100 },
      ...{ doff: 11, ack: 1, window: 64, check: 0xa95c, length: 44 },
      options: [
        ...[NOP, NOP],
        { kind: TCPOPT_TIMESTAMP, tsval: 3446869945, tsecr: 2370807941 },
        ...[NOP, NOP],
        { kind: TCPOPT_SACK, blocks: [{ start_seq: 2515554200, end_seq: 2515554205 }] },
      ],
    });
  });

  it('is what tcpdump says of urgent data', () => {
    const urgent = decodeTcphdr(header('urgent', 32));
    expect(urgent).toMatchObject({ psh: 1, ack: 1, urg: 1, urg_ptr: 1, seq: 2515554100 });
  });

  it('is what tcpdump says of a reset', () => {
    expectHeader<Tcphdr>(codec, header('RST', 20), {
      ...{ ...unset, source: 8509, dest: 44092, seq: 0, ack_seq: 1081600609, doff: 5 },
      ...{ rst: 1, ack: 1, window: 0, check: 0x337a, options: [], length: 20 },
    });
  });

  it('is what tcpdump says of a SYN that asks for ECN', () => {
    expect(decodeTcphdr(header('SYN with ECN', 40))).toMatchObject({
      syn: 1,
      ece: 1,
      cwr: 1,
      ae: 0,
    });
  });

  it('has its flags where RFC 9293 and the TH_* of netinet/tcp.h have them', () => {
    const [source, dest] = [1, 2];
    const flags: [string, number][] = [
      ...([
        ['fin', TH_FIN],
        ['syn', TH_SYN],
        ['rst', TH_RST],
        ['psh', TH_PUSH],
        ['ack', TH_ACK],
        ['urg', TH_URG],
      ] as [string, number][]),
      ['ece', 0x40],
      ['cwr', 0x80],
      ['ae', 0x100],
    ];
    for (const [name, bit] of flags) {
      for (const value of [1, true]) {
        const bytes = encodeTcphdr({ source, dest, [name]: value });
        expect((((bytes[12] ?? 0) & 15) << 8) | (bytes[13] ?? 0), name).toBe(bit);
        expect(decodeTcphdr(bytes)).toMatchObject({ ...unset, [name]: 1 });
      }
      expect(encodeTcphdr({ source, dest, [name]: false })).toEqual(encodeTcphdr({ source, dest }));
    }
    expect(encodeTcphdr({ source, dest, res1: 7 })[12]).toBe(0x5e);
  });

  it('has defaults that make a header', () => {
    const bytes = encodeTcphdr({ source: 1, dest: 2 });
    expect(bytes).toEqual(fromHex('0001 0002 00000000 00000000 5000 ffff 0000 0000'));
  });

  it('grows with its options, up to words of zeros, which end them', () => {
    const mss = { kind: TCPOPT_MAXSEG, mss: 536 } as const;
    const bytes = encodeTcphdr({ source: 1, dest: 2, options: [mss, NOP] });
    expect(bytes.subarray(20)).toEqual(fromHex('02040218 01 000000'));
    expect(decodeTcphdr(bytes)).toMatchObject({
      ...{ doff: 7, length: 28, options: [mss, NOP, { kind: TCPOPT_EOL }], rest: fromHex('0000') },
    });
  });

  it('is written with the length it is told, be it wrong', () => {
    expect(encodeTcphdr({ source: 1, dest: 2, doff: 15 })).toHaveLength(20);
    expect(encodeTcphdr({ source: 1, dest: 2, doff: 15 })[12]).toBe(0xf0);
  });

  it('is none of less than 20 bytes, or more than there are', () => {
    const bytes = header('SYN', 40).slice();
    for (let doff = 0; doff < 16; doff++) {
      bytes[12] = doff << 4;
      const decoded = decodeTcphdr(bytes);
      expect(decoded?.length, `${doff}`).toBe(doff >= 5 && doff <= 10 ? 4 * doff : undefined);
    }
  });

  it('refuses fields that are none', () => {
    const wrong: [object, typeof TypeError | typeof RangeError, string][] = [
      [{ source: undefined }, TypeError, 'source'],
      [{ dest: 65536 }, RangeError, 'dest'],
      [{ seq: 2 ** 32 }, RangeError, 'seq'],
      [{ seq: 1n }, TypeError, 'seq'],
      [{ ack_seq: -1 }, RangeError, 'ack_seq'],
      [{ ae: 2 }, RangeError, 'ae'],
      [{ res1: 8 }, RangeError, 'res1'],
      [{ doff: 16 }, RangeError, 'doff'],
      [{ syn: 'yes' }, TypeError, 'syn'],
      [{ fin: null }, TypeError, 'fin'],
      [{ window: 65536 }, RangeError, 'window'],
      [{ check: -1 }, RangeError, 'check'],
      [{ urg_ptr: 0.1 }, RangeError, 'urg_ptr'],
      [{ options: 'x' }, TypeError, 'options'],
      [{ options: [1] }, TypeError, 'options[0]'],
      [{ options: new Array(2) }, TypeError, 'options[0]'],
      [{ rest: new Uint8Array(41) }, RangeError, 'rest'],
      [{ rest: new Uint8Array(40), options: [NOP] }, RangeError, 'options'],
    ];
    for (const [fields, kind, name] of wrong) {
      const header = { source: 1, dest: 2, ...fields };
      expectRefused(() => encodeTcphdr(header), kind, `header.${name}`);
    }
  });

  it('has types that say what an option has', () => {
    const { options = [] } = decodeTcphdr(header('SYN', 40)) ?? {};
    const mss = options.find(({ kind }) => kind === TCPOPT_MAXSEG)?.mss;
    expectTypeOf(mss).toEqualTypeOf<number | undefined>();
    expect(mss).toBe(1460);
    for (const option of options) {
      if (option.kind === TCPOPT_TIMESTAMP && option.data === undefined) {
        expectTypeOf(option.tsval).toEqualTypeOf<number>();
      }
    }
  });
});
