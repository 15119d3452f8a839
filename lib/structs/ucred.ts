/** struct ucred. unix(7) */
import { Writer } from '../kernel/bytes.js';
import { int32, object, uint32 } from '../kernel/validate.js';
import { type Kind, kind } from './option.js';

/** `struct ucred`, sys/socket.h: the value of SO_PEERCRED and of the cmsg SCM_CREDENTIALS. */
export interface Ucred {
  /** pid: process id; 0 when there is no peer, or none visible from this pid namespace. */
  pid: number;
  /** uid: effective user id; 4294967295 when there is no peer. */
  uid: number;
  /** gid: effective group id; 4294967295 when there is no peer. */
  gid: number;
}

export const ucred: Kind<Ucred, Ucred> = kind(
  12,
  (r) => ({ pid: r.i32(), uid: r.u32(), gid: r.u32() }),
  (value) => {
    const { pid, uid, gid } = object(value, 'value');
    return new Writer(12)
      .u32(int32(pid, 'value.pid'))
      .u32(uint32(uid, 'value.uid'))
      .u32(uint32(gid, 'value.gid')).bytes;
  },
);
