/** `struct sockaddr_qrtr`, linux/qrtr.h: a port of a Qualcomm IPC router. AF_QIPCRTR. */
import { Writer } from '../kernel/bytes.js';
import { AF_QIPCRTR } from './family.js';
import { Fields } from './header.js';
import type { SockAddrLike } from './sockaddr.js';
import { fieldsOf } from './sockaddr_fields.js';

/** sq_node: all nodes. Linux 4.7. */
export const QRTR_NODE_BCAST = 0xffffffff;
/** sq_port: where control packets go. Linux 4.7. */
export const QRTR_PORT_CTRL = 0xfffffffe;

/** sockaddr_qrtr. */
export interface SockAddrQrtr {
  /** sq_node: the processor. */
  node: number;
  /** sq_port: 32 bits, host byte order. */
  port: number;
}

const SIZE = 12;

/**
 * The bytes of an address of AF_QIPCRTR.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrQrtr(addr: SockAddrQrtr): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(SIZE).u16(AF_QIPCRTR).u32(f.uint(32, 'node')).u32(f.uint(32, 'port')).bytes;
}

/** The address of AF_QIPCRTR; undefined when it is of another family, or too short. */
export function decodeSockaddrQrtr(addr: SockAddrLike): SockAddrQrtr | undefined {
  const r = fieldsOf(addr, AF_QIPCRTR, SIZE);
  return r === undefined ? undefined : { node: r.u32(), port: r.u32() };
}
