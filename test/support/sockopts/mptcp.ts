/** The trials of the SOL_MPTCP options. */
import { AF_INET, IPPROTO_MPTCP, SOCK_STREAM } from '../../../lib/index.js';
import { open } from '../sockets.js';
import type { Make, Trial } from './make.js';

export const mptcp: Make = () => open(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);

// The lists begin with what the reader asks, and MPTCP_INFO counts time; test/syscalls/mptcp.test.ts
// reads them of real connections.
const asked: Trial = { volatile: true };

export const mptcpTrials: Record<string, Trial> = {
  MPTCP_INFO: asked,
  MPTCP_TCPINFO: asked,
  MPTCP_SUBFLOW_ADDRS: asked,
};
