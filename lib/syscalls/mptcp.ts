/** What getsockopt(2) tells of Multipath TCP in memory that holds addresses of other memory. */
import { native } from '../kernel/addon.js';
import { check } from '../kernel/error.js';
import {
  beginFullInfo,
  decodeFullInfo,
  type FullInfoMemory,
  fullInfoMemory,
  type MptcpFullInfo,
} from '../structs/mptcp_full_info.js';

// Kept for the next time: it is long enough for every connection.
let memory: FullInfoMemory | undefined;

/**
 * mptcp_full_info(2) — a Multipath TCP connection and its subflows, at one moment: getsockopt(2)
 * of MPTCP_FULL_INFO.
 *
 *     int getsockopt(int fd, SOL_MPTCP, MPTCP_FULL_INFO, struct mptcp_full_info *optval,
 *                    socklen_t *optlen)
 *
 * @param fd  a socket of IPPROTO_MPTCP
 * @returns   what MPTCP_INFO tells, and of each subflow its number, its ends and its TCP_INFO
 * @throws    EOPNOTSUPP, ENOPROTOOPT not an MPTCP connection, or no longer: it fell back to TCP;
 *            or before Linux 6.5 · EBADF · ENOTSOCK
 *
 * https://man7.org/linux/man-pages/man2/getsockopt.2.html
 */
export function mptcp_full_info(fd: number): MptcpFullInfo {
  memory ??= fullInfoMemory();
  beginFullInfo(memory);
  const { info, subflow_info, tcp_info } = memory;
  const result = native.mptcp_full_info(fd, info, subflow_info, tcp_info);
  return decodeFullInfo(memory, check(result, 'getsockopt'));
}
