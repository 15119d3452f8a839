import { describe, expect, it } from 'vitest';
import { decodeUdphdr, encodeUdphdr } from '../../lib/index.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeUdphdr, encode: encodeUdphdr };

describe('struct udphdr', () => {
  it('is what tcpdump says of a datagram', () => {
    const header = { source: 48353, dest: 8509, len: 19, check: 0xdd59 };
    expectHeader(codec, packets.UDP.subarray(34, 42), header);
  });

  it('has 16 bits in each of its fields', () => {
    const bytes = fromHex('ffff 0001 8000 7fff');
    expectHeader(codec, bytes, { source: 65535, dest: 1, len: 32768, check: 32767 });
  });

  it('has its own length and no checksum when they are left out', () => {
    expect(encodeUdphdr({ source: 1, dest: 2 })).toEqual(fromHex('0001 0002 0008 0000'));
  });

  it('refuses fields that are none', () => {
    const right = { source: 1, dest: 2 };
    for (const name of ['source', 'dest', 'len', 'check']) {
      for (const value of [-1, 65536, 0.5, Number.NaN]) {
        const wrong = { ...right, [name]: value };
        expectRefused(() => encodeUdphdr(wrong), RangeError, `header.${name}`);
      }
      const wrong = { ...right, [name]: '1' };
      expectRefused(() => encodeUdphdr(wrong), TypeError, `header.${name}`);
    }
    expectRefused(() => encodeUdphdr({ source: 1 } as never), TypeError, 'header.dest');
    expectRefused(() => encodeUdphdr({ dest: 1 } as never), TypeError, 'header.source');
    expectRefused(() => encodeUdphdr(null as never), TypeError, 'header');
  });
});
