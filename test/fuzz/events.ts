/** The decoders of readiness, and of what fcntl(2) leaves. */
import { decodeEpollEvents, encodeEpollEvent } from '../../lib/structs/epoll_event.js';
import { decodeEpollParams, encodeEpollParams } from '../../lib/structs/epoll_params.js';
import { FdSet } from '../../lib/structs/fdset.js';
import {
  decodeFlock,
  decodeFOwnerEx,
  encodeFlock,
  encodeFOwnerEx,
} from '../../lib/structs/flock.js';
import { decodeItimerspec, encodeItimerspec } from '../../lib/structs/itimerspec.js';
import { decodeSignalfdSiginfo } from '../../lib/structs/signalfd_siginfo.js';
import { decodeSigset, encodeSigset } from '../../lib/structs/sigset.js';
import type { Target } from './oracle.js';

const shorterThan =
  (size: number) =>
  (bytes: Uint8Array): boolean =>
    bytes.byteLength < size;

/** The words of these bytes, of which some may be left over. */
const words = (bytes: Uint8Array): Uint32Array =>
  new Uint32Array(bytes.slice(0, bytes.byteLength & -4).buffer);

export const eventTargets: readonly Target[] = [
  {
    name: 'epoll_event',
    covers: ['decodeEpollEvents', 'encodeEpollEvent'],
    shape: (bytes) => bytes.slice(0, bytes.byteLength - (bytes.byteLength % 12)),
    decode: (bytes) => decodeEpollEvents<number | bigint>(words(bytes), bytes.byteLength / 12),
    encode: (events: ReturnType<typeof decodeEpollEvents<number | bigint>>) =>
      new Uint8Array(Uint32Array.from(events.flatMap((each) => encodeEpollEvent(each, -1))).buffer),
    isWhole: true,
  },
  {
    name: 'epoll_params',
    covers: ['decodeEpollParams', 'encodeEpollParams'],
    refuses: shorterThan(8),
    decode: decodeEpollParams,
    encode: encodeEpollParams,
  },
  {
    name: 'fdset',
    covers: ['FdSet'],
    shape: (bytes) => bytes.slice(0, 128),
    decode: (bytes) => {
      const set = new FdSet();
      set.bytes.set(bytes);
      return [...set];
    },
    encode: (fds: number[], { byteLength }) => new FdSet(fds).bytes.slice(0, byteLength),
    isWhole: true,
  },
  {
    name: 'flock',
    covers: ['decodeFlock', 'encodeFlock'],
    refuses: shorterThan(32),
    decode: decodeFlock,
    encode: encodeFlock,
    mayRefuse: true,
  },
  {
    name: 'f_owner_ex',
    covers: ['decodeFOwnerEx', 'encodeFOwnerEx'],
    refuses: shorterThan(8),
    decode: decodeFOwnerEx,
    encode: encodeFOwnerEx,
    isWhole: true,
  },
  {
    name: 'itimerspec',
    covers: ['decodeItimerspec', 'encodeItimerspec'],
    refuses: shorterThan(32),
    decode: decodeItimerspec,
    encode: (timer: ReturnType<typeof decodeItimerspec>) => encodeItimerspec(timer),
    mayRefuse: true,
  },
  {
    name: 'signalfd_siginfo',
    covers: ['decodeSignalfdSiginfo'],
    refuses: shorterThan(128),
    decode: decodeSignalfdSiginfo,
  },
  {
    name: 'sigset',
    covers: ['decodeSigset', 'encodeSigset'],
    refuses: shorterThan(8),
    decode: decodeSigset,
    encode: (signals: number[]) => encodeSigset(signals),
    isWhole: true,
  },
];
