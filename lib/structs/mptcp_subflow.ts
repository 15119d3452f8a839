/** What MPTCP tells of its subflows, linux/mptcp.h: MPTCP_TCPINFO, MPTCP_SUBFLOW_ADDRS. */
import { Reader, Writer } from '../kernel/bytes.js';
import { kernelVersion } from '../kernel/version.js';
import { begun, structure } from './option.js';
import { decodeSockaddr, type SockAddr } from './sockaddr.js';
import { type TcpInfo, tcp_info } from './tcp_info.js';

/** More subflows than a connection can have: they are counted in 8 bits. */
export const most = 256;

/** Room for a struct tcp_info of any kernel to come, and the shortest that there is. */
export const tcpInfoSize = { room: 512, least: 104 } as const;

/** `struct mptcp_subflow_addrs`, linux/mptcp.h: the two ends of a subflow. */
export interface MptcpSubflowAddrs {
  /** sin_local, or sin6_local. */
  local: SockAddr;
  /** sin_remote, or sin6_remote. */
  remote: SockAddr;
}

/** Each is a struct __kernel_sockaddr_storage. */
const storage = 128;

/** The size of struct mptcp_subflow_addrs. */
export const subflow_addrs_size = 2 * storage;

export const mptcp_subflow_addrs = (r: Reader): MptcpSubflowAddrs => ({
  local: decodeSockaddr(r.copy(storage)),
  remote: decodeSockaddr(r.copy(storage)),
});

/** `struct mptcp_subflow_data`, linux/mptcp.h: what a list of subflows begins with. */
export const mptcp_subflow_data = (r: Reader) => ({
  /** size_subflow_data: bytes of this. */
  size_subflow_data: r.u32(),
  /** num_subflows: how many there are, whether or not there was room for them. */
  num_subflows: r.u32(),
  /** size_kernel: bytes that the kernel has for each. */
  size_kernel: r.u32(),
  /** size_user: bytes that it wrote for each. */
  size_user: r.u32(),
});

const header = 16;

/** The elements of a list that the kernel wrote: each at least `least` bytes long. */
function elements(r: Reader, length: number, least: number): Uint8Array[] {
  if (length < header) return [];
  const { num_subflows, size_user } = mptcp_subflow_data(r);
  if (size_user < least) return [];
  const count = Math.min(num_subflows, Math.floor((length - header) / size_user));
  return Array.from({ length: count }, (_, n) => {
    const at = header + n * size_user;
    return r.bytes.subarray(at, at + size_user);
  });
}

/** What is asked with: how long the header is, and an element. */
const asking = (size_user: number): Uint8Array =>
  new Writer(header).u32(header).u32(0).u32(0).u32(size_user).bytes;

/** The kind of MPTCP_TCPINFO: the TCP_INFO of each subflow. */
export const tcp_infos = begun(
  structure<TcpInfo[]>(header + most * tcpInfoSize.room, (r, length) =>
    elements(r, length, tcpInfoSize.least).map((bytes) =>
      tcp_info(new Reader(bytes), bytes.byteLength, kernelVersion()),
    ),
  ),
  asking(tcpInfoSize.room),
);

/** The kind of MPTCP_SUBFLOW_ADDRS. */
export const subflow_addrs = begun(
  structure<MptcpSubflowAddrs[]>(header + most * subflow_addrs_size, (r, length) =>
    elements(r, length, subflow_addrs_size).map((bytes) => mptcp_subflow_addrs(new Reader(bytes))),
  ),
  asking(subflow_addrs_size),
);
