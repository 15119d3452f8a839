import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_NETLINK,
  bind,
  getsockname,
  getsockopt,
  NETLINK_EXT_ACK,
  NETLINK_ROUTE,
  RTNLGRP_LINK,
  recv,
  recvfrom,
  SOCK_RAW,
  SOL_NETLINK,
  send,
  sendto,
  setsockopt,
} from '../../lib/index.js';
import { Reader } from '../../lib/kernel/bytes.js';
import {
  decodeNlattrs,
  encodeNlmsg,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  type NlMsgHdr,
  nlmsghdr,
} from '../../lib/structs/netlink.js';
import { isRoot, node, run } from '../support/child.js';
import { inNetns } from '../support/netns.js';
import { expectError, guardFds, open } from '../support/sockets.js';

guardFds();

const KERNEL = { family: AF_NETLINK, pid: 0, groups: 0 } as const;

// linux/rtnetlink.h and linux/if_link.h.
const [RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK] = [16, 17, 18];
const [IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU] = [1, 3, 4];
const NLMSGERR_ATTR_MSG = 1;
const NLM_F_CAPPED = 0x100;
/** The size of struct ifinfomsg. */
const IFINFOMSG = 16;

interface Message extends NlMsgHdr {
  payload: Uint8Array;
}

function messagesOf(bytes: Uint8Array): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at + 16 <= bytes.byteLength; ) {
    const header = nlmsghdr(new Reader(bytes.subarray(at)));
    messages.push({ ...header, payload: bytes.slice(at + 16, at + header.len) });
    at += (header.len + 3) & ~3;
  }
  return messages;
}

const fromHex = (hex: string): Message[] => messagesOf(new Uint8Array(Buffer.from(hex, 'hex')));

/** The index, name, MTU and address of an interface that a message tells of. */
function linkOf({ payload }: Message): Record<string, unknown> {
  const attributes = decodeNlattrs(payload.subarray(IFINFOMSG));
  const [name, mtu, address] = [IFLA_IFNAME, IFLA_MTU, IFLA_ADDRESS].map((type) =>
    Buffer.from(attributes.get(type) ?? []),
  );
  return {
    ifindex: Buffer.from(payload).readInt32LE(4),
    ifname: name?.toString().replace('\0', ''),
    mtu: mtu?.readUInt32LE(),
    address: address?.toString('hex').replace(/..(?!$)/g, '$&:'),
  };
}

describe('AF_NETLINK', () => {
  it('lists the interfaces that ip(8) lists', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    const request = encodeNlmsg(
      RTM_GETLINK,
      NLM_F_REQUEST | NLM_F_DUMP,
      7,
      new Uint8Array(IFINFOMSG),
    );
    expect(sendto(fd, request, 0, KERNEL)).toBe(32);
    const buf = new Uint8Array(65_536);
    const messages: Message[] = [];
    while (messages.at(-1)?.type !== NLMSG_DONE) {
      const { bytes, addr } = recvfrom(fd, buf);
      expect(addr).toEqual(KERNEL);
      messages.push(...messagesOf(buf.subarray(0, bytes)));
    }
    const { pid } = getsockname(fd) as sockfd.SockAddrNl;
    expect(new Set(messages.map((message) => `${message.seq} ${message.pid}`))).toEqual(
      new Set([`7 ${pid}`]),
    );
    const listed = JSON.parse(run('ip', ['-j', 'link'])) as Record<string, unknown>[];
    const links = messages.filter(({ type }) => type === RTM_NEWLINK).map(linkOf);
    expect(links).toEqual(
      listed.map(({ ifindex, ifname, mtu, address, link_type }) => {
        // The address of a tunnel is not of the link layer.
        const isMac = link_type === 'ether' || link_type === 'loopback';
        return { ifindex, ifname, mtu, address: isMac ? address : expect.anything() };
      }),
    );
  });

  it('has the port of its process, or one of its own', () => {
    const [first, second] = [1, 2].map(() => {
      const fd = open(AF_NETLINK, SOCK_RAW, sockfd.NETLINK_USERSOCK);
      bind(fd, KERNEL);
      return getsockname(fd) as sockfd.SockAddrNl;
    });
    expect(first).toEqual({ family: AF_NETLINK, pid: process.pid, groups: 0 });
    expect(second?.pid).not.toBe(process.pid);
    const fd = open(AF_NETLINK, SOCK_RAW, sockfd.NETLINK_USERSOCK);
    const taken = () => bind(fd, { ...KERNEL, pid: process.pid });
    expectError(taken, 'bind', 'EADDRINUSE');
    const nobody = () => sendto(fd, 'x', 0, { ...KERNEL, pid: 0x7fff_fff0 });
    expectError(nobody, 'sendto', 'ECONNREFUSED');
  });

  it('takes messages from another socket, with its port', () => {
    const [a, b] = [1, 2].map(() => open(AF_NETLINK, SOCK_RAW, sockfd.NETLINK_USERSOCK));
    const [from, to] = [a, b].map((fd) => {
      bind(fd as number, KERNEL);
      return getsockname(fd as number);
    });
    sockfd.connect(a as number, to as sockfd.SockAddr);
    expect(send(a as number, 'hello')).toBe(5);
    const buf = Buffer.alloc(64);
    expect(recvfrom(b as number, buf)).toEqual({ bytes: 5, addr: from });
    expect(buf.toString('latin1', 0, 5)).toBe('hello');
  });
});

describe('NETLINK_ADD_MEMBERSHIP', () => {
  it('brings the events of a group, until it is dropped', (context) => {
    const told = inNetns(
      context,
      `const fd = s.socket(s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_ROUTE);
// What has no port is taken for the kernel, and does not hear it.
s.bind(fd, { family: s.AF_NETLINK, pid: 0, groups: 0 });
const set = (optname) => s.setsockopt(fd, s.SOL_NETLINK, s[optname], s.RTNLGRP_LINK);
const heard = () => {
  const buf = Buffer.alloc(65536);
  const all = [];
  while (s.poll([{ fd, events: s.POLLIN }], 0) === 1) {
    all.push(buf.toString('hex', 0, s.recv(fd, buf)));
  }
  return all.join('');
};
sh('ip link add early type veth peer name early2');
tell(heard());
set('NETLINK_ADD_MEMBERSHIP');
tell(s.getsockname(fd).groups);
sh('ip link add v0 type veth peer name v1');
tell(heard());
sh('ip link del v0');
tell(heard());
set('NETLINK_DROP_MEMBERSHIP');
sh('ip link add v0 type veth peer name v1');
tell(heard());`,
    );
    const [before, groups, created, deleted, after] = told as [string, number, ...string[]];
    expect([before, after]).toEqual(['', '']);
    // netlink(7): the mask of the first 32 groups.
    expect(groups).toBe(1 << (RTNLGRP_LINK - 1));
    const events = (hex = '') => fromHex(hex).map((each) => [each.type, linkOf(each).ifname]);
    expect(events(created)).toEqual(
      expect.arrayContaining([
        [RTM_NEWLINK, 'v0'],
        [RTM_NEWLINK, 'v1'],
      ]),
    );
    expect(events(deleted)).toEqual(
      expect.arrayContaining([
        [RTM_DELLINK, 'v0'],
        [RTM_DELLINK, 'v1'],
      ]),
    );
  });

  it('tells the group of each message with NETLINK_PKTINFO', (context) => {
    const told = inNetns(
      context,
      `const fd = s.socket(s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_ROUTE);
s.bind(fd, { family: s.AF_NETLINK, pid: 0, groups: 0 });
s.setsockopt(fd, s.SOL_NETLINK, s.NETLINK_PKTINFO, true);
s.setsockopt(fd, s.SOL_NETLINK, s.NETLINK_ADD_MEMBERSHIP, s.RTNLGRP_IPV4_IFADDR);
sh('ip addr add 192.0.2.1/24 dev lo');
const script = 'import socket\\nprint([(c[0], c[1], c[2].hex()) for c in ' +
  'socket.socket(fileno=3).recvmsg(9999, 99, socket.MSG_PEEK)[1]])';
const stdio = ['ignore', 'pipe', 'inherit', fd];
tell(execFileSync('python3', ['-c', script], { stdio, encoding: 'utf8' }));
const room = { iov: [new Uint8Array(9999)], controlLength: s.CMSG_SPACE(4) };
const { control } = s.recvmsg(fd, room, s.MSG_DONTWAIT);
tell(s.controlValue(control, s.SOL_NETLINK, s.NETLINK_PKTINFO));`,
    );
    const group = sockfd.RTNLGRP_IPV4_IFADDR;
    expect(told).toEqual([
      `[(${SOL_NETLINK}, ${sockfd.NETLINK_PKTINFO}, '0${group}000000')]\n`,
      { group },
    ]);
  });

  it('fails with EINVAL for a group that is none, and with EPERM for some protocols', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    const join = (group: number) => () =>
      setsockopt(fd, SOL_NETLINK, sockfd.NETLINK_ADD_MEMBERSHIP, group);
    expectError(join(0), 'setsockopt', 'EINVAL');
    expectError(join(99_999), 'setsockopt', 'EINVAL');
    const body = `nobody();
const join = (protocol, optname, value) => {
  const fd = s.socket(s.AF_NETLINK, s.SOCK_RAW, protocol);
  return code(() => s.setsockopt(fd, s.SOL_NETLINK, optname, value))[0];
};
tell(join(s.NETLINK_ROUTE, s.NETLINK_ADD_MEMBERSHIP, 1));
tell(join(s.NETLINK_XFRM, s.NETLINK_ADD_MEMBERSHIP, 1));
tell(join(s.NETLINK_ROUTE, s.NETLINK_LISTEN_ALL_NSID, true));`;
    expect(node(body)).toEqual(['ok', 'EPERM', 'EPERM']);
  });
});

describe('NETLINK_NO_ENOBUFS', () => {
  it('keeps quiet about messages that were lost', (context) => {
    const told = inNetns(
      context,
      `const [plain, quiet] = [1, 2].map(() => {
  const fd = s.socket(s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_ROUTE);
  s.bind(fd, { family: s.AF_NETLINK, pid: 0, groups: 0 });
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVBUF, 1);
  s.setsockopt(fd, s.SOL_NETLINK, s.NETLINK_ADD_MEMBERSHIP, s.RTNLGRP_IPV4_IFADDR);
  return fd;
});
s.setsockopt(quiet, s.SOL_NETLINK, s.NETLINK_NO_ENOBUFS, true);
sh('for n in $(seq 40); do echo addr add 192.0.2.$n/32 dev lo; done | ip -batch -');
const heard = (fd) => {
  const results = new Set();
  for (let n = 0; n < 60; n++) {
    results.add(code(() => s.recv(fd, new Uint8Array(9999), s.MSG_DONTWAIT))[0]);
  }
  return [...results].sort();
};
tell(heard(plain));
tell(heard(quiet));`,
    );
    expect(told).toEqual([
      ['EAGAIN', 'ENOBUFS', 'ok'],
      ['EAGAIN', 'ok'],
    ]);
  });
});

/** Asks for something wrong, and returns what the kernel says to that. */
function answerTo(fd: number, request: Uint8Array): Message {
  sendto(fd, request, 0, KERNEL);
  const buf = new Uint8Array(8192);
  const [answer] = messagesOf(buf.subarray(0, recv(fd, buf)));
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

/** RTM_GETLINK of an interface that there is not. */
function askForNobody(): Uint8Array {
  const ifinfomsg = Buffer.alloc(IFINFOMSG);
  ifinfomsg.writeInt32LE(0x7fff_ffff, 4);
  return encodeNlmsg(RTM_GETLINK, NLM_F_REQUEST | NLM_F_ACK, 1, ifinfomsg);
}

describe('the acknowledgement of an error', () => {
  it('has the request in it, or its header only with NETLINK_CAP_ACK', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    const request = askForNobody();
    const whole = answerTo(fd, request);
    expect(whole.type).toBe(NLMSG_ERROR);
    const errno = Buffer.from(whole.payload).readInt32LE();
    expect(errno).toBe(-sockfd.ENODEV);
    expect(Buffer.from(whole.payload.subarray(4))).toEqual(Buffer.from(request));
    setsockopt(fd, SOL_NETLINK, sockfd.NETLINK_CAP_ACK, true);
    const capped = answerTo(fd, request);
    expect(capped.flags & NLM_F_CAPPED).toBe(NLM_F_CAPPED);
    expect(capped.payload).toEqual(whole.payload.subarray(0, 20));
  });

  it('says in words what is wrong with NETLINK_EXT_ACK, as ip(8) repeats it', (context) => {
    const told = inNetns(
      context,
      `import { spawnSync } from 'node:child_process';
const add = ['addr', 'add', '192.0.2.1/24', 'dev', 'lo'];
sh('ip ' + add.join(' '));
tell(spawnSync('ip', add, { encoding: 'utf8' }).stderr);
const fd = s.socket(s.AF_NETLINK, s.SOCK_RAW, s.NETLINK_ROUTE);
const ask = () => {
  // RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL: IFA_LOCAL.
  const request = Buffer.from('2000000014000506010000000000000002180000010000000800020' +
    '0c0000201', 'hex');
  s.sendto(fd, request, 0, { family: s.AF_NETLINK, pid: 0, groups: 0 });
  const buf = Buffer.alloc(8192);
  return buf.toString('hex', 0, s.recv(fd, buf));
};
tell(ask());
s.setsockopt(fd, s.SOL_NETLINK, s.NETLINK_EXT_ACK, true);
s.setsockopt(fd, s.SOL_NETLINK, s.NETLINK_CAP_ACK, true);
tell(ask());`,
    ) as string[];
    const [shown = '', plain = '', extended = ''] = told;
    const errors = [plain, extended].map((hex) => fromHex(hex)[0]?.payload ?? new Uint8Array());
    expect(errors.map((error) => Buffer.from(error).readInt32LE())).toEqual([
      -sockfd.EEXIST,
      -sockfd.EEXIST,
    ]);
    expect(errors[0]).toHaveLength(4 + 32);
    const words = decodeNlattrs(errors[1]?.subarray(20) ?? new Uint8Array());
    const text = Buffer.from(words.get(NLMSGERR_ATTR_MSG) ?? []).toString();
    expect(text).toMatch(/^.+\0$/);
    expect(shown).toBe(`Error: ${text.slice(0, -1)}.\n`);
  });

  it('comes for a dump that asks for what it does not know, with NETLINK_GET_STRICT_CHK', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    const ifinfomsg = new Uint8Array(IFINFOMSG);
    // ifi_change has no meaning here.
    ifinfomsg.fill(1, 12);
    const request = encodeNlmsg(RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, ifinfomsg);
    expect(answerTo(fd, request).type).toBe(RTM_NEWLINK);
    const strict = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    setsockopt(strict, SOL_NETLINK, sockfd.NETLINK_GET_STRICT_CHK, true);
    setsockopt(strict, SOL_NETLINK, NETLINK_EXT_ACK, true);
    const { type, payload } = answerTo(strict, request);
    expect([NLMSG_ERROR, NLMSG_DONE]).toContain(type);
    expect(Buffer.from(payload).readInt32LE()).toBe(-sockfd.EINVAL);
  });
});

describe('NETLINK_LIST_MEMBERSHIPS', () => {
  it('is empty before a group is joined, and has those of bind(2)', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    const list = () => getsockopt(fd, SOL_NETLINK, sockfd.NETLINK_LIST_MEMBERSHIPS);
    expect(list()).toEqual([]);
    bind(fd, { family: AF_NETLINK, pid: 0, groups: 0b1001 });
    expect(list()).toEqual([1, 4]);
    setsockopt(fd, SOL_NETLINK, sockfd.NETLINK_ADD_MEMBERSHIP, sockfd.RTNLGRP_NEXTHOP);
    expect(list()).toEqual([1, 4, 32]);
    expect((getsockname(fd) as sockfd.SockAddrNl).groups).toBe(0x8000_0009);
  });

  it('is told in bytes with the length that the whole list needs', () => {
    const fd = open(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    setsockopt(fd, SOL_NETLINK, sockfd.NETLINK_ADD_MEMBERSHIP, sockfd.RTNLGRP_BRVLAN);
    const memory = Buffer.alloc(8, 0xee);
    const first = memory.subarray(0, 4);
    expect(getsockopt(fd, SOL_NETLINK, sockfd.NETLINK_LIST_MEMBERSHIPS, first)).toBe(8);
    expect(memory.toString('hex')).toBe('00000000eeeeeeee');
  });
});

describe('NETLINK_KOBJECT_UEVENT', () => {
  it('hears of a device that appears', (context) => {
    if (!isRoot) context.skip('only the first user namespace hears them all');
    const told = inNetns(
      context,
      `const fd = s.socket(s.AF_NETLINK, s.SOCK_DGRAM, s.NETLINK_KOBJECT_UEVENT);
s.bind(fd, { family: s.AF_NETLINK, pid: 0, groups: 1 });
sh('ip link add v0 type veth peer name v1');
const buf = Buffer.alloc(8192);
const all = [];
while (s.poll([{ fd, events: s.POLLIN }], 0) === 1) {
  all.push(buf.toString('latin1', 0, s.recv(fd, buf)).split('\\0')[0]);
}
tell(all);`,
    ) as [string[]];
    expect(told[0]).toEqual(expect.arrayContaining([expect.stringMatching(/^add@.*\/net\/v0$/)]));
  });
});
