import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AF_INET, AF_INET6, IPPROTO_TCP } from '../../lib/index.js';
import { Reader } from '../../lib/kernel/bytes.js';
import {
  decodeNlattrs,
  encodeNlmsg,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_HDRLEN,
  nlattr,
  nlmsghdr,
} from '../../lib/structs/netlink.js';
import {
  encodeInetDiagReq,
  INET_DIAG_MSG_SIZE,
  inet_diag_msg,
} from '../../lib/structs/sock_diag.js';
import { python } from '../support/child.js';

/** Bytes from python3's struct module. */
function packed(format: string, ...values: (number | string)[]): Uint8Array {
  const script = `
values = [bytes.fromhex(v) if isinstance(v, str) else v for v in input[1]]
json.dump(list(struct.pack(input[0], *values)), sys.stdout)`;
  return Uint8Array.from(python(script, [format, values]) as number[]);
}

/** One attribute, padded to four bytes as netlink(7) wants. `len` may lie. */
function attribute(type: number, payload: Uint8Array, len = 4 + payload.byteLength): Uint8Array {
  const bytes = Buffer.alloc((4 + payload.byteLength + 3) & ~3);
  bytes.writeUInt16LE(len);
  bytes.writeUInt16LE(type, 2);
  bytes.set(payload, 4);
  return bytes;
}

const entries = (bytes: Uint8Array): [number, number[]][] =>
  Array.from(decodeNlattrs(bytes), ([type, payload]) => [type, [...payload]]);

describe('struct nlmsghdr', () => {
  it('is written as netlink(7) lays it out, its length with the payload', () => {
    const message = encodeNlmsg(20, NLM_F_REQUEST | NLM_F_ACK, 7, Uint8Array.of(1, 2, 3));
    expect(message).toEqual(packed('<IHHII3s', NLMSG_HDRLEN + 3, 20, 5, 7, 0, '010203'));
  });

  it('is read as it was written', () => {
    const bytes = packed('<IHHII', 0xfffffffe, 0xfffd, 0xfffc, 0xfffffffb, 0xfffffffa);
    const header = {
      len: 0xfffffffe,
      type: 0xfffd,
      flags: 0xfffc,
      seq: 0xfffffffb,
      pid: 0xfffffffa,
    };
    expect(nlmsghdr(new Reader(bytes))).toEqual(header);
  });

  it('is not read past the end of its bytes', () => {
    expect(() => nlmsghdr(new Reader(new Uint8Array(15)))).toThrow(RangeError);
  });
});

describe('struct nlattr', () => {
  it('is read as it is laid out', () => {
    expect(nlattr(new Reader(packed('<HH', 65535, 0x8001)))).toEqual({ len: 65535, type: 0x8001 });
  });

  it('comes in runs, each aligned to four bytes', () => {
    const run = Buffer.concat([
      attribute(1, Uint8Array.of(9)),
      attribute(2, new Uint8Array(0)),
      attribute(7, Uint8Array.of(1, 2, 3, 4, 5)),
    ]);
    expect(entries(run)).toEqual([
      [1, [9]],
      [2, []],
      [7, [1, 2, 3, 4, 5]],
    ]);
  });

  it('may lack the padding of the last one', () => {
    expect(entries(attribute(3, Uint8Array.of(1, 2)).subarray(0, 6))).toEqual([[3, [1, 2]]]);
  });

  it('ends the run when its length is less than its header, 0 included', () => {
    const good = attribute(1, Uint8Array.of(9));
    for (const len of [0, 1, 3]) {
      const run = Buffer.concat([good, attribute(2, Uint8Array.of(8), len), good]);
      expect(entries(run)).toEqual([[1, [9]]]);
    }
  });

  it('ends the run when its length goes past the end', () => {
    const good = attribute(1, Uint8Array.of(9));
    for (const len of [9, 12, 65535]) {
      const run = Buffer.concat([good, attribute(2, Uint8Array.of(8, 8, 8, 8), len)]);
      expect(entries(run)).toEqual([[1, [9]]]);
    }
  });

  it('is read from any cut of a run without an error, and never more of it than is there', () => {
    const run = Buffer.concat(
      Array.from({ length: 8 }, (_, i) => attribute(i + 1, new Uint8Array(randomBytes(i * 3)))),
    );
    const whole = entries(run);
    for (let length = 0; length <= run.length; length++) {
      const cut = entries(run.subarray(0, length));
      expect(cut).toEqual(whole.slice(0, cut.length));
    }
    expect(whole).toHaveLength(8);
  });

  it('ends with any bytes whatever', () => {
    for (let n = 0; n < 2000; n++) {
      const bytes = randomBytes(randomInt(200));
      for (let at = 0; at + 1 < bytes.length; at += 4) bytes.writeUInt16LE(randomInt(24), at);
      const total = [...decodeNlattrs(bytes).values()].reduce((sum, { length }) => sum + length, 0);
      expect(total).toBeLessThanOrEqual(bytes.length);
    }
  });
});

describe('struct inet_diag_req_v2', () => {
  it('names one IPv4 socket, ports and addresses in network order', () => {
    const tuple = {
      local: { family: AF_INET, addr: '192.0.2.1', port: 0x1234 },
      remote: { family: AF_INET, addr: '127.0.0.1', port: 0x5678 },
    } as const;
    const id = ['1234', '5678', 'c0000201', '7f000001', 0, 0xffffffff, 0xffffffff] as const;
    const bytes = packed('<BBBxI2s2s16s16sIII', AF_INET, IPPROTO_TCP, 2, 0xffffffff, ...id);
    expect(encodeInetDiagReq(IPPROTO_TCP, tuple, 2)).toEqual(bytes);
  });

  it('names one IPv6 socket', () => {
    const tuple = {
      local: { family: AF_INET6, addr: '::1', port: 1 },
      remote: { family: AF_INET6, addr: '2001:db8::2', port: 2 },
    } as const;
    const bytes = encodeInetDiagReq(IPPROTO_TCP, tuple, 0);
    expect(bytes.byteLength).toBe(56);
    const addresses = `${'0'.repeat(31)}120010db8${'0'.repeat(23)}2`;
    expect(Buffer.from(bytes.subarray(12, 44)).toString('hex')).toBe(addresses);
  });
});

describe('struct inet_diag_msg', () => {
  const format = '<BBBB2s2s16s16sIIIIIIII';

  it('is read as linux/inet_diag.h lays it out', () => {
    const bytes = packed(
      format,
      ...[AF_INET, 1, 2, 3, '1234', '5678', 'c0000201', '7f000001'],
      ...[4, 0x89abcdef, 0x81234567, 5, 6, 7, 8, 0xffffffff],
    );
    expect(bytes.byteLength).toBe(INET_DIAG_MSG_SIZE);
    expect(inet_diag_msg(new Reader(bytes))).toEqual({
      ...{ family: AF_INET, state: 1, timer: 2, retrans: 3, sport: 0x1234, dport: 0x5678 },
      ...{ src: '192.0.2.1', dst: '127.0.0.1', if: 4, cookie: 0x8123456789abcdefn },
      ...{ expires: 5, rqueue: 6, wqueue: 7, uid: 8, inode: 0xffffffff },
    });
  });

  it('has IPv6 addresses of all 16 bytes', () => {
    const bytes = new Uint8Array(INET_DIAG_MSG_SIZE);
    bytes[0] = AF_INET6;
    bytes[23] = 1;
    bytes.set([0x20, 0x01, 0x0d, 0xb8], 24);
    expect(inet_diag_msg(new Reader(bytes))).toMatchObject({ src: '::1', dst: '2001:db8::' });
  });

  it('is not read past the end of its bytes', () => {
    const short = new Uint8Array(INET_DIAG_MSG_SIZE - 1);
    expect(() => inet_diag_msg(new Reader(short))).toThrow(RangeError);
  });
});
