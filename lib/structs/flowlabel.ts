/** The flow labels of a socket: IPV6_FLOWLABEL_MGR. RFC 6437 */
import { Writer } from '../kernel/bytes.js';
import { integer, object, uint16, uint32 } from '../kernel/validate.js';
import { ipv6At, ipv6Bytes } from './inet.js';
import { asked, kind } from './option.js';

/** IPV6_FLOWLABEL_MGR, flr_action: get or create a label. */
export const IPV6_FL_A_GET = 0;
/** IPV6_FLOWLABEL_MGR, flr_action: give it back. */
export const IPV6_FL_A_PUT = 1;
/** IPV6_FLOWLABEL_MGR, flr_action: prolong it. */
export const IPV6_FL_A_RENEW = 2;

/** IPV6_FLOWLABEL_MGR, flr_flags: create it if it is not there. */
export const IPV6_FL_F_CREATE = 1;
/** IPV6_FLOWLABEL_MGR, flr_flags: fail if it is there. */
export const IPV6_FL_F_EXCL = 2;
/** IPV6_FLOWLABEL_MGR, flr_flags: answer with the label of the peer. Linux 3.14. */
export const IPV6_FL_F_REFLECT = 4;
/** IPV6_FLOWLABEL_MGR, flr_flags: read the label of the peer. Linux 3.14. */
export const IPV6_FL_F_REMOTE = 8;

/** IPV6_FLOWLABEL_MGR, flr_share: nobody said. */
export const IPV6_FL_S_NONE = 0;
/** IPV6_FLOWLABEL_MGR, flr_share: this socket. */
export const IPV6_FL_S_EXCL = 1;
/** IPV6_FLOWLABEL_MGR, flr_share: this process. */
export const IPV6_FL_S_PROCESS = 2;
/** IPV6_FLOWLABEL_MGR, flr_share: this user. */
export const IPV6_FL_S_USER = 3;
/** IPV6_FLOWLABEL_MGR, flr_share: everybody. */
export const IPV6_FL_S_ANY = 255;

/** `struct in6_flowlabel_req`, linux/in6.h: what IPV6_FLOWLABEL_MGR is set to. */
export interface In6FlowlabelReqInit {
  /** flr_dst: where a new label leads to. */
  dst?: string;
  /**
   * flr_label: the label, 1–0xfffff. 0 lets the kernel choose a new one, which it writes to the
   * bytes that it was given: only who sets the option from bytes sees it.
   */
  label?: number;
  /** flr_action: IPV6_FL_A_GET, IPV6_FL_A_PUT or IPV6_FL_A_RENEW. */
  action: number;
  /** flr_share: IPV6_FL_S_EXCL, IPV6_FL_S_PROCESS, … */
  share?: number;
  /** flr_flags: IPV6_FL_F_CREATE, IPV6_FL_F_EXCL, … */
  flags?: number;
  /** flr_expires: seconds until it can be lost; more than 150 needs CAP_NET_ADMIN. */
  expires?: number;
  /** flr_linger: seconds that it stays when nobody has it; more than 150 needs CAP_NET_ADMIN. */
  linger?: number;
}

/** What a reader of IPV6_FLOWLABEL_MGR says. */
export interface In6FlowlabelReqOf {
  /** flr_flags: IPV6_FL_F_REMOTE for the label of the peer; otherwise the socket's own. */
  flags?: number;
}

/** `struct in6_flowlabel_req`, linux/in6.h: what IPV6_FLOWLABEL_MGR reads as. */
export interface In6FlowlabelReq {
  /** flr_dst: where it leads to; `::` when the kernel does not tell. */
  dst: string;
  /** flr_label: the label; 0 is none. */
  label: number;
  /** flr_share: IPV6_FL_S_*. */
  share: number;
  /** flr_expires: seconds until it can be lost. */
  expires: number;
  /** flr_linger: seconds that it stays when nobody has it. */
  linger: number;
}

const SIZE = 32;

export const in6_flowlabel_req = asked<In6FlowlabelReq, In6FlowlabelReqInit, In6FlowlabelReqOf>(
  kind(
    SIZE,
    (r) => {
      const dst = ipv6At(r);
      const label = r.be32();
      const share = r.skip(1).u8();
      return { dst, label, share, expires: r.skip(2).u16(), linger: r.u16() };
    },
    (value) => {
      const {
        dst = '::',
        label = 0,
        action,
        share = 0,
        flags = 0,
        ...life
      } = object(value, 'value');
      return new Writer(SIZE)
        .copy(ipv6Bytes(dst, 'value.dst'))
        .be32(uint32(label, 'value.label'))
        .u8(integer(action, 'value.action', 0, 255))
        .u8(integer(share, 'value.share', 0, 255))
        .u16(uint16(flags, 'value.flags'))
        .u16(uint16(life.expires ?? 0, 'value.expires'))
        .u16(uint16(life.linger ?? 0, 'value.linger')).bytes;
    },
  ),
  (value) => {
    const { flags = 0 } = object(value, 'ask');
    // IPV6_FL_A_GET, the one action that reads, is 0.
    return new Writer(SIZE).skip(22).u16(uint16(flags, 'ask.flags')).bytes;
  },
);
