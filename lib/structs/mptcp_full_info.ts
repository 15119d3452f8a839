/** What MPTCP tells of a connection and its subflows at once, linux/mptcp.h: MPTCP_FULL_INFO. */
import { Reader, Writer } from '../kernel/bytes.js';
import { kernelVersion } from '../kernel/version.js';
import { type MptcpInfo, mptcp_info } from './mptcp_info.js';
import {
  type MptcpSubflowAddrs,
  most,
  mptcp_subflow_addrs,
  subflow_addrs_size,
  tcpInfoSize,
} from './mptcp_subflow.js';
import { type TcpInfo, tcp_info } from './tcp_info.js';

/** A subflow: a TCP connection of an MPTCP connection. */
export interface MptcpSubflow extends MptcpSubflowAddrs {
  /** id: counts the subflows as they are made; no number comes twice in a connection. */
  id: number;
  /** As TCP_INFO tells it of a TCP connection. */
  tcp_info: TcpInfo;
}

/** What `mptcp_full_info` returns. */
export interface MptcpFullInfo {
  info: MptcpInfo;
  subflows: MptcpSubflow[];
}

/** `struct mptcp_full_info`, linux/mptcp.h, without its addresses and its mptcp_info. */
export const mptcp_full_info = (r: Reader) => ({
  /** size_tcpinfo_kernel: bytes that the kernel has of each struct tcp_info. */
  size_tcpinfo_kernel: r.u32(),
  /** size_tcpinfo_user: bytes that it wrote of each. */
  size_tcpinfo_user: r.u32(),
  /** size_sfinfo_kernel: bytes that the kernel has of each struct mptcp_subflow_info. */
  size_sfinfo_kernel: r.u32(),
  /** size_sfinfo_user: bytes that it wrote of each. */
  size_sfinfo_user: r.u32(),
  /** num_subflows: how many there are, whether or not there was room for them. */
  num_subflows: r.u32(),
  /** size_arrays_user: for how many there was room. */
  size_arrays_user: r.u32(),
});

/** `struct mptcp_subflow_info`, linux/mptcp.h. */
export const mptcp_subflow_info = (r: Reader) => ({
  id: r.u32(),
  ...mptcp_subflow_addrs(r.skip(4)),
});

/** Where the mptcp_info begins. */
const header = 40;
const subflow_info_size = 8 + subflow_addrs_size;

/** The memory that the kernel answers in: the structure, and its two arrays. */
export interface FullInfoMemory {
  info: Uint8Array;
  subflow_info: Uint8Array;
  tcp_info: Uint8Array;
}

/** Room for everything. */
export const fullInfoMemory = (): FullInfoMemory => ({
  info: new Uint8Array(header + 256),
  subflow_info: new Uint8Array(most * subflow_info_size),
  tcp_info: new Uint8Array(most * tcpInfoSize.room),
});

/** Begins a question: what room there is. The kernel wants 0 where it will write. */
export function beginFullInfo({ info }: FullInfoMemory): void {
  const { bytes } = new Writer(header)
    .u32(0)
    .u32(tcpInfoSize.room)
    .u32(0)
    .u32(subflow_info_size)
    .u32(0)
    .u32(most);
  info.set(bytes);
}

/** How many elements of `size` bytes there are in an array, where none may be under `least`. */
const countOf = (array: Uint8Array, size: number, least: number): number =>
  size < least ? 0 : Math.floor(array.byteLength / size);

/** What the kernel wrote, `length` bytes of the structure itself. */
export function decodeFullInfo(memory: FullInfoMemory, length: number): MptcpFullInfo {
  const { size_tcpinfo_user, size_sfinfo_user, num_subflows, size_arrays_user } = mptcp_full_info(
    new Reader(memory.info),
  );
  // What the kernel did not write is left from another connection.
  memory.info.fill(0, length);
  const kernel = kernelVersion();
  const info = mptcp_info(new Reader(memory.info.subarray(header)), length - header, kernel);
  const count = Math.min(
    num_subflows,
    size_arrays_user,
    countOf(memory.subflow_info, size_sfinfo_user, subflow_info_size),
    countOf(memory.tcp_info, size_tcpinfo_user, tcpInfoSize.least),
  );
  const subflows = Array.from({ length: count }, (_, n) => {
    const subflow = memory.subflow_info.subarray(n * size_sfinfo_user);
    const tcp = memory.tcp_info.subarray(n * size_tcpinfo_user);
    return {
      ...mptcp_subflow_info(new Reader(subflow)),
      tcp_info: tcp_info(new Reader(tcp), size_tcpinfo_user, kernel),
    };
  });
  return { info, subflows };
}
