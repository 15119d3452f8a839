// @ts-check
/** How many datagrams a second go over loopback, and what CPU time one takes. */
import { ratioVerdict, verdict } from './support/rounds.js';

const sizes = [64, 1200];

const c = { label: 'C, idle thread', peer: 'udp-c' };
const single = { label: 'C, one thread', peer: 'udp-c-single' };
const raw = { label: 'sockfd raw', peer: 'udp-raw' };
const checked = { label: 'sockfd', peer: 'udp-checked' };
const python = { label: 'python3 sendto + recv_into', peer: 'udp-python', operation: 'sendto' };
const dgram = { label: 'node:dgram', peer: 'udp-dgram', operation: 'send' };
const connected = { label: 'node:dgram, connected', peer: 'udp-dgram', operation: 'connected' };

/** The ways to send and receive, and who has each. */
const ways = [
  { name: 'sendmmsg + recvmmsg', operation: 'mmsg', peers: [c, single, raw, checked] },
  { name: 'the same, with addresses', operation: 'mmsgNamed', peers: [c, raw, checked] },
  { name: 'UDP_SEGMENT, UDP_GRO', operation: 'gso', peers: [c, raw, checked] },
  { name: 'the same, as cmsg', operation: 'gsoCmsg', peers: [c, raw, checked] },
  { name: 'sendmmsg + recvmmsg of such', operation: 'gsoMmsg', peers: [c, raw, checked] },
  { name: 'send + recv', operation: 'sendrecv', peers: [c, raw, checked, connected] },
  {
    name: 'sendto + recvfrom',
    operation: 'sendtoRecvfrom',
    peers: [c, raw, checked, python, dgram],
  },
  { name: 'sendmsg + recvmsg', operation: 'sendmsgRecvmsg', peers: [c, raw, checked] },
];

/** @param {number} size */
const nameOf = (size, way = '') => `${size} B, ${way}`;

/** @type {import('./support/rounds.js').Benchmark} */
export const udp = {
  operations: sizes.flatMap((size) =>
    ways.map(({ name, operation, peers }) => ({
      name: nameOf(size, name),
      rows: peers.map((each) => ({ operation, ...each, peer: `${each.peer} ${size}` })),
    })),
  ),
  verdicts({ operations }) {
    return sizes.flatMap((size) => {
      const [many, named, gso, gsoCmsg, gsoMany, connectedCalls, calls] = ways.map((way) =>
        operations.find(({ name }) => name === nameOf(size, way.name)),
      );
      /**
       * What a way takes of what node:dgram takes. C's is the least that any caller could reach.
       *
       * @param {typeof many} operation
       * @param {string} label
       * @param {number} [target]
       */
      const ofDgram = (operation, label, target) => {
        const row = (/** @type {typeof many} */ from, /** @type {string} */ name) =>
          from?.rows.find((each) => each.label === name);
        return [row(calls, dgram.label), row(connectedCalls, connected.label)].map((other) => {
          const title = `${operation?.name}: ${label} / ${other?.label}`;
          return verdict(title, row(operation, label), other, target);
        });
      };
      return [
        ...[many, named, gsoMany].flatMap((operation) =>
          [raw, checked].map(({ label }) => ratioVerdict(operation, label, c.label, 1.15)),
        ),
        ...[gso, gsoCmsg].map((operation) => ratioVerdict(operation, raw.label, c.label, 1.15)),
        ...ofDgram(many, raw.label, 1 / 5),
        ...ofDgram(many, c.label),
        ...[gso, gsoMany].flatMap((operation) => ofDgram(operation, raw.label, 1 / 5)),
      ];
    });
  },
};
