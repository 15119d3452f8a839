/** The messages of sendmsg(2), recvmsg(2) and their kin, as objects. */
import type { Buf } from '../kernel/bytes.js';
import type { ControlInit, ControlMessage } from './cmsg.js';
import type { SockAddr, SockAddrLike } from './sockaddr.js';

/** A message to be sent. */
export interface Message {
  /** msg_name: where to; none for the connected peer. */
  name?: SockAddrLike | null | undefined;
  /** msg_iov: the data, in at most 1024 (IOV_MAX) parts. */
  iov: readonly Buf[];
  /** msg_control: control messages, or their encoded bytes. */
  control?: readonly ControlInit[] | Buf | null | undefined;
}

/** Room for a message to be received. */
export interface MessageRoom {
  /** msg_iov: receives the data, one part after the other; at most 1024 (IOV_MAX). */
  iov: readonly Buf[];
  /** msg_controllen: bytes for control messages, a sum of `CMSG_SPACE`; 0 for none. */
  controlLength?: number | undefined;
}

/** A message that was received. */
export interface ReceivedMessage {
  /** Bytes of data. */
  bytes: number;
  /** msg_name: who sent it; `{ family: AF_UNSPEC }` where the kernel does not tell. */
  name: SockAddr;
  /** msg_control. The descriptors in it are the receiver's to close. */
  control: ControlMessage[];
  /** msg_flags: MSG_TRUNC data was lost, MSG_CTRUNC control data was, MSG_EOR, MSG_OOB, … */
  flags: number;
}

/** Room for one of many messages, and what was received into it. */
export interface MessageSlot extends MessageRoom, Partial<ReceivedMessage> {}

/** `struct msghdr` for the raw recvmsg: memory, and how much of it the kernel used. */
export interface MsgHdr {
  /** msg_name: receives the address. */
  name?: Buf | null;
  /** msg_namelen: receives how long that is. */
  namelen?: number;
  /** msg_iov: receives the data. */
  iov: readonly Buf[];
  /** msg_control: receives control data. */
  control?: Buf | null;
  /** msg_controllen: receives how much of that there is. */
  controllen?: number;
  /** msg_flags: receives MSG_TRUNC, MSG_CTRUNC, … */
  flags?: number;
}
