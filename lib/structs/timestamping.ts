/** The values of SO_TIMESTAMPING and SO_TXTIME. socket(7) */
import { Writer } from '../kernel/bytes.js';
import { int32, integer, object, uint32 } from '../kernel/validate.js';
import { type Kind, kind } from './option.js';

/** `struct so_timestamping`, linux/net_tstamp.h: what SO_TIMESTAMPING can be set from. */
export interface SoTimestamping {
  /** SOF_TIMESTAMPING_* bits. */
  flags: number;
  /** With SOF_TIMESTAMPING_BIND_PHC, the index of a virtual PTP clock of the bound interface. */
  bind_phc: number;
}

/**
 * The flags. The structure of Linux 5.14 begins with them, and is written where it is given: older
 * kernels take the int alone.
 */
export const timestamping: Kind<number, number | SoTimestamping> = kind(
  4,
  (r) => r.i32(),
  (value) => {
    if (typeof value !== 'object') return integer(value, 'value', -0x8000_0000, 0xffff_ffff);
    const { flags, bind_phc } = object(value, 'value');
    return new Writer(8)
      .u32(integer(flags, 'value.flags', -0x8000_0000, 0xffff_ffff))
      .u32(int32(bind_phc, 'value.bind_phc')).bytes;
  },
);

/** `struct sock_txtime`, linux/net_tstamp.h: the value of SO_TXTIME. */
export interface SockTxtime {
  /** The clock of the times: CLOCK_MONOTONIC for the queueing discipline fq, CLOCK_TAI for etf. */
  clockid: number;
  /** SOF_TXTIME_* bits. */
  flags: number;
}

export const sock_txtime: Kind<SockTxtime, SockTxtime> = kind(
  8,
  (r) => ({ clockid: r.i32(), flags: r.u32() }),
  (value) => {
    const { clockid, flags } = object(value, 'value');
    return new Writer(8).u32(int32(clockid, 'value.clockid')).u32(uint32(flags, 'value.flags'))
      .bytes;
  },
);
