/** struct flock and struct f_owner_ex. fcntl(2) */
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import { buffer, int32, integer, object, rangeError } from '../kernel/validate.js';

/** In struct flock: `start` counts from the beginning of the file. fcntl(2) */
export const SEEK_SET = 0;
/** In struct flock: `start` counts from where the file is read. fcntl(2) */
export const SEEK_CUR = 1;
/** In struct flock: `start` counts from the end of the file. fcntl(2) */
export const SEEK_END = 2;

/** `struct flock`, fcntl.h: what F_GETLK and F_OFD_GETLK leave. */
export interface Flock {
  /** l_type: F_RDLCK, F_WRLCK; F_UNLCK when nothing would hinder the lock. */
  type: number;
  /** l_whence: SEEK_SET, SEEK_CUR, SEEK_END. */
  whence: number;
  /** l_start: the first byte. */
  start: number;
  /** l_len: how many bytes; 0 to the end, however long the file becomes. */
  len: number;
  /** l_pid: process that has the lock; -1 when it is one of an open file. */
  pid: number;
}

/** What a lock is asked for with; what is absent is 0, which is the whole file. */
export type FlockInit = Pick<Flock, 'type'> & Partial<Flock>;

const offset = (value: unknown, name: string): number =>
  integer(value, name, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);

/** The 32 bytes of a `struct flock`, for F_SETLK, F_SETLKW, F_GETLK and their F_OFD_ forms. */
export function encodeFlock(lock: FlockInit): Uint8Array {
  const { type, whence = SEEK_SET, start = 0, len = 0, pid = 0 } = object(lock, 'lock');
  return new Writer(32)
    .u16(integer(type, 'lock.type', -0x8000, 0x7fff))
    .u16(integer(whence, 'lock.whence', -0x8000, 0x7fff))
    .i64(offset(start, 'lock.start'))
    .i64(offset(len, 'lock.len'))
    .u32(int32(pid, 'lock.pid')).bytes;
}

/** A `struct flock` from its 32 bytes. */
export function decodeFlock(bytes: Buf): Flock {
  const lock = buffer(bytes, 'bytes');
  if (lock.byteLength < 32) throw rangeError('bytes', 'must have 32 bytes', lock.byteLength);
  const r = new Reader(lock);
  return {
    type: (r.u16() << 16) >> 16,
    whence: (r.u16() << 16) >> 16,
    start: r.i64(),
    len: r.i64(),
    pid: r.i32(),
  };
}

/** `struct f_owner_ex`, fcntl.h: who gets the signals of a descriptor. Linux 2.6.32. */
export interface FOwnerEx {
  /** type: F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP. */
  type: number;
  /** pid: of the thread, the process, or the process group. */
  pid: number;
}

/** The 8 bytes of a `struct f_owner_ex`, for F_SETOWN_EX. */
export function encodeFOwnerEx(owner: FOwnerEx): Uint8Array {
  const { type, pid } = object(owner, 'owner');
  return new Writer(8).u32(int32(type, 'owner.type')).u32(int32(pid, 'owner.pid')).bytes;
}

/** A `struct f_owner_ex` from the 8 bytes that F_GETOWN_EX leaves. */
export function decodeFOwnerEx(bytes: Buf): FOwnerEx {
  const owner = buffer(bytes, 'bytes');
  if (owner.byteLength < 8) throw rangeError('bytes', 'must have 8 bytes', owner.byteLength);
  const r = new Reader(owner);
  return { type: r.i32(), pid: r.i32() };
}
