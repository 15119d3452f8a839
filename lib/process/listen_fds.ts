/** Listeners that a process is started with, as systemd passes them. sd_listen_fds(3) */
import { fstatSync } from 'node:fs';
import { object, typeError } from '../kernel/validate.js';
import { EFD_CLOEXEC } from '../syscalls/eventfd.js';
import { F_GETFD, F_SETFD, FD_CLOEXEC } from '../syscalls/fcntl.js';
import * as raw from '../syscalls/raw.js';

/** A descriptor that came with the process. */
export interface ListenFd {
  fd: number;
  /** FileDescriptorName= of the unit; `'unknown'` where the names were not told. */
  name: string;
}

/** SD_LISTEN_FDS_START: the first of them. */
const START = 3;

/** What says who is to have them, and which they are. */
export const variables = ['LISTEN_PID', 'LISTEN_PIDFDID', 'LISTEN_FDS', 'LISTEN_FDNAMES'] as const;

function environmentError(name: string, must: string, value: string): RangeError {
  const error = new RangeError(`The environment's ${name} ${must}. Received '${value}'`);
  return Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
}

/** A variable that is a whole number; undefined when it is not set. */
function numberOf(name: string, max: number): number | undefined {
  const value = process.env[name];
  if (value === undefined) return undefined;
  const number = /^\d{1,10}$/.test(value) ? Number(value) : 0;
  if (number >= 1 && number <= max) return number;
  throw environmentError(name, `must be an integer from 1 to ${max}`, value);
}

/** Device and inode of a new descriptor, which is closed; undefined when there is none. */
function fileOf(fd: number): { dev: bigint; ino: bigint } | undefined {
  if (fd < 0) return undefined;
  try {
    return fstatSync(fd, { bigint: true });
  } finally {
    raw.close(fd);
  }
}

/**
 * The number of this process that no other ever has; undefined before Linux 6.9. Since then, pidfds
 * have inodes of their own, on a device of their own: not on that of the one inode which files
 * without a place share, such as an eventfd.
 */
function pidfdId(): string | undefined {
  const own = fileOf(raw.pidfd_open(process.pid));
  const shared = fileOf(raw.eventfd(0, EFD_CLOEXEC));
  if (own === undefined || shared === undefined || own.dev === shared.dev) return undefined;
  return String(own.ino);
}

/** Whether the variables are for this process, and not for one that it descends from. */
function isForUs(): boolean {
  if (numberOf('LISTEN_PID', 0x7fff_ffff) !== process.pid) return false;
  const told = process.env.LISTEN_PIDFDID;
  const own = told === undefined ? undefined : pidfdId();
  return own === undefined || own === told;
}

function received(): ListenFd[] {
  if (!isForUs()) return [];
  const count = numberOf('LISTEN_FDS', 0x7fff_ffff - START);
  if (count === undefined) return [];
  const told = process.env.LISTEN_FDNAMES;
  const names = told?.split(':');
  if (told !== undefined && names?.length !== count) {
    throw environmentError('LISTEN_FDNAMES', `must have ${count} names, separated by colons`, told);
  }
  const list: ListenFd[] = [];
  for (let i = 0; i < count; i++) {
    const fd = START + i;
    const flags = raw.fcntl(fd, F_GETFD);
    if (flags < 0) throw environmentError('LISTEN_FDS', `counts ${fd}: not open`, String(count));
    raw.fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    list.push({ fd, name: names?.[i] ?? 'unknown' });
  }
  return list;
}

/**
 * The descriptors that the process was started with, by systemd or whoever does as it does
 * (`withListenFds`), in their order: listeners mostly, which are bound and listening already. They
 * are the caller's, and are given close-on-exec. As sd_listen_fds_with_names(3) of libsystemd.
 *
 * @param options  { unset }: whether to take the variables out of `process.env`, so that the
 *                 next call finds none; false by default. Children have another pid, and find none
 *                 either way
 * @returns        none when LISTEN_PID (and LISTEN_PIDFDID, where it is set) is not this process:
 *                 what stands between, such as `npm start`, has kept them
 * @throws         RangeError of code ERR_OUT_OF_RANGE: what the variables say is no number, or
 *                 there are not as many names or open descriptors
 *
 * https://man7.org/linux/man-pages/man3/sd_listen_fds.3.html
 */
export function listenFds(options: { unset?: boolean | undefined } = {}): ListenFd[] {
  const { unset = false } = object(options, 'options') as { unset?: unknown };
  if (typeof unset !== 'boolean') throw typeError('options.unset', 'must be a boolean', unset);
  try {
    return received();
  } finally {
    if (unset) for (const name of variables) delete process.env[name];
  }
}
