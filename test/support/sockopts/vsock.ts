/** The trials of the AF_VSOCK options. */
import { AF_VSOCK, SOCK_STREAM } from '../../../lib/index.js';
import { open } from '../sockets.js';
import type { Make, Trial } from './make.js';

export const vsock: Make = () => open(AF_VSOCK, SOCK_STREAM);

const lacking = ['EAFNOSUPPORT', 'this kernel has no AF_VSOCK'] as const;

const timeout: Trial = {
  lacking,
  set: [
    { sec: 5, usec: 0 },
    { sec: 1, usec: 500_000 },
    { sec: 0, usec: 0 },
  ],
  // All zero is the 2 seconds that connect(2) waits by default.
  reads: (value) => {
    const { sec, usec } = value as { sec: number; usec: number };
    return sec === 0 && usec === 0 ? { sec: 2, usec: 0 } : value;
  },
};

export const vsockTrials: Record<string, Trial> = {
  SO_VM_SOCKETS_BUFFER_SIZE: { lacking, set: [65_536, 4096] },
  SO_VM_SOCKETS_BUFFER_MIN_SIZE: { lacking, set: [256, 0] },
  SO_VM_SOCKETS_BUFFER_MAX_SIZE: { lacking, set: [2 ** 40, 65_536, Number.POSITIVE_INFINITY] },
  SO_VM_SOCKETS_CONNECT_TIMEOUT: timeout,
  SO_VM_SOCKETS_CONNECT_TIMEOUT_NEW: timeout,
};
