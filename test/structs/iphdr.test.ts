import { describe, expect, it } from 'vitest';
import {
  checksum,
  decodeIphdr,
  ETH_HLEN,
  encodeIphdr,
  IP_DF,
  IP_MF,
  IP_RF,
  IPPROTO_ICMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPTOS_DSCP_EF,
} from '../../lib/index.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeIphdr, encode: encodeIphdr };
const none = new Uint8Array(0);
const ends = { saddr: '192.0.2.1', daddr: '192.0.2.2' };
const right = { protocol: IPPROTO_UDP, daddr: '192.0.2.2' };

const header = (name: keyof typeof packets, length = 20): Uint8Array =>
  packets[name].subarray(ETH_HLEN, ETH_HLEN + length);

describe('struct iphdr', () => {
  it('is what tcpdump says of a packet', () => {
    expectHeader(codec, header('UDP'), {
      ...{ version: 4, ihl: 5, tos: IPTOS_DSCP_EF, tot_len: 39, id: 35461 },
      ...{ flags: IP_DF, offset: 0, ttl: 64, protocol: IPPROTO_UDP, check: 0x2b85 },
      ...{ ...ends, options: none, length: 20 },
    });
  });

  it('is what tcpdump says of the last fragment', () => {
    expectHeader(codec, header('last fragment'), {
      ...{ version: 4, ihl: 5, tos: 0, tot_len: 28, id: 63850, flags: 0, offset: 1480 },
      ...{ ttl: 64, protocol: IPPROTO_ICMP, check: 0xfcb9, ...ends, options: none, length: 20 },
    });
  });

  it('has the options as they are', () => {
    const bytes = header('record route', 60);
    const route = Buffer.alloc(40);
    // NOP, then a record of nine routes, of which one is filled.
    route.write('01072708c0000201', 'hex');
    expectHeader(codec, bytes, {
      ...{ version: 4, ihl: 15, tos: 0, tot_len: 124, id: 63849, flags: IP_DF, offset: 0 },
      ...{ ttl: 64, protocol: IPPROTO_ICMP, check: 0xc902, ...ends },
      ...{ options: new Uint8Array(route), length: 60 },
    });
  });

  it('has defaults that make a header', () => {
    const bytes = encodeIphdr({ protocol: IPPROTO_TCP, daddr: '192.0.2.2' });
    expect(bytes).toEqual(fromHex('45000014 00000000 40060000 00000000 c0000202'));
  });

  it('grows with its options, up to words of zeros', () => {
    for (const [size, words] of [
      [1, 6],
      [4, 6],
      [5, 7],
      [40, 15],
    ] as const) {
      const options = new Uint8Array(size).fill(1);
      const bytes = encodeIphdr({ ...right, options });
      expect(bytes).toHaveLength(4 * words);
      expect(decodeIphdr(bytes)).toMatchObject({ ihl: words, tot_len: 4 * words });
      expect([...bytes.subarray(20 + size)]).toEqual(new Array(4 * words - 20 - size).fill(0));
    }
  });

  it('divides frag_off into flags and bytes', () => {
    for (const [word, flags, offset] of [
      ['2000', IP_MF, 0],
      ['20b9', IP_MF, 1480],
      ['ffff', IP_RF | IP_DF | IP_MF, 65528],
      ['1fff', 0, 65528],
    ] as const) {
      const bytes = encodeIphdr({ ...right, flags, offset });
      expect(Buffer.from(bytes.subarray(6, 8)).toString('hex')).toBe(word);
      expect(decodeIphdr(bytes)).toMatchObject({ flags, offset });
    }
  });

  it('is written with the version and length it is told, be they wrong', () => {
    expect(encodeIphdr({ ...right, version: 5, ihl: 4 })[0]).toBe(0x54);
  });

  it('is none of another version, or of less than 20 bytes', () => {
    const bytes = header('UDP').slice();
    for (let first = 0; first < 256; first++) {
      bytes[0] = first;
      expect(decodeIphdr(bytes) !== undefined, `${first}`).toBe(first === 0x45);
    }
  });

  it('has the checksum of the kernel', () => {
    for (const name of ['UDP', 'SYN', 'port unreachable', 'last fragment'] as const) {
      const decoded = decodeIphdr(header(name));
      expect(checksum(header(name))).toBe(0);
      expect(checksum(encodeIphdr({ ...right, ...decoded, check: 0 }))).toBe(decoded?.check);
    }
  });

  it('refuses fields that are none', () => {
    const wrong: [object, typeof TypeError | typeof RangeError, string][] = [
      [{ daddr: undefined }, TypeError, 'daddr'],
      [{ daddr: '1.2.3' }, RangeError, 'daddr'],
      [{ saddr: '::1' }, RangeError, 'saddr'],
      [{ protocol: undefined }, TypeError, 'protocol'],
      [{ protocol: 256 }, RangeError, 'protocol'],
      [{ version: 16 }, RangeError, 'version'],
      [{ ihl: 16 }, RangeError, 'ihl'],
      [{ tos: -1 }, RangeError, 'tos'],
      [{ tot_len: 65536 }, RangeError, 'tot_len'],
      [{ id: '1' }, TypeError, 'id'],
      [{ id: null }, TypeError, 'id'],
      [{ flags: 1 }, RangeError, 'flags'],
      [{ flags: 0x1_0000 }, RangeError, 'flags'],
      [{ offset: 4 }, RangeError, 'offset'],
      [{ offset: 65536 }, RangeError, 'offset'],
      [{ ttl: 1n }, TypeError, 'ttl'],
      [{ check: 0.5 }, RangeError, 'check'],
      [{ options: new Uint8Array(41) }, RangeError, 'options'],
      [{ options: [1] }, TypeError, 'options'],
    ];
    for (const [fields, kind, name] of wrong) {
      expectRefused(() => encodeIphdr({ ...right, ...fields }), kind, `header.${name}`);
    }
  });
});
