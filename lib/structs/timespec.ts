/** struct timespec, and the control messages that tell when. timespec(3type), socket(7) */
import { type Buf, type Reader, Writer } from '../kernel/bytes.js';
import { integer, isBuf, object, uint32 } from '../kernel/validate.js';
import { type Kind, kind, structure } from './option.js';

/** `struct timespec`, time.h. */
export interface Timespec {
  /** tv_sec: seconds. */
  sec: number;
  /** tv_nsec: nanoseconds, 0–999,999,999. */
  nsec: number;
}

const decodeTimespec = (r: Reader): Timespec => ({ sec: r.i64(), nsec: r.i64() });

/** The bytes of a `struct timespec`. */
export function encodeTimespec(value: Timespec, name = 'value'): Uint8Array {
  const { sec, nsec } = object(value, name);
  const max = Number.MAX_SAFE_INTEGER;
  return new Writer(16)
    .i64(integer(sec, `${name}.sec`, -max, max))
    .i64(integer(nsec, `${name}.nsec`, -max, max)).bytes;
}

/** The bytes of a timeout: a timespec, milliseconds, or bytes already; null waits without end. */
export function timespecBytes(value: Timespec | number | Buf | null, name: string): Buf | null {
  if (value === null || isBuf(value)) return value;
  if (typeof value !== 'number') return encodeTimespec(value, name);
  const ms = integer(value, name, 0, Number.MAX_SAFE_INTEGER);
  return encodeTimespec({ sec: Math.floor(ms / 1000), nsec: (ms % 1000) * 1_000_000 });
}

export const timespec: Kind<Timespec, Timespec> = kind(16, decodeTimespec, (value) =>
  encodeTimespec(value),
);

/** `struct scm_timestamping`, linux/errqueue.h: the cmsg SCM_TIMESTAMPING. */
export interface ScmTimestamping {
  /** ts[0]: by the clock of the system; absent when not taken. */
  software: Timespec | undefined;
  /** ts[2]: by the clock of the device; absent when not taken. */
  hardware: Timespec | undefined;
}

/** The kernel leaves a time that it did not take zero. */
function taken(time: Timespec): Timespec | undefined {
  return time.sec === 0 && time.nsec === 0 ? undefined : time;
}

/** Set from SOF_TIMESTAMPING_TX_* bits: the times to take of this message only. Linux 4.6. */
export const scm_timestamping: Kind<ScmTimestamping, number> = kind(
  48,
  (r) => ({
    software: taken(decodeTimespec(r)),
    // ts[1] is not used any more.
    hardware: taken(decodeTimespec(r.skip(16))),
  }),
  (value) => uint32(value, 'value'),
);

/** `struct scm_ts_pktinfo`, linux/net_tstamp.h: the cmsg SCM_TIMESTAMPING_PKTINFO. Linux 4.13. */
export interface ScmTsPktinfo {
  /** if_index: the device that took the time; 0 unknown. */
  if_index: number;
  /** pkt_length: the packet, with its link-layer header. Bytes. */
  pkt_length: number;
}

export const scm_ts_pktinfo = structure<ScmTsPktinfo>(16, (r) => ({
  if_index: r.u32(),
  pkt_length: r.u32(),
}));
