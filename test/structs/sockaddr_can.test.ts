import { describe, expect, it, type TestContext } from 'vitest';
import {
  AF_CAN,
  CAN_EFF_FLAG,
  CAN_ISOTP,
  CAN_J1939,
  CAN_RAW,
  decodeSockaddrCan,
  encodeSockaddrCan,
  J1939_NO_ADDR,
  J1939_NO_NAME,
  J1939_NO_PGN,
  SOCK_DGRAM,
  SOCK_RAW,
  type SockAddrCanInit,
} from '../../lib/index.js';
import { can_filters, can_raw_vcid_options } from '../../lib/structs/can_raw.js';
import { expectDecoded, openOrSkip, withField } from '../support/addresses.js';
import { inNetns } from '../support/netns.js';
import { expectRefused, guardFds } from '../support/sockets.js';

guardFds();

const tp = { rx_id: 0x123, tx_id: CAN_EFF_FLAG + 0x18daf110 };
const j1939 = { name: 0xfedc_ba98_7654_3210n, pgn: 0x12300, addr: 0x7f };

describe('struct sockaddr_can', () => {
  it('is read back as it was written, of each protocol', () => {
    const plain = { ifindex: 3 };
    const bytes = encodeSockaddrCan(plain);
    expect(bytes.byteLength).toBe(24);
    expectDecoded(decodeSockaddrCan, bytes, 8, plain);
    const channel = { ifindex: -1, tp };
    expectDecoded((a) => decodeSockaddrCan(a, CAN_ISOTP), encodeSockaddrCan(channel), 16, channel);
    const end = { ifindex: 0x7fffffff, j1939 };
    expectDecoded((a) => decodeSockaddrCan(a, CAN_J1939), encodeSockaddrCan(end), 21, end);
  });

  it('has nothing of J1939 where nothing is given', () => {
    const bytes = encodeSockaddrCan({ ifindex: 1, j1939: {} });
    const none = { name: J1939_NO_NAME, pgn: J1939_NO_PGN, addr: J1939_NO_ADDR };
    expect(decodeSockaddrCan(bytes, CAN_J1939)).toEqual({ ifindex: 1, j1939: none });
  });

  it('refuses both parts at once, and fields that are none', () => {
    const wrong = withField<SockAddrCanInit>(encodeSockaddrCan, { ifindex: 1, tp });
    expectRefused(wrong('j1939', j1939), TypeError, 'addr.tp');
    expectRefused(wrong('ifindex', 2 ** 31), RangeError, 'addr.ifindex');
    expectRefused(wrong('ifindex', undefined), TypeError, 'addr.ifindex');
    expectRefused(wrong('tp', 1), TypeError, 'addr.tp');
    expectRefused(wrong('tp', { rx_id: 1 }), TypeError, 'addr.tp.tx_id');
    expectRefused(wrong('tp', { ...tp, rx_id: 2 ** 32 }), RangeError, 'addr.tp.rx_id');
    const end = withField<SockAddrCanInit>(encodeSockaddrCan, { ifindex: 1 });
    expectRefused(end('j1939', { name: 1 }), TypeError, 'addr.j1939.name');
    for (const name of [-1n, 2n ** 64n]) {
      expectRefused(end('j1939', { name }), RangeError, 'addr.j1939.name');
    }
    expectRefused(end('j1939', { addr: 256 }), RangeError, 'addr.j1939.addr');
    expectRefused(end('j1939', { pgn: 2 ** 32 }), RangeError, 'addr.j1939.pgn');
    const noProtocol = () => decodeSockaddrCan(encodeSockaddrCan({ ifindex: 1 }), 1.5);
    expectRefused(noProtocol, RangeError, 'protocol');
  });
});

describe('the values of CAN_RAW options', () => {
  it('are refused where they are none', () => {
    const filters = (value: unknown) => () => can_filters.encode(value as never);
    for (const value of [undefined, {}, 'x', new Uint8Array(8)]) {
      expectRefused(filters(value), TypeError, 'value');
    }
    const filter = { id: 1, mask: 2 };
    expectRefused(filters(new Array(513).fill(filter)), RangeError, 'value');
    expectRefused(filters([filter, 1]), TypeError, 'value[1]');
    expectRefused(filters([{ ...filter, mask: -1 }]), RangeError, 'value[0].mask');
    const options = { flags: 0, tx_vcid: 0, rx_vcid: 0, rx_vcid_mask: 0 };
    const wrong = () => can_raw_vcid_options.encode({ ...options, rx_vcid: 256 });
    expectRefused(wrong, RangeError, 'value.rx_vcid');
  });
});

/** Runs `body` with an interface vcan0; skips where there is none, or no such socket. */
function onCan(context: TestContext, type: number, protocol: number, body: string): unknown[] {
  openOrSkip(context, `AF_CAN of protocol ${protocol}`, AF_CAN, type, protocol);
  const setup = 'ip link add vcan0 type vcan && ip link set vcan0 up';
  const head = `const ifindex = s.if_nametoindex('vcan0');
const open = (type, protocol, addr) => {
  const fd = s.socket(s.AF_CAN, type, protocol);
  if (addr) s.bind(fd, s.encodeSockaddrCan(addr));
  return fd;
};
const arrived = (fd) => {
  until(() => s.poll([{ fd, events: s.POLLIN }], 100) === 1);
  return fd;
};
const name = (fd, protocol) => s.decodeSockaddrCan(s.getsockname(fd), protocol);
const flat = (value) => JSON.parse(JSON.stringify(value, (_, v) => typeof v === 'bigint' ? '' + v : v));
const python = (fd) => JSON.parse(execFileSync('python3', ['-c',
  'import socket, json; print(json.dumps([str(x) for x in socket.socket(fileno=3).getsockname()]))'],
  { stdio: ['ignore', 'pipe', 'inherit', fd], encoding: 'utf8' }));
`;
  return inNetns(context, head + body, setup);
}

describe('AF_CAN', () => {
  it('tells the interface of a raw socket, and of a frame', (context) => {
    const told = onCan(
      context,
      SOCK_RAW,
      CAN_RAW,
      `const [a, b] = [0, 1].map(() => open(s.SOCK_RAW, s.CAN_RAW, { ifindex }));
const frame = new Uint8Array(s.CAN_MTU);
frame.set([0x23, 0x01, 0, 0, 3, 0, 0, 0, 7, 8, 9]);
s.write(a, frame);
const { addr, bytes } = s.recvfrom(arrived(b), new Uint8Array(64));
tell([ifindex, name(a), s.decodeSockaddrCan(addr), bytes, python(a)]);`,
    );
    const [[ifindex = 0] = []] = told as [[number]];
    expect(ifindex).toBeGreaterThan(0);
    expect(told).toEqual([[ifindex, { ifindex }, { ifindex }, 16, ['vcan0']]]);
  });

  it('tells the channel of an ISO-TP socket, which messages go through', (context) => {
    const told = onCan(
      context,
      SOCK_DGRAM,
      CAN_ISOTP,
      `const [x, y] = [0x123, s.CAN_EFF_FLAG + 0x18daf110];
const a = open(s.SOCK_DGRAM, s.CAN_ISOTP, { ifindex, tp: { rx_id: x, tx_id: y } });
const b = open(s.SOCK_DGRAM, s.CAN_ISOTP, { ifindex, tp: { rx_id: y, tx_id: x } });
s.write(a, 'more than eight bytes');
const buf = new Uint8Array(64);
const n = s.read(arrived(b), buf);
tell([name(a, s.CAN_ISOTP).tp, Buffer.from(buf.subarray(0, n)).toString()]);`,
    );
    const [x, y] = [0x123, CAN_EFF_FLAG + 0x18daf110];
    const expected = [{ rx_id: x, tx_id: y }, 'more than eight bytes'];
    expect(told).toEqual([expected]);
  });

  it('tells the end of a J1939 socket, and who sent', (context) => {
    const told = onCan(
      context,
      SOCK_DGRAM,
      CAN_J1939,
      `const a = open(s.SOCK_DGRAM, s.CAN_J1939, { ifindex, j1939: { addr: 0x20, pgn: 0x12300 } });
const b = open(s.SOCK_DGRAM, s.CAN_J1939, { ifindex, j1939: { addr: 0x30 } });
const named = open(s.SOCK_DGRAM, s.CAN_J1939, { ifindex, j1939: { name: 0x0123456789abcdefn } });
const send = (text, pgn) =>
  s.sendto(b, text, 0, s.encodeSockaddrCan({ ifindex, j1939: { addr: 0x20, pgn } }));
send('another group', 0x12400);
send('hello', 0x12300);
const { addr, bytes } = s.recvfrom(arrived(a), new Uint8Array(64));
const from = s.decodeSockaddrCan(addr, s.CAN_J1939);
tell(flat([name(a, s.CAN_J1939).j1939, bytes, from.j1939, name(named, s.CAN_J1939).j1939]));
tell([python(a), python(named)]);`,
    );
    const none = { name: '0', pgn: J1939_NO_PGN, addr: J1939_NO_ADDR };
    const name = String(0x0123456789abcdefn);
    // What it is bound to of a group is what it receives, which nothing tells.
    const bound = [{ ...none, addr: 0x20 }, 5, { ...none, addr: 0x30, pgn: 0x12300 }];
    const [noPgn, noAddr] = [String(J1939_NO_PGN), String(J1939_NO_ADDR)];
    expect(told).toEqual([
      [...bound, { ...none, name }],
      [
        ['vcan0', '0', noPgn, String(0x20)],
        ['vcan0', name, noPgn, noAddr],
      ],
    ]);
  });

  it('lets through what the filters say', (context) => {
    const told = onCan(
      context,
      SOCK_RAW,
      CAN_RAW,
      `const [a, b] = [0, 1].map(() => open(s.SOCK_RAW, s.CAN_RAW, { ifindex }));
const filters = [{ id: 0x120, mask: 0x7f0 }, { id: s.CAN_INV_FILTER, mask: 0x700 }];
s.setsockopt(b, s.SOL_CAN_RAW, s.CAN_RAW_FILTER, filters.slice(0, 1));
for (const id of [0x123, 0x223, 0x12f]) {
  const frame = new Uint8Array(s.CAN_MTU);
  new DataView(frame.buffer).setUint32(0, id, true);
  s.write(a, frame);
}
const got = [];
const buf = new Uint32Array(4);
while (s.poll([{ fd: b, events: s.POLLIN }], 0) === 1) {
  s.read(b, buf);
  got.push(buf[0]);
}
s.setsockopt(b, s.SOL_CAN_RAW, s.CAN_RAW_FILTER, filters);
tell([got, s.getsockopt(b, s.SOL_CAN_RAW, s.CAN_RAW_FILTER)]);`,
    );
    const filters = [
      { id: 0x120, mask: 0x7f0 },
      { id: 0x20000000, mask: 0x700 },
    ];
    expect(told).toEqual([[[0x123, 0x12f], filters]]);
  });
});
