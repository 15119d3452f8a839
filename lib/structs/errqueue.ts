/** The error queue: what recvmsg(2) tells with MSG_ERRQUEUE. ip(7) */
import { structure } from './option.js';
import { decodeSockaddr, type SockAddr } from './sockaddr.js';

/** Origin: nobody said. */
export const SO_EE_ORIGIN_NONE = 0;
/** Origin: this machine. ip(7) */
export const SO_EE_ORIGIN_LOCAL = 1;
/** Origin: an ICMP packet. ip(7) */
export const SO_EE_ORIGIN_ICMP = 2;
/** Origin: an ICMPv6 packet. ip(7) */
export const SO_EE_ORIGIN_ICMP6 = 3;
/** Origin: the state of a Wi-Fi transmission, or a timestamp. Linux 3.3. */
export const SO_EE_ORIGIN_TXSTATUS = 4;
/** Origin: a timestamp; another name of SO_EE_ORIGIN_TXSTATUS. */
export const SO_EE_ORIGIN_TIMESTAMPING = 4;
/** Origin: MSG_ZEROCOPY, done. Linux 4.14. */
export const SO_EE_ORIGIN_ZEROCOPY = 5;
/** Origin: SO_TXTIME, not sent. Linux 4.19. */
export const SO_EE_ORIGIN_TXTIME = 6;

/** Zero-copy: the bytes were copied after all. Linux 4.14. */
export const SO_EE_CODE_ZEROCOPY_COPIED = 1;
/** SO_TXTIME: the time was in the past, or none. Linux 4.19. */
export const SO_EE_CODE_TXTIME_INVALID_PARAM = 1;
/** SO_TXTIME: the time was missed. Linux 4.19. */
export const SO_EE_CODE_TXTIME_MISSED = 2;
/** A bit of `rfc4884.flags`: the extension is malformed. Linux 5.9. */
export const SO_EE_RFC4884_FLAG_INVALID = 1;

/** `struct sock_extended_err`, linux/errqueue.h: the cmsg IP_RECVERR and its kin. */
export interface SockExtendedErr {
  /** ee_errno: the error number, positive; ENOMSG for what is no error. */
  errno: number;
  /** ee_origin: SO_EE_ORIGIN_*. */
  origin: number;
  /** ee_type: of the ICMP message. */
  type: number;
  /** ee_code: of the ICMP message, or SO_EE_CODE_*. */
  code: number;
  /** ee_info: the MTU for EMSGSIZE, and what the origin makes of it. */
  info: number;
  /** ee_data: what the origin makes of it. */
  data: number;
  /** SO_EE_OFFENDER: where the error arose; absent where the kernel tells no address. */
  offender: SockAddr | undefined;
  /** Of SO_EE_ORIGIN_ICMP and ICMP6, with IP_RECVERR_RFC4884: where ICMP extensions begin. */
  rfc4884?: { len: number; flags: number };
  /** Of SO_EE_ORIGIN_ZEROCOPY: the sends that are done, first and last, counted from 0. */
  zerocopy?: { lo: number; hi: number; copied: boolean };
  /**
   * Of SO_EE_ORIGIN_TIMESTAMPING: SCM_TSTAMP_*, and the number of SOF_TIMESTAMPING_OPT_ID. The
   * state of a Wi-Fi transmission looks the same, both 0, but comes with SCM_WIFI_STATUS.
   */
  timestamping?: { tstype: number; id: number };
  /** Of SO_EE_ORIGIN_TXTIME: when it was to be sent, in nanoseconds of the clock. */
  txtime?: bigint;
}

/** What an origin makes of `info` and `data`. */
function byOrigin(err: SockExtendedErr): Partial<SockExtendedErr> {
  const { origin, code, info, data } = err;
  switch (origin) {
    case SO_EE_ORIGIN_ICMP:
    case SO_EE_ORIGIN_ICMP6:
      // struct sock_ee_data_rfc4884 lies over ee_data: u16 len, u8 flags.
      return data === 0 ? {} : { rfc4884: { len: data & 0xffff, flags: (data >> 16) & 0xff } };
    case SO_EE_ORIGIN_ZEROCOPY:
      return {
        zerocopy: { lo: info, hi: data, copied: (code & SO_EE_CODE_ZEROCOPY_COPIED) !== 0 },
      };
    case SO_EE_ORIGIN_TIMESTAMPING:
      return { timestamping: { tstype: info, id: data } };
    case SO_EE_ORIGIN_TXTIME:
      return { txtime: (BigInt(data) << 32n) | BigInt(info) };
    default:
      return {};
  }
}

function offenderAt(bytes: Uint8Array): SockAddr | undefined {
  // AF_UNSPEC is no address; a cmsg that was cut off may have none at all.
  const family = bytes.byteLength < 2 ? 0 : (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  return family === 0 ? undefined : decodeSockaddr(bytes);
}

export const sock_extended_err = structure<SockExtendedErr>(16, (r, length) => {
  const err: SockExtendedErr = {
    errno: r.u32(),
    origin: r.u8(),
    type: r.u8(),
    code: r.u8(),
    info: r.skip(1).u32(),
    data: r.u32(),
    offender: offenderAt(r.bytes.subarray(16, length)),
  };
  return Object.assign(err, byOrigin(err));
});
