/** Calls on any descriptor: read(2), write(2), close(2), dup(2), fcntl(2). */
import { native } from '../kernel/addon.js';
import type { Buf } from '../kernel/bytes.js';
import { EBADF } from '../kernel/errno.js';
import { check } from '../kernel/error.js';
import * as raw from './raw.js';

/** Duplicate to the lowest free descriptor from `arg` on. fcntl(2) */
export const F_DUPFD = 0;
/** Read the descriptor's flags: FD_CLOEXEC. fcntl(2) */
export const F_GETFD = 1;
/** Set the descriptor's flags. fcntl(2) */
export const F_SETFD = 2;
/** Read the access mode and status flags: O_*. fcntl(2) */
export const F_GETFL = 3;
/** Set the status flags O_APPEND, O_ASYNC, O_DIRECT, O_NOATIME, O_NONBLOCK. fcntl(2) */
export const F_SETFL = 4;
/** Who would hinder this record lock: `encodeFlock` and then `decodeFlock`. fcntl(2) */
export const F_GETLK = 5;
/** Set a record lock of the process: `encodeFlock`. fcntl(2) */
export const F_SETLK = 6;
/** The same, and wait for it. fcntl(2) */
export const F_SETLKW = 7;
/** Set who gets SIGIO and SIGURG: a pid, or a negated process group. fcntl(2) */
export const F_SETOWN = 8;
/** Read it. A process group comes negated, like an error: F_GETOWN_EX tells them apart. fcntl(2) */
export const F_GETOWN = 9;
/** Set the signal sent instead of SIGIO. fcntl(2) */
export const F_SETSIG = 10;
/** Read it. fcntl(2) */
export const F_GETSIG = 11;
/** Set the owner: `encodeFOwnerEx`. Linux 2.6.32. fcntl(2) */
export const F_SETOWN_EX = 15;
/** Read it: 8 bytes, for `decodeFOwnerEx`. Linux 2.6.32. fcntl(2) */
export const F_GETOWN_EX = 16;
/** Like F_GETLK, for locks of the open file. Linux 3.15. fcntl(2) */
export const F_OFD_GETLK = 36;
/** Like F_SETLK. Linux 3.15. fcntl(2) */
export const F_OFD_SETLK = 37;
/** Like F_SETLKW. Linux 3.15. fcntl(2) */
export const F_OFD_SETLKW = 38;
/** Set a lease: F_RDLCK, F_WRLCK, F_UNLCK. fcntl(2) */
export const F_SETLEASE = 1024;
/** Read it. fcntl(2) */
export const F_GETLEASE = 1025;
/** Signal changes of a directory: DN_*. fcntl(2) */
export const F_NOTIFY = 1026;
/** Whether `arg` is the same open file: 1 or 0. Linux 6.10. fcntl(2) */
export const F_DUPFD_QUERY = 1027;
/** Whether this open created the file. Linux 6.12. fcntl(2) */
export const F_CREATED_QUERY = 1028;
/** F_DUPFD with close-on-exec. Linux 2.6.24. fcntl(2) */
export const F_DUPFD_CLOEXEC = 1030;
/** Set the capacity of a pipe in bytes. Linux 2.6.35. fcntl(2) */
export const F_SETPIPE_SZ = 1031;
/** Read it. Linux 2.6.35. fcntl(2) */
export const F_GETPIPE_SZ = 1032;
/** Seal a memfd: F_SEAL_*. Linux 3.17. fcntl(2) */
export const F_ADD_SEALS = 1033;
/** Read the seals. Linux 3.17. fcntl(2) */
export const F_GET_SEALS = 1034;
/** Read the expected life of written data, RWH_*: 8 bytes. Linux 4.13. fcntl(2) */
export const F_GET_RW_HINT = 1035;
/** Set it, of the inode. Linux 4.13. fcntl(2) */
export const F_SET_RW_HINT = 1036;
/** Read it, of the open file. Linux 4.13 to 5.16. fcntl(2) */
export const F_GET_FILE_RW_HINT = 1037;
/** Set it, of the open file. Linux 4.13 to 5.16. fcntl(2) */
export const F_SET_FILE_RW_HINT = 1038;
/** Read a delegation: struct delegation, 8 bytes. Linux 6.19. */
export const F_GETDELEG = 1039;
/** Set a delegation. Linux 6.19. */
export const F_SETDELEG = 1040;

/** The flag of F_GETFD and F_SETFD: close on execve. fcntl(2) */
export const FD_CLOEXEC = 1;
/** In struct f_owner_ex: a thread. fcntl(2) */
export const F_OWNER_TID = 0;
/** In struct f_owner_ex: a process. fcntl(2) */
export const F_OWNER_PID = 1;
/** In struct f_owner_ex: a process group. fcntl(2) */
export const F_OWNER_PGRP = 2;
/** In struct flock: a shared lock. fcntl(2) */
export const F_RDLCK = 0;
/** In struct flock: an exclusive lock. fcntl(2) */
export const F_WRLCK = 1;
/** In struct flock: no lock. fcntl(2) */
export const F_UNLCK = 2;

/** No more seals. Linux 3.17. fcntl(2) */
export const F_SEAL_SEAL = 0x1;
/** The file does not shrink. Linux 3.17. fcntl(2) */
export const F_SEAL_SHRINK = 0x2;
/** The file does not grow. Linux 3.17. fcntl(2) */
export const F_SEAL_GROW = 0x4;
/** The file is not written. Linux 3.17. fcntl(2) */
export const F_SEAL_WRITE = 0x8;
/** The file is not written but through what maps it already. Linux 5.1. fcntl(2) */
export const F_SEAL_FUTURE_WRITE = 0x10;
/** What of its mode lets it be executed does not change. Linux 6.3. fcntl(2) */
export const F_SEAL_EXEC = 0x20;

/** A file was read. fcntl(2) */
export const DN_ACCESS = 0x1;
/** A file was written. fcntl(2) */
export const DN_MODIFY = 0x2;
/** A file was made. fcntl(2) */
export const DN_CREATE = 0x4;
/** A file was removed. fcntl(2) */
export const DN_DELETE = 0x8;
/** A file was renamed. fcntl(2) */
export const DN_RENAME = 0x10;
/** The attributes of a file were changed. fcntl(2) */
export const DN_ATTRIB = 0x20;
/** Signal all changes, not one. fcntl(2) */
export const DN_MULTISHOT = 0x8000_0000;

/** Nothing is said of the life of written data. Linux 4.13. fcntl(2) */
export const RWH_WRITE_LIFE_NOT_SET = 0;
/** It has none. Linux 4.13. fcntl(2) */
export const RWH_WRITE_LIFE_NONE = 1;
/** It is short. Linux 4.13. fcntl(2) */
export const RWH_WRITE_LIFE_SHORT = 2;
/** It is of medium length. Linux 4.13. fcntl(2) */
export const RWH_WRITE_LIFE_MEDIUM = 3;
/** It is long. Linux 4.13. fcntl(2) */
export const RWH_WRITE_LIFE_LONG = 4;
/** It is very long. Linux 4.13. fcntl(2) */
export const RWH_WRITE_LIFE_EXTREME = 5;

/** The bits of O_RDONLY, O_WRONLY and O_RDWR. open(2) */
export const O_ACCMODE = 0o3;
/** Open for reading. open(2) */
export const O_RDONLY = 0;
/** Open for writing. open(2) */
export const O_WRONLY = 0o1;
/** Open for both. open(2) */
export const O_RDWR = 0o2;
/** Each write goes to the end. open(2) */
export const O_APPEND = 0o2000;
/** Calls return EAGAIN instead of blocking. open(2) */
export const O_NONBLOCK = 0o4000;
/** The same, by its older name. open(2) */
export const O_NDELAY = 0o4000;
/** Each write waits for the data to be stored. open(2) */
export const O_DSYNC = 0o10000;
/** Signal readiness with SIGIO. open(2) */
export const O_ASYNC = 0o20000;
/** Past the page cache; a pipe in packet mode. The value differs between x64 and arm64. open(2) */
export const O_DIRECT = process.arch === 'arm64' ? 0o200000 : 0o40000;
/** A directory. The value differs between x64 and arm64. open(2) */
export const O_DIRECTORY = process.arch === 'arm64' ? 0o40000 : 0o200000;
/** No symbolic link as the last part. The value differs between x64 and arm64. open(2) */
export const O_NOFOLLOW = process.arch === 'arm64' ? 0o100000 : 0o400000;
/** Do not update the access time. open(2) */
export const O_NOATIME = 0o1000000;
/** Close on execve: of accept4, dup3, pipe2. open(2) */
export const O_CLOEXEC = 0o2000000;
/** Each write waits for data and metadata to be stored. open(2) */
export const O_SYNC = 0o4010000;
/** Not open at all: a place in the file system. Linux 2.6.39. open(2) */
export const O_PATH = 0o10000000;
/** Of pipe2: the kernel writes notifications to it. Linux 5.8. */
export const O_NOTIFICATION_PIPE = 0o200;

/**
 * read(2) — read from a descriptor.
 *
 *     ssize_t read(int fd, void *buf, size_t count)
 *
 * @param offset  where in `buf` the first byte goes
 * @param length  how many at most; the rest of `buf` when absent
 * @returns       bytes read; 0 is the end
 * @throws        EAGAIN nothing there and non-blocking · EINTR · ECONNRESET · ENOTCONN · EBADF ·
 *                EISDIR · EIO
 *
 * Blocks the thread until something can be read, unless O_NONBLOCK.
 * https://man7.org/linux/man-pages/man2/read.2.html
 */
export function read(fd: number, buf: Buf, offset?: number, length?: number): number {
  const result =
    offset === undefined && length === undefined
      ? native.read(fd, buf)
      : native.read(fd, buf, offset, length);
  return check(result, 'read');
}

/**
 * write(2) — write to a descriptor.
 *
 *     ssize_t write(int fd, const void *buf, size_t count)
 *
 * @param buf     memory, or a string as UTF-8
 * @param offset  first byte to write
 * @param length  how many; the rest of `buf` when absent
 * @returns       bytes written, perhaps fewer than `length`
 * @throws        EAGAIN full and non-blocking · EPIPE nobody reads · ECONNRESET · EINTR · EBADF ·
 *                EDESTADDRREQ · ENOSPC · EIO
 *
 * Blocks the thread while there is no room, unless O_NONBLOCK.
 * https://man7.org/linux/man-pages/man2/write.2.html
 */
export function write(fd: number, buf: Buf | string, offset?: number, length?: number): number {
  const result =
    offset === undefined && length === undefined
      ? native.write(fd, buf)
      : native.write(fd, buf, offset, length);
  return check(result, 'write');
}

/**
 * readv(2) — read into several buffers, one after the other.
 *
 *     ssize_t readv(int fd, const struct iovec *iov, int iovcnt)
 *
 * @param bufs  at most 1024 (IOV_MAX)
 * @returns     bytes read in all; 0 is the end
 * @throws      as `read`
 *
 * Blocks the thread until something can be read, unless O_NONBLOCK.
 * https://man7.org/linux/man-pages/man2/readv.2.html
 */
export function readv(fd: number, bufs: readonly Buf[]): number {
  return check(native.readv(fd, bufs), 'readv');
}

/**
 * writev(2) — write several buffers, one after the other.
 *
 *     ssize_t writev(int fd, const struct iovec *iov, int iovcnt)
 *
 * @param bufs  at most 1024 (IOV_MAX)
 * @returns     bytes written in all, perhaps fewer than given
 * @throws      as `write`
 *
 * Blocks the thread while there is no room, unless O_NONBLOCK.
 * https://man7.org/linux/man-pages/man2/readv.2.html
 */
export function writev(fd: number, bufs: readonly Buf[]): number {
  return check(native.writev(fd, bufs), 'writev');
}

/**
 * close(2) — give a descriptor back.
 *
 *     int close(int fd)
 *
 * @throws  EBADF · EINTR, EIO: the descriptor is released all the same. Never call it again for
 *          the same descriptor: the number may be somebody else's by then
 *
 * Blocks the thread when SO_LINGER asks for it.
 * https://man7.org/linux/man-pages/man2/close.2.html
 */
export function close(fd: number): void {
  check(raw.close(fd), 'close');
}

/**
 * dup(2) — another descriptor of the same open file, the lowest that is free.
 *
 *     int dup(int oldfd)
 *
 * @throws  EBADF · EMFILE
 *
 * https://man7.org/linux/man-pages/man2/dup.2.html
 */
export function dup(oldfd: number): number {
  return check(native.dup(oldfd), 'dup');
}

/**
 * dup2(2) — make `newfd` a descriptor of the same open file; what it was is closed first.
 *
 *     int dup2(int oldfd, int newfd)
 *
 * @returns  `newfd`
 * @throws   EBADF also for a `newfd` out of range · EBUSY · EINTR
 *
 * https://man7.org/linux/man-pages/man2/dup.2.html
 */
export function dup2(oldfd: number, newfd: number): number {
  return check(raw.dup2(oldfd, newfd), 'dup2');
}

/**
 * dup3(2) — dup2, with flags.
 *
 *     int dup3(int oldfd, int newfd, int flags)
 *
 * @param flags  O_CLOEXEC
 * @returns      `newfd`
 * @throws       EINVAL the descriptors are equal, or unknown flags · EBADF · EBUSY
 *
 * https://man7.org/linux/man-pages/man2/dup.2.html
 */
export function dup3(oldfd: number, newfd: number, flags: number): number {
  return check(raw.dup3(oldfd, newfd, flags), 'dup3');
}

/**
 * fcntl(2) — read or change what a descriptor is.
 *
 *     int fcntl(int fd, int cmd, ... arg)
 *
 * @param cmd  F_GETFL, F_SETFL, F_GETFD, F_SETFD, F_DUPFD, …
 * @param arg  a number or memory, as `cmd` has it. Of a `cmd` that sockfd does not know, none:
 *             a number could be taken for an address
 * @returns    what `cmd` returns
 * @throws     EBADF · EINVAL · EACCES, EAGAIN locked · EMFILE · EPERM · EBUSY
 *
 * Blocks the thread with F_SETLKW and F_OFD_SETLKW.
 * https://man7.org/linux/man-pages/man2/fcntl.2.html
 */
export function fcntl(fd: number, cmd: number, arg?: number | Buf): number {
  const result = native.fcntl(fd, cmd, arg);
  // EBADF is the only error of F_GETOWN; any other negative number is a process group.
  if (cmd === F_GETOWN && result !== -EBADF) return result;
  return check(result, 'fcntl');
}
