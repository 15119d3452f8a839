/**
 * Multipath TCP: the options of SOL_MPTCP, and the other numbers of linux/mptcp.h. RFC 8684
 */
import { mptcp_info_option } from './mptcp_info.js';
import { subflow_addrs, tcp_infos } from './mptcp_subflow.js';
import type { OptionTable } from './option.js';

/** What the kernel knows about the connection. See `MptcpInfo`; read only. Linux 5.16. */
export const MPTCP_INFO = 1;
/** TCP_INFO of each subflow. A list of `TcpInfo`, read only. Linux 5.16. */
export const MPTCP_TCPINFO = 2;
/** The two ends of each subflow. A list of `{ local, remote }`, read only. Linux 5.16. */
export const MPTCP_SUBFLOW_ADDRS = 3;
/** All three at once: `mptcp_full_info` reads it. Linux 6.5. */
export const MPTCP_FULL_INFO = 4;

/** MptcpInfo.flags: the connection is plain TCP. */
export const MPTCP_INFO_FLAG_FALLBACK = 0x1;
/** MptcpInfo.flags: the peer's key is known, without which there are no further subflows. */
export const MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED = 0x2;

/** Why a subflow was reset: no reason given. */
export const MPTCP_RST_EUNSPEC = 0;
/** Why a subflow was reset: an error of MPTCP. */
export const MPTCP_RST_EMPTCP = 1;
/** Why a subflow was reset: no resources. */
export const MPTCP_RST_ERESOURCE = 2;
/** Why a subflow was reset: prohibited by the administrator. */
export const MPTCP_RST_EPROHIBIT = 3;
/** Why a subflow was reset: too much data is not acknowledged. */
export const MPTCP_RST_EWQ2BIG = 4;
/** Why a subflow was reset: it performs badly. */
export const MPTCP_RST_EBADPERF = 5;
/** Why a subflow was reset: something between the ends interferes. */
export const MPTCP_RST_EMIDDLEBOX = 6;

/** The kinds of the SOL_MPTCP options; MPTCP_FULL_INFO is a call of its own. */
export const mptcpOptions = {
  [MPTCP_INFO]: { name: 'MPTCP_INFO', ...mptcp_info_option, since: '5.16' },
  [MPTCP_TCPINFO]: { name: 'MPTCP_TCPINFO', ...tcp_infos, since: '5.16' },
  [MPTCP_SUBFLOW_ADDRS]: { name: 'MPTCP_SUBFLOW_ADDRS', ...subflow_addrs, since: '5.16' },
} as const satisfies OptionTable;
