import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  checksum,
  decodeTcphdr,
  decodeUdphdr,
  ETH_HLEN,
  encodeTcphdr,
  encodeUdphdr,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  pseudoHeader,
  transportChecksum,
} from '../../lib/index.js';
import { python } from '../support/child.js';
import { fromHex, join } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { expectRefused } from '../support/sockets.js';

const NEAR = '192.0.2.1';
const FAR = '192.0.2.2';

describe('checksum', () => {
  it('is that of the example in RFC 1071', () => {
    // The RFC's sum is ddf2; the checksum is its complement.
    expect(checksum(fromHex('0001 f203 f4f5 f6f7'))).toBe(0xddf2 ^ 0xffff);
  });

  it('is what python3 adds up', () => {
    const runs = Array.from({ length: 64 }, (_, length) => [...randomBytes(length)]);
    runs.push([...randomBytes(65535)], new Array(65535).fill(255), new Array(4096).fill(0));
    const script = `
def checksum(data):
    data = bytes(data) + b'\\0' * (len(data) % 2)
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    while total >> 16: total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff
json.dump([checksum(run) for run in input], sys.stdout)`;
    expect(runs.map((run) => checksum(Uint8Array.from(run)))).toEqual(python(script, runs));
  });

  it('of nothing is that of a sum of zero', () => {
    expect(checksum(new Uint8Array(0))).toBe(0xffff);
    expect(checksum([])).toBe(0xffff);
    expect(checksum(fromHex('ffff'))).toBe(0);
  });

  it('counts several runs as one, wherever they are cut', () => {
    const bytes = new Uint8Array(randomBytes(33));
    const whole = checksum(bytes);
    for (let first = 0; first <= bytes.byteLength; first++) {
      for (let second = first; second <= bytes.byteLength; second++) {
        const parts = [bytes.slice(0, first), bytes.slice(first, second), bytes.slice(second)];
        expect(checksum(parts), `${first}, ${second}`).toBe(whole);
      }
    }
    expect(checksum([...bytes].map((byte) => Uint8Array.of(byte)))).toBe(whole);
  });

  it('goes on from the complement of another', () => {
    const bytes = new Uint8Array(randomBytes(200));
    for (const at of [0, 2, 100, 198]) {
      const first = ~checksum(bytes.subarray(0, at)) & 0xffff;
      expect(checksum(bytes.subarray(at), first)).toBe(checksum(bytes));
    }
    expect(checksum(new Uint8Array(0), 0xffff_ffff)).toBe(0);
  });

  it('takes any memory', () => {
    const bytes = fromHex('0001f203f4f5f6f7');
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    shared.set(bytes);
    const views = [bytes, Buffer.from(bytes), new DataView(bytes.buffer), bytes.buffer, shared];
    for (const view of views) expect(checksum(view)).toBe(0x220d);
    expect(checksum([bytes.buffer, shared.buffer])).toBe(checksum(join(bytes, bytes)));
  });

  it('refuses what is no memory, and names it', () => {
    expectRefused(() => checksum('x' as never), TypeError, 'bytes');
    expectRefused(() => checksum([new Uint8Array(1), 'x'] as never), TypeError, 'bytes[1]');
    expectRefused(() => checksum(new Uint8Array(1), -1), RangeError, 'initial');
  });
});

describe('pseudoHeader', () => {
  it('of IPv4 is as RFC 9293 draws it', () => {
    const bytes = pseudoHeader(NEAR, FAR, IPPROTO_TCP, 0x1234);
    expect(bytes).toEqual(fromHex('c0000201 c0000202 00 06 1234'));
  });

  it('of IPv6 is as RFC 8200 draws it', () => {
    const bytes = pseudoHeader('2001:db8::1', 'fe80::2', IPPROTO_ICMPV6, 0x12345678);
    const addresses = `20010db8${'00'.repeat(11)}01 fe80${'00'.repeat(13)}02`;
    expect(bytes).toEqual(fromHex(`${addresses} 12345678 000000 3a`));
  });

  it('refuses addresses of two families, and what is none', () => {
    expectRefused(() => pseudoHeader(NEAR, '::1', 6, 0), RangeError, 'daddr');
    expectRefused(() => pseudoHeader('::1', NEAR, 6, 0), RangeError, 'daddr');
    expectRefused(() => pseudoHeader('x', NEAR, 6, 0), RangeError, 'saddr');
    expectRefused(() => pseudoHeader(1 as never, NEAR, 6, 0), TypeError, 'saddr');
    expectRefused(() => pseudoHeader(NEAR, 1 as never, 6, 0), TypeError, 'daddr');
    expectRefused(() => pseudoHeader(NEAR, FAR, 256, 0), RangeError, 'protocol');
    expectRefused(() => pseudoHeader(NEAR, FAR, 6, 65536), RangeError, 'length');
    expectRefused(() => pseudoHeader('::', '::', 6, 2 ** 32), RangeError, 'length');
    expect(pseudoHeader('::', '::', 6, 65536)).toHaveLength(40);
  });
});

describe('transportChecksum', () => {
  it('is the one that the kernel made', () => {
    const udp = packets.UDP.subarray(34);
    const datagram = decodeUdphdr(udp) ?? { source: 0, dest: 0, check: -1 };
    const zeroed = [encodeUdphdr({ ...datagram, check: 0 }), udp.subarray(8)];
    expect(transportChecksum(NEAR, FAR, IPPROTO_UDP, zeroed)).toBe(datagram.check);

    const tcp = packets.data.subarray(34);
    const segment = decodeTcphdr(tcp);
    if (segment === undefined) throw new Error('no TCP');
    const parts = [encodeTcphdr({ ...segment, check: 0 }), tcp.subarray(segment.length)];
    expect(transportChecksum(NEAR, FAR, IPPROTO_TCP, parts)).toBe(segment.check);

    const tcp6 = packets['SYN 6'].subarray(ETH_HLEN + 40);
    expect(transportChecksum('2001:db8::1', '2001:db8::2', IPPROTO_TCP, tcp6)).toBe(0);
  });

  it('of UDP is never 0, which says that there is none: RFC 768', () => {
    // The payload takes the sum of all else to ffff.
    const header = encodeUdphdr({ source: 1, dest: 2, len: 10 });
    const rest = checksum([pseudoHeader(NEAR, FAR, IPPROTO_UDP, 10), header]);
    const segment = join(header, Uint8Array.of(rest >> 8, rest & 255));
    expect(checksum([pseudoHeader(NEAR, FAR, IPPROTO_UDP, 10), segment])).toBe(0);
    expect(transportChecksum(NEAR, FAR, IPPROTO_UDP, segment)).toBe(0xffff);
  });

  it('of TCP may be 0', () => {
    const header = encodeTcphdr({ source: 1, dest: 2 });
    const check = transportChecksum(NEAR, FAR, IPPROTO_TCP, header);
    header.set([check >> 8, check & 255], 16);
    expect(transportChecksum(NEAR, FAR, IPPROTO_TCP, header)).toBe(0);
  });

  it('of ICMP covers the message alone', () => {
    const message = packets.echo.subarray(34);
    expect(transportChecksum(NEAR, FAR, IPPROTO_ICMP, message)).toBe(0);
    expect(transportChecksum(FAR, '192.0.2.9', IPPROTO_ICMP, message)).toBe(0);
  });

  it('refuses what is no segment, and one that is too long', () => {
    expectRefused(() => transportChecksum(NEAR, FAR, 6, 1 as never), TypeError, 'segment');
    expectRefused(() => transportChecksum(NEAR, FAR, 6, [1] as never), TypeError, 'segment[0]');
    const long = new Uint8Array(65536);
    expectRefused(() => transportChecksum(NEAR, FAR, 6, long), RangeError, 'segment.byteLength');
    expect(transportChecksum('::1', '::1', 6, long)).toBeGreaterThanOrEqual(0);
  });
});
