/** What must be known of a descriptor before a call on it that no flag keeps from blocking. */
import { fstatSync } from 'node:fs';
import { SystemError } from '../kernel/error.js';
import { valueError } from '../kernel/validate.js';
import { SO_TYPE, SOL_SOCKET } from '../structs/socket.js';
import { F_GETFL, O_NONBLOCK } from '../syscalls/fcntl.js';
import * as raw from '../syscalls/raw.js';
import { SOCK_DGRAM, SOCK_RAW } from '../syscalls/socket.js';

function isNonblocking(fd: number, syscall: string): boolean {
  const flags = raw.fcntl(fd, F_GETFL);
  if (flags < 0) throw new SystemError(flags, syscall);
  return (flags & O_NONBLOCK) !== 0;
}

function refuse(fd: number, syscall: string): never {
  const must = `must be non-blocking (O_NONBLOCK): ${syscall} would block the event loop`;
  throw valueError('fd', must, fd);
}

/** Throws when `syscall` could block on `fd`, whatever kind of file that is. */
export function mustNotBlock(fd: number, syscall: string): void {
  if (!isNonblocking(fd, syscall)) refuse(fd, syscall);
}

/** The same for read and write: a regular file is always ready. */
export function mustNotBlockUnlessFile(fd: number, syscall: string): void {
  if (!isNonblocking(fd, syscall) && !fstatSync(fd).isFile()) refuse(fd, syscall);
}

const type = new Int32Array(1);

/** The same for connect: on sockets without connections it only notes the address. */
export function mustNotBlockUnlessDatagram(fd: number, syscall: string): void {
  if (isNonblocking(fd, syscall)) return;
  raw.getsockopt(fd, SOL_SOCKET, SO_TYPE, type);
  if (type[0] !== SOCK_DGRAM && type[0] !== SOCK_RAW) refuse(fd, syscall);
}
