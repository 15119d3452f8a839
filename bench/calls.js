// @ts-check
/** What a call costs above C. */
import { ratioVerdict } from './support/rounds.js';

const c = { label: 'C, idle thread', peer: 'c' };
const single = { label: 'C, one thread', peer: 'c-single' };
const raw = { label: 'sockfd raw', peer: 'raw' };
const raw5 = { label: 'sockfd raw, 5 arguments', peer: 'raw' };
const checked = { label: 'sockfd', peer: 'checked' };
const koffi = { label: 'koffi', peer: 'koffi' };
const python = { label: 'python3 socket', peer: 'python' };

/** @param {string} operation */
const all = (operation, peers = [c, single, raw, checked, koffi, python]) =>
  peers.map((peer) => ({ ...peer, operation }));

/** @type {import('./support/rounds.js').Benchmark} */
export const calls = {
  operations: [
    {
      name: 'send + recv of 64 bytes',
      rows: [...all('sendrecv'), { ...raw5, operation: 'sendrecv5' }],
    },
    {
      name: 'fcntl(fd, F_GETFD)',
      rows: all('fcntl').map((row) =>
        row.peer === 'python' ? { ...row, label: 'python3 fcntl' } : row,
      ),
    },
    {
      name: 'recv(-1): EBADF',
      rows: [
        ...all('ebadf', [c, single, raw, koffi]),
        { ...raw5, operation: 'ebadf5' },
        { label: 'python3 ctypes', peer: 'python', operation: 'ebadf' },
        { label: 'sockfd, throwing', peer: 'checked', operation: 'throw' },
        { label: 'python3 socket, raising', peer: 'python', operation: 'throw' },
      ],
    },
  ],
  verdicts({ operations }) {
    const [sendRecv, fcntl, failing] = operations;
    return [
      ratioVerdict(sendRecv, raw.label, c.label, 1.25),
      ratioVerdict(failing, raw.label, koffi.label, 1),
      ratioVerdict(sendRecv, checked.label, raw.label, 1.1),
      ratioVerdict(fcntl, checked.label, raw.label, 1.1),
    ];
  },
};
