// @ts-check
/** What the raw and the checked form of the calls do alike with datagrams: 64 sent, then received. */
import {
  AF_INET,
  bind,
  CMSG_SPACE,
  connect,
  encodeSockaddr,
  getsockname,
  IPPROTO_UDP,
  MsgVec,
  SO_RCVTIMEO,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_SOCKET,
  setsockopt,
  socket,
  UDP_GRO,
  UDP_SEGMENT,
} from '../../dist/index.js';
import { expect } from './serve.js';

const window = 64;
const largest = 65507;

export const size = Number(process.argv[2]);
export const data = new Uint8Array(size);
/** How many datagrams go in one buffer, with UDP_SEGMENT. */
const segments = window * size <= largest ? window : window / 2;
const segmented = new Uint8Array(segments * size);
/** How many such buffers go by one sendmmsg: the receive buffer has room for them. */
const buffers = 4;
/** Receives such a buffer, and the control message with it. */
export const room = new Uint8Array(largest);
export const controlLength = CMSG_SPACE(4);

/** @param {{ connects: boolean, gro: boolean }} how */
function openPair({ connects, gro }) {
  const inet = encodeSockaddr({ family: AF_INET, addr: '127.0.0.1', port: 0 });
  const to = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);
  const from = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);
  bind(to, inet);
  bind(from, inet);
  setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, { sec: 2, usec: 0 });
  setsockopt(to, IPPROTO_UDP, UDP_GRO, gro);
  const addr = encodeSockaddr(getsockname(to));
  if (connects) connect(from, addr);
  return { from, to, addr };
}

const connected = openPair({ connects: true, gro: false });
const loose = openPair({ connects: false, gro: false });
const option = openPair({ connects: true, gro: true });
const control = openPair({ connects: true, gro: true });
setsockopt(option.from, IPPROTO_UDP, UDP_SEGMENT, size);

/**
 * @typedef {import('../../dist/index.js').Message} Message
 * @typedef {Pick<typeof import('../../dist/index.js'), 'recv' | 'recvmmsg' | 'send' | 'sendmmsg' | 'sendmsg' | 'sendto'>} Calls
 * @typedef {object} Own  what differs
 * @property {(fd: number) => number} receive  bytes received by recvmsg
 * @property {(fd: number) => number} receiveFrom  bytes received by recvfrom
 * @property {(fd: number) => number} receiveSegments  how many datagrams recvmsg received
 * @property {NonNullable<Message['control']>} segment  UDP_SEGMENT as a control message
 */

/**
 * @param {Calls} calls
 * @param {number} namesize
 */
function manyBy({ sendmmsg, recvmmsg }, namesize) {
  const output = new MsgVec(window, size, namesize);
  const input = new MsgVec(window, size, namesize);
  const { from, to, addr } = namesize > 0 ? loose : connected;
  if (namesize > 0) for (let n = 0; n < window; n++) output.setName(n, addr);
  /** @param {number} count */
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i += window) {
      expect(sendmmsg(from, output), window);
      expect(recvmmsg(to, input), window);
      for (let n = 0; n < window; n++) sum += input.len[n] ?? 0;
    }
    expect(sum, size * count);
  };
}

/** @param {Calls} calls */
function manySegmented({ sendmmsg, recvmmsg }) {
  const { from, to } = option;
  const output = new MsgVec(buffers, segments * size);
  const input = new MsgVec(buffers, largest, 0, controlLength);
  // struct cmsghdr: an 8-byte length, the level, the type; then the data.
  const words = new Int32Array(input.control.buffer);
  /** @param {number} count */
  return (count) => {
    let sum = 0;
    for (let i = 0; i < count; i += buffers * segments) {
      expect(sendmmsg(from, output), buffers);
      expect(recvmmsg(to, input), buffers);
      for (let n = 0; n < buffers; n++) {
        const at = (n * input.controlsize) / 4;
        expect(words[at + 3], UDP_GRO);
        sum += (input.len[n] ?? 0) / (words[at + 4] ?? 0);
      }
    }
    expect(sum, count);
  };
}

/**
 * @param {Calls} calls
 * @param {Own} own
 * @returns {Record<string, import('./serve.js').Work>}
 */
export function operations(calls, { receive, receiveFrom, receiveSegments, segment }) {
  const { send, recv, sendto, sendmsg } = calls;
  const message = { iov: [data] };
  const withSegment = { iov: [segmented], control: segment };
  return {
    mmsg: manyBy(calls, 0),
    mmsgNamed: manyBy(calls, 16),
    gsoMmsg: manySegmented(calls),
    gso(count) {
      let sum = 0;
      for (let i = 0; i < count; i += segments) {
        expect(send(option.from, segmented, 0), segmented.length);
        sum += receiveSegments(option.to);
      }
      expect(sum, count);
    },
    gsoCmsg(count) {
      let sum = 0;
      for (let i = 0; i < count; i += segments) {
        expect(sendmsg(control.from, withSegment), segmented.length);
        sum += receiveSegments(control.to);
      }
      expect(sum, count);
    },
    sendrecv(count) {
      let sum = 0;
      for (let i = 0; i < count; i += window) {
        for (let n = 0; n < window; n++) sum += send(connected.from, data, 0);
        for (let n = 0; n < window; n++) sum += recv(connected.to, data, 0);
      }
      expect(sum, 2 * size * count);
    },
    sendtoRecvfrom(count) {
      let sum = 0;
      for (let i = 0; i < count; i += window) {
        for (let n = 0; n < window; n++) sum += sendto(loose.from, data, 0, loose.addr);
        for (let n = 0; n < window; n++) sum += receiveFrom(loose.to);
      }
      expect(sum, 2 * size * count);
    },
    sendmsgRecvmsg(count) {
      let sum = 0;
      for (let i = 0; i < count; i += window) {
        for (let n = 0; n < window; n++) sum += sendmsg(connected.from, message);
        for (let n = 0; n < window; n++) sum += receive(connected.to);
      }
      expect(sum, 2 * size * count);
    },
  };
}
