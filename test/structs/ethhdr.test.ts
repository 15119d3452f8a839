import { describe, expect, it } from 'vitest';
import {
  decodeEthhdr,
  ETH_HLEN,
  ETH_P_ARP,
  ETH_P_IPV6,
  type Ethhdr,
  encodeEthhdr,
} from '../../lib/index.js';
import { python } from '../support/child.js';
import { expectHeader, fromHex } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const codec = { decode: decodeEthhdr, encode: encodeEthhdr };

describe('struct ethhdr', () => {
  it('is what tcpdump says of frames', () => {
    expectHeader(codec, packets['ARP request'].subarray(0, ETH_HLEN), {
      dest: 'ff:ff:ff:ff:ff:ff',
      source: '02:00:00:00:00:01',
      proto: ETH_P_ARP,
    });
    expectHeader(codec, packets['neighbour solicitation'].subarray(0, ETH_HLEN), {
      dest: '33:33:ff:00:00:02',
      source: '02:00:00:00:00:01',
      proto: ETH_P_IPV6,
    });
  });

  it('is what python3 makes of any', () => {
    const frames = [
      fromHex('00112233445566778899aabb8100'),
      fromHex('ffffffffffff0000000000000000'),
      fromHex('0a0b0c0d0e0f010203040506ffff'),
    ];
    const script = `
mac = lambda b: ':'.join('%02x' % n for n in b)
told = [struct.unpack('!6s6sH', bytes.fromhex(b)) for b in input]
json.dump([{'dest': mac(d), 'source': mac(s), 'proto': p} for d, s, p in told], sys.stdout)`;
    const hex = frames.map((bytes) => Buffer.from(bytes).toString('hex'));
    const told = python(script, hex) as Ethhdr[];
    expect(told).toHaveLength(frames.length);
    for (const [i, header] of told.entries()) expectHeader(codec, frames[i] as Uint8Array, header);
  });

  it('takes addresses as bytes, and text of either case', () => {
    const [dest, source] = [fromHex('020000000001'), '0A:0B:0C:0D:0E:0F'];
    expect(encodeEthhdr({ dest, source, proto: 0x1234 })).toEqual(
      fromHex('0200000000010a0b0c0d0e0f1234'),
    );
  });

  it('refuses what is no address or protocol', () => {
    const right = { dest: '02:00:00:00:00:01', source: '02:00:00:00:00:02', proto: 0x800 };
    const texts = ['', '2:0:0:0:0:1', '02-00-00-00-00-01', '02:00:00:00:00', '020000000001'];
    for (const text of [
      ...texts,
      '02:00:00:00:00:01:00',
      '02:00:00:00:00:0g',
      ' 02:00:00:00:00:01',
    ]) {
      expectRefused(() => encodeEthhdr({ ...right, dest: text }), RangeError, 'header.dest');
    }
    for (const size of [0, 5, 7, 8]) {
      const source = new Uint8Array(size);
      expectRefused(() => encodeEthhdr({ ...right, source }), RangeError, 'header.source');
    }
    for (const source of [null, 1, {}, new ArrayBuffer(6), new Uint16Array(6)]) {
      const wrong = { ...right, source } as never;
      expectRefused(() => encodeEthhdr(wrong), TypeError, 'header.source');
    }
    for (const proto of [-1, 65536, 0.5, Number.NaN]) {
      expectRefused(() => encodeEthhdr({ ...right, proto }), RangeError, 'header.proto');
    }
    expectRefused(() => encodeEthhdr({} as never), TypeError, 'header.dest');
  });
});
