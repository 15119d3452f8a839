/** Memory for many messages, as sendmmsg(2) and recvmmsg(2) take them. */
import type { Buf } from '../kernel/bytes.js';
import { buffer, integer, isBuf, rangeError } from '../kernel/validate.js';
import { type ControlInit, type ControlMessage, controlBytes, receivedControl } from './cmsg.js';
import { decodeSockaddr, type SockAddr, type SockAddrLike, sockaddrBytes } from './sockaddr.js';

/** sendmmsg(2) takes no more messages in a call. */
const UIO_MAXIOV = 1024;

/**
 * A vector of messages, made once and used for many calls, which then allocate nothing: data, names
 * and control data lie in slots of equal size, and what C has in `struct mmsghdr` lies in columns.
 *
 *     const vec = new MsgVec(64, 1500, 28);
 *     const n = recvmmsg(fd, vec);            // vec.iov[i], vec.len[i], vec.name(i)
 *     sendmmsg(fd, vec, 0, 0, n);             // back to where they came from
 *
 * Received, `len`, `namelen`, `controllen` and `flags` say what came. Sent, the first three say how
 * much of each slot to take, and `len` then how much was sent.
 */
export class MsgVec {
  /** How many messages there is room for. */
  readonly vlen: number;
  /** Bytes of data for a message. */
  readonly size: number;
  /** Bytes for an address: 16 for AF_INET, 28 for AF_INET6, 110 for AF_UNIX; 0 for none. */
  readonly namesize: number;
  /** Bytes of control data for a message: a sum of CMSG_SPACE; 0 for none. */
  readonly controlsize: number;
  /** The data of all messages. */
  readonly data: Uint8Array;
  /** The addresses of all messages. */
  readonly names: Uint8Array;
  /** The control data of all messages. */
  readonly control: Uint8Array;
  /** The columns below, one after the other. */
  readonly lengths: Uint32Array;
  /** msg_len: bytes of data of each message. */
  readonly len: Uint32Array;
  /** msg_namelen: bytes of its address. */
  readonly namelen: Uint32Array;
  /** msg_controllen: bytes of its control data. */
  readonly controllen: Uint32Array;
  /** msg_flags: what was received with it, MSG_TRUNC and the like. */
  readonly flags: Uint32Array;
  /** The slots of the data. */
  readonly iov: readonly Uint8Array[];

  /**
   * @param vlen         how many messages, 1–1024
   * @param data         bytes for the data of one, or the memory of all
   * @param namesize     bytes for the address of one
   * @param controlsize  bytes for the control data of one
   */
  constructor(vlen: number, data: number | Buf, namesize = 0, controlsize = 0) {
    this.vlen = integer(vlen, 'vlen', 1, UIO_MAXIOV);
    const max = Math.floor(0x7fff_ffff / vlen);
    if (isBuf(data)) {
      this.data = buffer(data, 'data');
      if (this.data.byteLength % vlen !== 0) {
        throw rangeError('data', `must have a multiple of ${vlen} bytes`, this.data.byteLength);
      }
      this.size = this.data.byteLength / vlen;
    } else {
      this.size = integer(data, 'data', 0, max);
      this.data = new Uint8Array(vlen * data);
    }
    this.namesize = integer(namesize, 'namesize', 0, 128);
    // The kernel writes struct cmsghdr where they are aligned.
    this.controlsize = (integer(controlsize, 'controlsize', 0, max - 8) + 7) & -8;
    this.names = new Uint8Array(vlen * this.namesize);
    this.control = new Uint8Array(vlen * this.controlsize);
    this.lengths = new Uint32Array(4 * vlen);
    const column = (n: number): Uint32Array => this.lengths.subarray(n * vlen, (n + 1) * vlen);
    this.len = column(0).fill(this.size);
    this.namelen = column(1);
    this.controllen = column(2);
    this.flags = column(3);
    this.iov = Array.from({ length: vlen }, (_, i) =>
      this.data.subarray(i * this.size, (i + 1) * this.size),
    );
  }

  /** The address of message `i`: who sent it. */
  name(i: number): SockAddr {
    const at = this.index(i) * this.namesize;
    const length = Math.min(this.namelen[i] ?? 0, this.namesize);
    return decodeSockaddr(this.names.subarray(at, at + length));
  }

  /** Says where message `i` goes; null to nobody but the connected peer. */
  setName(i: number, addr: SockAddrLike | null): void {
    const bytes = addr === null ? new Uint8Array() : buffer(sockaddrBytes(addr), 'addr');
    if (bytes.byteLength > this.namesize) {
      throw rangeError('addr', `must have at most ${this.namesize} bytes`, bytes.byteLength);
    }
    this.names.set(bytes, this.index(i) * this.namesize);
    this.namelen[i] = bytes.byteLength;
  }

  /** The control messages that came with message `i`. */
  messages(i: number): ControlMessage[] {
    const at = this.index(i) * this.controlsize;
    const room = this.control.subarray(at, at + this.controlsize);
    return receivedControl(room, this.controllen[i] ?? 0, this.flags[i] ?? 0);
  }

  /** Says what control messages go with message `i`. */
  setMessages(i: number, control: readonly ControlInit[] | Buf): void {
    const bytes = buffer(controlBytes(control), 'control');
    if (bytes.byteLength > this.controlsize) {
      throw rangeError('control', `must have at most ${this.controlsize} bytes`, bytes.byteLength);
    }
    this.control.set(bytes, this.index(i) * this.controlsize);
    this.controllen[i] = bytes.byteLength;
  }

  private index(i: number): number {
    return integer(i, 'i', 0, this.vlen - 1);
  }
}
