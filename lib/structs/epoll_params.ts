/** struct epoll_params: how an epoll instance polls busily. ioctl_eventpoll(2) */
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import { buffer, integer, object, rangeError, uint16, uint32 } from '../kernel/validate.js';

/** Set how an epoll descriptor polls busily. struct epoll_params. Linux 6.9. ioctl_eventpoll(2) */
export const EPIOCSPARAMS = 0x40088a01;
/** Read it. struct epoll_params. Linux 6.9. ioctl_eventpoll(2) */
export const EPIOCGPARAMS = 0x80088a02;

/** `struct epoll_params`, linux/eventpoll.h: for EPIOCSPARAMS and EPIOCGPARAMS. Linux 6.9. */
export interface EpollParams {
  /** busy_poll_usecs: how long to poll the network devices; 0 not at all. Microseconds. */
  busy_poll_usecs: number;
  /** busy_poll_budget: packets in one go. Above 64 it needs CAP_NET_ADMIN. */
  busy_poll_budget: number;
  /** prefer_busy_poll: 1 keeps interrupts off while the application polls. */
  prefer_busy_poll: number;
}

/** The 8 bytes of a `struct epoll_params`. */
export function encodeEpollParams(params: EpollParams): Uint8Array {
  const { busy_poll_usecs, busy_poll_budget, prefer_busy_poll } = object(params, 'params');
  return new Writer(8)
    .u32(uint32(busy_poll_usecs, 'params.busy_poll_usecs'))
    .u16(uint16(busy_poll_budget, 'params.busy_poll_budget'))
    .u8(integer(prefer_busy_poll, 'params.prefer_busy_poll', 0, 0xff)).bytes;
}

/** A `struct epoll_params` from its 8 bytes. */
export function decodeEpollParams(bytes: Buf): EpollParams {
  const params = buffer(bytes, 'bytes');
  if (params.byteLength < 8) throw rangeError('bytes', 'must have 8 bytes', params.byteLength);
  const r = new Reader(params);
  return {
    busy_poll_usecs: r.u32(),
    busy_poll_budget: r.u16(),
    prefer_busy_poll: r.u8(),
  };
}
