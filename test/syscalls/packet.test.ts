import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import { node } from '../support/child.js';
import { onCable } from '../support/netns.js';
import { expectRefused, guardFds } from '../support/sockets.js';

guardFds();

const { AF_PACKET, SOL_PACKET } = sockfd;

/** The EtherType for experiments, which nobody speaks. IEEE 802 */
const EXPERIMENT = 0x88b5;

/**
 * `hear` makes a socket on an interface, `say` a frame with `text` to `to`, `heard` reads what came
 * until now.
 */
const speaking = `
const [raw0, cooked0] = [s.SOCK_RAW, s.SOCK_DGRAM].map((type) => s.socket(s.AF_PACKET, type, 0));
const hear = (ifindex, type = s.SOCK_DGRAM, protocol = ${EXPERIMENT}) => {
  const fd = s.socket(s.AF_PACKET, type, 0);
  s.bind(fd, { family: s.AF_PACKET, ifindex, protocol });
  return fd;
};
const frame = (to, text, from = mac0) =>
  Buffer.concat([to, from, Buffer.from('88b5', 'hex'), Buffer.from(text)]);
const onto = (ifindex) => ({ family: s.AF_PACKET, ifindex, protocol: ${EXPERIMENT} });
const say = (to, text, ifindex = v0, from = mac0) =>
  s.sendto(raw0, frame(to, text, from), 0, onto(ifindex));
const next = (fd) => {
  if (s.poll([{ fd, events: s.POLLIN }], 5000) !== 1) throw new Error('nothing came');
  const buf = Buffer.alloc(2048);
  const { bytes, addr } = s.recvfrom(fd, buf, s.MSG_DONTWAIT);
  return { text: buf.toString('latin1', 0, bytes), data: hex(buf.subarray(0, bytes)), addr };
};
const heard = (fd) => {
  const texts = [];
  while (s.poll([{ fd, events: s.POLLIN }], 0) === 1) texts.push(next(fd).text);
  return texts;
};
const anyone = bytes('ff:ff:ff:ff:ff:ff');
`;

describe('SOCK_RAW and SOCK_DGRAM of AF_PACKET', () => {
  it('receive a frame with and without its link-layer header', (context) => {
    const [raw, cooked, macs] = onCable(
      context,
      `${speaking}
const [whole, cooked] = [hear(v1, s.SOCK_RAW), hear(v1)];
say(mac1, 'hello');
tell(next(whole));
tell({ ...next(cooked), v1 });
tell({ mac0: hex(mac0), mac1: hex(mac1) });`,
    ) as Record<string, never>[];
    const { mac0, mac1 } = macs as unknown as Record<string, string>;
    expect(raw?.data).toBe(`${mac1}${mac0}88b5${Buffer.from('hello').toString('hex')}`);
    expect(cooked?.text).toBe('hello');
    // packet(7): the sender, and how it came.
    const sender = Object.fromEntries(Buffer.from(mac0 ?? '', 'hex').entries());
    expect(cooked?.addr).toEqual({
      family: AF_PACKET,
      ifindex: cooked?.v1,
      protocol: EXPERIMENT,
      hatype: 1,
      pkttype: sockfd.PACKET_HOST,
      addr: sender,
    });
    expect(raw?.addr).toEqual(cooked?.addr);
  });

  it('send a frame as it is, and with the header that the address says', (context) => {
    const [byRaw, byCooked] = onCable(
      context,
      `${speaking}
const fd = hear(v1, s.SOCK_RAW);
say(mac1, 'hello');
tell(next(fd).data);
s.sendto(cooked0, 'hello', 0, { ...onto(v0), addr: mac1 });
tell(next(fd).data);`,
    );
    expect(byRaw).toEqual(expect.stringMatching(/88b568656c6c6f$/));
    expect(byCooked).toBe(byRaw);
  });
});

describe('sll_pkttype', () => {
  it('says to whom a packet was sent', (context) => {
    const [...types] = onCable(
      context,
      `${speaking}
const fd = hear(v1);
say(mac1, 'to it');
say(anyone, 'to all');
say(bytes('01:00:5e:00:00:09'), 'to a group');
say(bytes('02:00:00:00:00:99'), 'to another');
for (let n = 0; n < 4; n++) tell([next(fd)].map(({ text, addr }) => [text, addr.pkttype])[0]);`,
    );
    expect(types).toEqual([
      ['to it', sockfd.PACKET_HOST],
      ['to all', sockfd.PACKET_BROADCAST],
      ['to a group', sockfd.PACKET_MULTICAST],
      ['to another', sockfd.PACKET_OTHERHOST],
    ]);
  });

  it('is PACKET_OUTGOING of what this machine sends, unless that is ignored', (context) => {
    const [plain, ignoring] = onCable(
      context,
      `${speaking}
// ETH_P_ALL: only who hears everything hears what is sent.
const [plain, ignoring] = [1, 2].map(() => hear(v0, s.SOCK_DGRAM, 3));
s.setsockopt(ignoring, s.SOL_PACKET, s.PACKET_IGNORE_OUTGOING, true);
say(mac1, 'out');
say(mac0, 'in', v1, mac1);
const kinds = (fd, count) =>
  Array.from({ length: count }, () => next(fd)).map(({ text, addr }) => [text, addr.pkttype]);
tell(kinds(plain, 2));
tell(kinds(ignoring, 1));`,
    );
    expect(plain).toEqual([
      ['out', sockfd.PACKET_OUTGOING],
      ['in', sockfd.PACKET_HOST],
    ]);
    expect(ignoring).toEqual([['in', sockfd.PACKET_HOST]]);
  });
});

describe('bind(2) of AF_PACKET', () => {
  it('hears one interface, and tells which', (context) => {
    const [texts, name, expected] = onCable(
      context,
      `${speaking}
const fd = hear(v1);
say(mac0, 'by v0', v1, mac1);
say(mac1, 'by v1');
tell([next(fd).text, ...heard(fd)]);
tell(s.getsockname(fd));
tell({ ...onto(v1), hatype: 1, pkttype: 0, addr: mac1 });`,
    );
    expect(texts).toEqual(['by v1']);
    expect(name).toEqual(expected);
  });

  it('and sendto(2) fail with ENODEV, ENXIO, EMSGSIZE, ENETDOWN as packet(7) says', (context) => {
    const told = onCable(
      context,
      `${speaking}
tell(code(() => hear(9999)));
tell(code(() => s.sendto(raw0, frame(mac1, ''), 0, onto(9999))));
tell(code(() => s.send(raw0, frame(mac1, ''))));
tell(code(() => say(mac1, 'x'.repeat(1501))));
tell(code(() => say(mac1, 'x'.repeat(1500))));
const fd = hear(v0);
sh('ip link set v0 down');
tell(code(() => say(mac1, 'down')));
tell(code(() => s.recv(fd, new Uint8Array(8), s.MSG_DONTWAIT)));`,
    );
    expect(told).toEqual([
      ['ENODEV', 'bind'],
      ['ENXIO', 'sendto'],
      ['ENXIO', 'send'],
      ['EMSGSIZE', 'sendto'],
      ['ok', 1514],
      ['ENETDOWN', 'sendto'],
      ['ENETDOWN', 'recv'],
    ]);
  });

  it('needs CAP_NET_RAW to have a socket', () => {
    const told = node('nobody(); tell(code(() => s.socket(s.AF_PACKET, s.SOCK_DGRAM)));');
    expect(told).toEqual([['EPERM', 'socket']]);
  });
});

describe('PACKET_ADD_MEMBERSHIP', () => {
  it('is seen by ip(8) until it is dropped or the socket closed', (context) => {
    const told = onCable(
      context,
      `const fd = s.socket(s.AF_PACKET, s.SOCK_DGRAM, 0);
const member = (optname, value) => s.setsockopt(fd, s.SOL_PACKET, s[optname], value);
const seen = () => [link('v1').promiscuity, link('v1').allmulti,
  / 01:00:5e:01:02:03$/m.test(sh('ip maddr show dev v1'))];
const [group, promisc, all] = [
  { ifindex: v1, type: s.PACKET_MR_MULTICAST, address: bytes('01:00:5e:01:02:03') },
  { ifindex: v1, type: s.PACKET_MR_PROMISC },
  { ifindex: v1, type: s.PACKET_MR_ALLMULTI },
];
tell(seen());
for (const value of [group, promisc, all]) {
  member('PACKET_ADD_MEMBERSHIP', value);
  tell(seen());
}
member('PACKET_DROP_MEMBERSHIP', promisc);
tell(seen());
s.close(fd);
tell(seen());`,
    );
    expect(told).toEqual([
      [0, 0, false],
      [0, 0, true],
      [1, 0, true],
      [1, 1, true],
      [0, 1, true],
      [0, 0, false],
    ]);
  });

  it('fails with ENODEV and EINVAL', (context) => {
    const told = onCable(
      context,
      `const fd = s.socket(s.AF_PACKET, s.SOCK_DGRAM, 0);
const member = (optname, value) => code(() => s.setsockopt(fd, s.SOL_PACKET, s[optname], value));
const type = s.PACKET_MR_MULTICAST;
tell(member('PACKET_ADD_MEMBERSHIP', { ifindex: 9999, type: s.PACKET_MR_PROMISC }));
tell(member('PACKET_ADD_MEMBERSHIP', { ifindex: v1, type, address: Uint8Array.of(1, 2) }));`,
    );
    expect(told).toEqual([
      ['ENODEV', 'setsockopt'],
      ['EINVAL', 'setsockopt'],
    ]);
  });
});

/** `join` takes a socket into the fanout group 7. */
const groups = `${speaking}
const join = (fd, type_flags, max_num_members) => {
  const value = { id: 7, type_flags, ...(max_num_members && { max_num_members }) };
  s.setsockopt(fd, s.SOL_PACKET, s.PACKET_FANOUT, value);
  return fd;
};
const texts = Array.from({ length: 10 }, (_, n) => 'frame ' + n);
`;

describe('PACKET_FANOUT', () => {
  it('shares the packets among the sockets of a group', (context) => {
    const [all, a, b] = onCable(
      context,
      `${groups}
// The newest hears a frame first: what this one has heard, the group has.
const all = hear(v1);
const [a, b] = [1, 2].map(() => join(hear(v1), s.PACKET_FANOUT_LB));
for (const text of texts) say(mac1, text);
tell(texts.map(() => next(all).text));
tell(heard(a));
tell(heard(b));`,
    ) as string[][];
    expect(all).toHaveLength(10);
    expect([a?.length, b?.length]).toEqual([5, 5]);
    expect([...(a ?? []), ...(b ?? [])].sort()).toEqual(all?.sort());
  });

  it('takes as many members as it is told, of one mode and one interface', (context) => {
    const told = onCable(
      context,
      `${groups}
const trying = (ifindex, ...args) => code(() => join(hear(ifindex), ...args))[0];
tell(trying(v1, s.PACKET_FANOUT_HASH, 2));
tell(trying(v1, s.PACKET_FANOUT_LB));
tell(trying(v0, s.PACKET_FANOUT_HASH));
tell(trying(v1, s.PACKET_FANOUT_HASH));
tell(trying(v1, s.PACKET_FANOUT_HASH));`,
    );
    expect(told).toEqual(['ok', 'EINVAL', 'EINVAL', 'ok', 'ENOSPC']);
  });

  it('lets the kernel choose the number of the group', (context) => {
    const [ids, shown] = onCable(
      context,
      `${groups}
const flags = s.PACKET_FANOUT_HASH | s.PACKET_FANOUT_FLAG_UNIQUEID;
join(hear(v1), s.PACKET_FANOUT_HASH);
const fds = [1, 2].map(() => hear(v1));
for (const fd of fds) {
  s.setsockopt(fd, s.SOL_PACKET, s.PACKET_FANOUT, { id: 0, type_flags: flags });
}
tell(fds.map((fd) => s.getsockopt(fd, s.SOL_PACKET, s.PACKET_FANOUT).id));
tell(sh('ss -0 -e').match(/fanout\\(id:[0-9]+/g));`,
    ) as [number[], string[]];
    expect(new Set([7, ...ids]).size).toBe(3);
    expect(shown.map((text) => Number(text.replace(/\D+/, ''))).sort()).toEqual([7, ...ids].sort());
  });

  it('asks a classic BPF program, the bytes of its instructions', (context) => {
    const [...told] = onCable(
      context,
      `${groups}
const [a, b] = [1, 2].map(() => join(hear(v1), s.PACKET_FANOUT_CBPF));
const data = (value) => s.setsockopt(a, s.SOL_PACKET, s.PACKET_FANOUT_DATA, value);
// ret #1: the second socket.
data(Buffer.from('0600000001000000', 'hex'));
for (const text of texts) say(mac1, text);
tell(texts.map(() => next(b).text));
tell(heard(a));
// A number is the descriptor of an eBPF program, which this mode does not take.
tell(code(() => data(0)));
try { data(new Uint8Array(7)); } catch (error) { tell(error.message); }
tell(code(() => s.setsockopt(hear(v1), s.SOL_PACKET, s.PACKET_FANOUT_DATA, 0)));`,
    );
    expect(told).toEqual([
      expect.arrayContaining(['frame 0', 'frame 9']),
      [],
      ['EINVAL', 'setsockopt'],
      expect.stringContaining('"optval" argument must have 8 bytes'),
      ['EINVAL', 'setsockopt'],
    ]);
  });

  it('counts what rolled over to the next socket', (context) => {
    const [before, after, other] = onCable(
      context,
      `${groups}
const type = s.PACKET_FANOUT_CBPF | s.PACKET_FANOUT_FLAG_ROLLOVER;
const [a, b] = [1, 2].map(() => join(hear(v1), type));
// ret #0: always the first socket.
s.setsockopt(a, s.SOL_PACKET, s.PACKET_FANOUT_DATA, Buffer.from('0600000000000000', 'hex'));
s.setsockopt(a, s.SOL_SOCKET, s.SO_RCVBUF, 1);
const read = () => s.getsockopt(a, s.SOL_PACKET, s.PACKET_ROLLOVER_STATS);
tell(read());
for (let n = 0; n < 50; n++) say(mac1, 'frame');
until(() => heard(b).length > 0);
tell(read());
tell(code(() => s.getsockopt(hear(v1), s.SOL_PACKET, s.PACKET_ROLLOVER_STATS)));`,
    ) as [Record<string, number>, Record<string, number>, unknown];
    expect(before).toEqual({ all: 0, huge: 0, failed: 0 });
    expect(after.all).toBeGreaterThan(0);
    expect(other).toEqual(['EINVAL', 'getsockopt']);
  });
});

describe('PACKET_STATISTICS', () => {
  it('counts packets and drops, and begins anew when it is read', (context) => {
    const [received, stats, again, v3] = onCable(
      context,
      `${speaking}
// The newest hears a frame first: what \`last\` has heard, \`fd\` has.
const [last, fd] = [hear(v1), hear(v1)];
s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 1);
for (let n = 0; n < 40; n++) say(mac1, 'frame ' + n);
for (let n = 0; n < 40; n++) next(last);
tell(heard(fd).length);
const read = () => s.getsockopt(fd, s.SOL_PACKET, s.PACKET_STATISTICS);
tell(read());
tell(read());
s.setsockopt(fd, s.SOL_PACKET, s.PACKET_VERSION, s.TPACKET_V3);
tell(read());`,
    ) as [number, sockfd.TpacketStats, sockfd.TpacketStats, sockfd.TpacketStats];
    expect(received).toBeGreaterThan(0);
    expect(received).toBeLessThan(40);
    // What is undefined JSON leaves out.
    expect(stats).toEqual({ packets: 40, drops: 40 - received });
    expect(again).toEqual({ packets: 0, drops: 0 });
    expect(v3).toEqual({ packets: 0, drops: 0, freeze_q_cnt: 0 });
  });
});

describe('PACKET_RX_RING and PACKET_TX_RING', () => {
  it('are rings as ss(8) shows them, until they have no blocks', (context) => {
    const told = onCable(
      context,
      `${speaking}
const rings = () => sh('ss -0 -e').split(/^p_/m).find((one) => one.includes(':v1 '))
  .match(/ver:.|ring_[rt]x\\([^)]*\\)/g);
const [two, three] = [{ block_size: 8192, block_nr: 4, frame_size: 2048, frame_nr: 16 },
  { block_size: 4096, block_nr: 2, frame_size: 2048, frame_nr: 4, retire_blk_tov: 60,
    feature_req_word: s.TP_FT_REQ_FILL_RXHASH }];
const fd = hear(v1);
const set = (optname, value) => s.setsockopt(fd, s.SOL_PACKET, s[optname], value);
const none = { block_size: 0, block_nr: 0, frame_size: 0, frame_nr: 0 };
set('PACKET_VERSION', s.TPACKET_V2);
set('PACKET_RX_RING', two);
set('PACKET_TX_RING', two);
tell(rings());
// The frame goes to the ring, and not to the queue.
say(mac1, 'hello');
tell([s.poll([{ fd, events: s.POLLIN }], 5000),
  code(() => s.recv(fd, new Uint8Array(64), s.MSG_DONTWAIT))]);
tell(code(() => set('PACKET_VERSION', s.TPACKET_V3)));
set('PACKET_RX_RING', none);
set('PACKET_TX_RING', none);
tell(rings());
set('PACKET_VERSION', s.TPACKET_V3);
tell(code(() => set('PACKET_RX_RING', two)));
set('PACKET_RX_RING', three);
tell(rings());
tell(code(() => set('PACKET_TX_RING', { ...three, frame_nr: 5 })));`,
    );
    const ring = 'blk_size:8192,blk_nr:4,frm_size:2048,frm_nr:16,tmo:0,features:0x0';
    expect(told).toEqual([
      ['ver:1', `ring_rx(${ring})`, `ring_tx(${ring})`],
      [1, ['EAGAIN', 'recv']],
      ['EBUSY', 'setsockopt'],
      ['ver:1'],
      // packet(7): TPACKET_V3 needs the longer structure.
      ['EINVAL', 'setsockopt'],
      ['ver:2', 'ring_rx(blk_size:4096,blk_nr:2,frm_size:2048,frm_nr:4,tmo:60,features:0x1)'],
      ['EINVAL', 'setsockopt'],
    ]);
  });
});

describe('PACKET_HDRLEN', () => {
  it('is asked with a layout', (context) => {
    const told = onCable(
      context,
      `const fd = s.socket(s.AF_PACKET, s.SOCK_DGRAM, 0);
for (const version of [s.TPACKET_V1, s.TPACKET_V2, s.TPACKET_V3, 3]) {
  tell(code(() => s.getsockopt(fd, s.SOL_PACKET, s.PACKET_HDRLEN, version)));
}`,
    );
    // linux/if_packet.h: each TPACKET*_HDRLEN is the header, aligned, and a sockaddr_ll.
    const sockaddr_ll = 20;
    expect(told).toEqual([
      ['ok', sockfd.TPACKET_HDRLEN - sockaddr_ll],
      ['ok', sockfd.TPACKET2_HDRLEN - sockaddr_ll],
      ['ok', sockfd.TPACKET3_HDRLEN - sockaddr_ll],
      ['EINVAL', 'getsockopt'],
    ]);
  });
});

describe('what comes with a packet', () => {
  it('is told by PACKET_AUXDATA: lengths, and the VLAN tag that was taken off', (context) => {
    const told = onCable(
      context,
      `${speaking}
// ETH_P_ALL. One is for python3: to peek writes the address over the length that is told later.
const [fd, other] = [1, 2].map(() => hear(v1, s.SOCK_RAW, 3));
for (const each of [fd, other]) s.setsockopt(each, s.SOL_PACKET, s.PACKET_AUXDATA, true);
const tagged = Buffer.concat([mac1, mac0, Buffer.from('8100a00588b5', 'hex'), Buffer.from('hi')]);
s.sendto(raw0, tagged, 0, onto(v0));
say(mac1, 'hello');
const script = 'import socket\\nfd = socket.socket(fileno=3)\\n' +
  'print(*(c[2].hex() for c in fd.recvmsg(99, 99)[1] if c[:2] == (263, 8)))';
const stdio = ['ignore', 'pipe', 'inherit', other];
for (let n = 0; n < 2; n++) {
  s.poll([{ fd, events: s.POLLIN }], 5000);
  const witness = execFileSync('python3', ['-c', script], { stdio, encoding: 'utf8' }).trim();
  const room = { iov: [Buffer.alloc(99)], controlLength: s.CMSG_SPACE(20) };
  const { control } = s.recvmsg(fd, room, s.MSG_DONTWAIT);
  const value = s.controlValue(control, s.SOL_PACKET, s.PACKET_AUXDATA);
  tell([value, control.length, hex(control[0].data) === witness]);
}`,
    ) as [sockfd.TpacketAuxdata, number, boolean][];
    const { TP_STATUS_USER, TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID } = sockfd;
    const vlan = TP_STATUS_USER | TP_STATUS_VLAN_VALID | TP_STATUS_VLAN_TPID_VALID;
    // Two bytes after the header; priority 5 and VLAN 5.
    const tagged = { len: 16, snaplen: 16, mac: 0, net: 14, vlan_tci: 0xa005, vlan_tpid: 0x8100 };
    const plain = { len: 19, snaplen: 19, mac: 0, net: 14, vlan_tci: 0, vlan_tpid: 0 };
    expect(
      told.map(([{ status, ...rest }, ...others]) => [status & vlan, rest, ...others]),
    ).toEqual([
      [vlan, tagged, 1, true],
      [TP_STATUS_USER, plain, 1, true],
    ]);
  });

  it('is told when it has left: PACKET_TX_TIMESTAMP, in the error queue', (context) => {
    const told = onCable(
      context,
      `${speaking}
// SOF_TIMESTAMPING_TX_SOFTWARE, SOFTWARE and OPT_ID. The veth driver makes the stamp.
s.setsockopt(raw0, s.SOL_SOCKET, s.SO_TIMESTAMPING, (1 << 1) | (1 << 4) | (1 << 7));
const before = Date.now() / 1000 - 1;
for (const text of ['one', 'second']) say(mac1, text);
for (let n = 0; n < 2; n++) {
  s.poll([{ fd: raw0, events: 0 }], 5000);
  const buf = Buffer.alloc(99);
  const room = { iov: [buf], controlLength: 512 };
  const { bytes, control, flags } = s.recvmsg(raw0, room, s.MSG_ERRQUEUE);
  const stamps = s.controlValue(control, s.SOL_SOCKET, s.SCM_TIMESTAMPING);
  const { sec = 0 } = stamps.software ?? {};
  const error = s.controlValue(control, s.SOL_PACKET, s.PACKET_TX_TIMESTAMP);
  const isSent = buf.subarray(0, bytes).equals(frame(mac1, ['one', 'second'][n]));
  tell([error, sec >= before && sec <= Date.now() / 1000, isSent, flags === s.MSG_ERRQUEUE]);
}
tell(code(() => s.recv(raw0, new Uint8Array(1), s.MSG_ERRQUEUE)));`,
    );
    // SCM_TSTAMP_SND: it was given to the device. ENOMSG: it is no error.
    const error = { errno: 42, origin: 4, type: 0, code: 0, info: 0 };
    const stamp = (id: number) => ({ ...error, data: id, timestamping: { tstype: 0, id } });
    expect(told).toEqual([
      [stamp(0), true, true, true],
      [stamp(1), true, true, true],
      ['EAGAIN', 'recv'],
    ]);
  });

  it('is headed by a virtio_net_hdr with PACKET_VNET_HDR', (context) => {
    const [plain, ten, twelve, cooked] = onCable(
      context,
      `${speaking}
const fds = [0, 10, 12].map((size) => {
  const fd = hear(v1, s.SOCK_RAW);
  if (size > 0) s.setsockopt(fd, s.SOL_PACKET, s.PACKET_VNET_HDR_SZ, size);
  return fd;
});
say(mac1, 'hello');
for (const fd of fds) tell(next(fd).data);
tell(code(() => s.setsockopt(hear(v1), s.SOL_PACKET, s.PACKET_VNET_HDR, true)));`,
    );
    expect(ten).toBe('00'.repeat(10) + plain);
    expect(twelve).toBe(`${'00'.repeat(12)}${plain}`);
    expect(cooked).toEqual(['EINVAL', 'setsockopt']);
  });

  it('passes the queueing discipline, or goes past it', (context) => {
    const told = onCable(
      context,
      `${speaking}
sh('tc qdisc add dev v0 root pfifo');
const queued = () => JSON.parse(sh('tc -s -j qdisc show dev v0'))[0].packets;
const fd = hear(v1);
for (const bypass of [false, true]) {
  s.setsockopt(raw0, s.SOL_PACKET, s.PACKET_QDISC_BYPASS, bypass);
  say(mac1, 'hello');
  tell([next(fd).text, queued()]);
}`,
    );
    expect(told).toEqual([
      ['hello', 1],
      ['hello', 1],
    ]);
  });
});

describe('what is no value of an option of SOL_PACKET', () => {
  const put = sockfd.setsockopt as (
    fd: number,
    level: number,
    name: number,
    value: unknown,
  ) => void;
  const gone = new Uint8Array(6);
  structuredClone(gone, { transfer: [gone.buffer] });
  const ring = { block_size: 4096, block_nr: 1, frame_size: 2048, frame_nr: 2 };
  const rows: [string, number, unknown, typeof TypeError | typeof RangeError, string][] = [
    ['no object', sockfd.PACKET_ADD_MEMBERSHIP, 1, TypeError, 'value'],
    ['no interface', sockfd.PACKET_ADD_MEMBERSHIP, { type: 1 }, TypeError, 'value.ifindex'],
    ['type', sockfd.PACKET_ADD_MEMBERSHIP, { ifindex: 1, type: -1 }, RangeError, 'value.type'],
    [
      'an address of text',
      sockfd.PACKET_DROP_MEMBERSHIP,
      { ifindex: 1, type: 0, address: '00:00' },
      TypeError,
      'value.address',
    ],
    [
      'a long address',
      sockfd.PACKET_ADD_MEMBERSHIP,
      { ifindex: 1, type: 0, address: new Uint8Array(33) },
      RangeError,
      'value.address.byteLength',
    ],
    [
      'an address that is gone',
      sockfd.PACKET_ADD_MEMBERSHIP,
      { ifindex: 1, type: 0, address: gone },
      TypeError,
      'value.address',
    ],
    ['no mode', sockfd.PACKET_FANOUT, { id: 1 }, TypeError, 'value.type_flags'],
    ['an id', sockfd.PACKET_FANOUT, { id: 65536, type_flags: 0 }, RangeError, 'value.id'],
    [
      'a count',
      sockfd.PACKET_FANOUT,
      { id: 1, type_flags: 0, max_num_members: 0.5 },
      RangeError,
      'value.max_num_members',
    ],
    ['no frames', sockfd.PACKET_RX_RING, { block_size: 1 }, TypeError, 'value.block_nr'],
    [
      'a size',
      sockfd.PACKET_TX_RING,
      { ...ring, block_size: 2 ** 32 },
      RangeError,
      'value.block_size',
    ],
    [
      'a time',
      sockfd.PACKET_RX_RING,
      { ...ring, retire_blk_tov: '1' },
      TypeError,
      'value.retire_blk_tov',
    ],
  ];

  it.each(rows)('is refused: %s', (_, optname, value, kind, argument) => {
    expectRefused(() => put(-1, SOL_PACKET, optname, value), kind, argument);
  });

  it('is refused: a layout that is no number', () => {
    const get = sockfd.getsockopt as (...args: unknown[]) => unknown;
    const asking = (version: unknown) => () => get(-1, SOL_PACKET, sockfd.PACKET_HDRLEN, version);
    expectRefused(asking('1'), TypeError, 'buf');
    expectRefused(asking(undefined), TypeError, 'buf');
    expectRefused(asking(0.5), RangeError, 'buf');
  });
});
