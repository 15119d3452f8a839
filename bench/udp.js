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
      const [many, named, gso, cmsg, connectedCalls, calls] = ways.map((way) =>
        operations.find(({ name }) => name === nameOf(size, way.name)),
      );
      const batched = many?.rows.find(({ label }) => label === raw.label);
      /** @param {typeof many} operation @param {string} label */
      const against = (operation, label) => {
        const other = operation?.rows.find((each) => each.label === label);
        return verdict(`${many?.name}: ${raw.label} / ${label}`, batched, other, 1 / 5);
      };
      return [
        ...[many, named, gso, cmsg].flatMap((operation) =>
          [raw, checked].map(({ label }) => ratioVerdict(operation, label, c.label, 1.15)),
        ),
        against(calls, dgram.label),
        against(connectedCalls, connected.label),
      ];
    });
  },
};
