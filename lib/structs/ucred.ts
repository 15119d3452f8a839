/** struct ucred. unix(7) */
import { structure } from './option.js';

/** `struct ucred`, sys/socket.h: the value of SO_PEERCRED. */
export interface Ucred {
  /** pid: process id; 0 when there is no peer, or none visible from this pid namespace. */
  pid: number;
  /** uid: effective user id; 4294967295 when there is no peer. */
  uid: number;
  /** gid: effective group id; 4294967295 when there is no peer. */
  gid: number;
}

export const ucred = structure<Ucred>(12, (r) => ({ pid: r.i32(), uid: r.u32(), gid: r.u32() }));
