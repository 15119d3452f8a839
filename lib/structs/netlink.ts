/** Netlink messages. netlink(7) */
import { Reader, Writer } from '../kernel/bytes.js';

/** A message that must be ignored. netlink(7) */
export const NLMSG_NOOP = 1;
/** A negated errno, or 0 for an acknowledgement. netlink(7) */
export const NLMSG_ERROR = 2;
/** The end of a dump. netlink(7) */
export const NLMSG_DONE = 3;

/** Set in every request. netlink(7) */
export const NLM_F_REQUEST = 0x1;
/** Part of a dump that NLMSG_DONE ends. netlink(7) */
export const NLM_F_MULTI = 0x2;
/** Asks for an acknowledgement. netlink(7) */
export const NLM_F_ACK = 0x4;
/** Asks for all entries. netlink(7) */
export const NLM_F_DUMP = 0x300;

/** The size of struct nlmsghdr, to which a message's payload is aligned. netlink(7) */
export const NLMSG_HDRLEN = 16;

/** struct nlmsghdr, linux/netlink.h. */
export interface NlMsgHdr {
  /** nlmsg_len: bytes with this header. */
  len: number;
  /** nlmsg_type. */
  type: number;
  /** nlmsg_flags: NLM_F_*. */
  flags: number;
  /** nlmsg_seq: of the request that this answers. */
  seq: number;
  /** nlmsg_pid: port id of the sender; 0 is the kernel. */
  pid: number;
}

export const nlmsghdr = (r: Reader): NlMsgHdr => ({
  len: r.u32(),
  type: r.u16(),
  flags: r.u16(),
  seq: r.u32(),
  pid: r.u32(),
});

/** A whole request: header and payload. */
export function encodeNlmsg(
  type: number,
  flags: number,
  seq: number,
  payload: Uint8Array,
): Uint8Array {
  const len = NLMSG_HDRLEN + payload.byteLength;
  return new Writer(len).u32(len).u16(type).u16(flags).u32(seq).u32(0).copy(payload).bytes;
}

/** struct nlattr, linux/netlink.h. */
export interface NlAttr {
  /** nla_len: bytes with this header, without padding. */
  len: number;
  /** nla_type. */
  type: number;
}

export const nlattr = (r: Reader): NlAttr => ({ len: r.u16(), type: r.u16() });

/** The payloads of a run of attributes, by type. A length that lies ends the run. */
export function decodeNlattrs(bytes: Uint8Array): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  let at = 0;
  while (at + 4 <= bytes.byteLength) {
    const { len, type } = nlattr(new Reader(bytes.subarray(at)));
    if (len < 4 || at + len > bytes.byteLength) break;
    attributes.set(type, bytes.subarray(at + 4, at + len));
    at += (len + 3) & ~3;
  }
  return attributes;
}
