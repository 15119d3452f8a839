/** The options of a TCP header, netinet/tcp.h. RFC 9293, RFC 7323 */
import type { Only } from './header.js';

/** The end of the options: one byte, without a length. RFC 9293 */
export const TCPOPT_EOL = 0;
/** Nothing, to align the next one: one byte, without a length. RFC 9293 */
export const TCPOPT_NOP = 1;
/** The segment size that the sender takes: `mss`. In a SYN. RFC 9293 */
export const TCPOPT_MAXSEG = 2;
/** How far windows are shifted: `shift`. In a SYN. RFC 7323 */
export const TCPOPT_WINDOW = 3;
/** SACK may be used. In a SYN. RFC 2018 */
export const TCPOPT_SACK_PERMITTED = 4;
/** What arrived out of order: `blocks`. RFC 2018 */
export const TCPOPT_SACK = 5;
/** The sender's clock, and the peer's as it was last seen: `tsval`, `tsecr`. RFC 7323 */
export const TCPOPT_TIMESTAMP = 8;
/** A signature: `digest`. The kernel's name, in net/tcp.h. RFC 2385 */
export const TCPOPT_MD5SIG = 19;
/** A signature: `keyid`, `rnext_keyid`, `mac`. The kernel's name, in net/tcp.h. RFC 5925 */
export const TCPOPT_AO = 29;
/** Multipath TCP: `subtype`, `flags`, `data`. The kernel's name, in net/tcp.h. RFC 8684 */
export const TCPOPT_MPTCP = 30;
/** Fast Open: `cookie`, empty to ask for one. The kernel's name, in net/tcp.h. RFC 7413 */
export const TCPOPT_FASTOPEN = 34;
/** An experiment, by its `magic`. The kernel's name, in net/tcp.h. RFC 6994 */
export const TCPOPT_EXP = 254;
/** The `magic` of Fast Open as an experiment. The kernel's name, in net/tcp.h. RFC 7413 */
export const TCPOPT_FASTOPEN_MAGIC = 0xf989;

/** Bytes that arrived out of order. */
export interface TcpSackBlock {
  /** start_seq: the sequence number of the first. */
  start_seq: number;
  /** end_seq: the sequence number behind the last. */
  end_seq: number;
}

interface TcpOptionFields {
  /** The segment size that the sender takes. Bytes. */
  mss: number;
  /** By how many bits its windows are shifted: 0–14. */
  shift: number;
  /** What arrived out of order; the first may be a duplicate (RFC 2883). */
  blocks: TcpSackBlock[];
  /** The sender's clock. */
  tsval: number;
  /** The peer's clock as it was last seen. */
  tsecr: number;
  /** The MD5 of the segment and the key: 16 bytes. */
  digest: Uint8Array;
  /** The key that signed. */
  keyid: number;
  /** The key that the sender would take next. */
  rnext_keyid: number;
  /** The signature. */
  mac: Uint8Array;
  /** What of MPTCP it is: 0 MP_CAPABLE, 1 MP_JOIN, 2 DSS, 3 ADD_ADDR … */
  subtype: number;
  /** The four bits beside the subtype: a version or flags. */
  flags: number;
  /** Fast Open's cookie; empty asks for one. */
  cookie: Uint8Array;
  /** Which experiment: TCPOPT_FASTOPEN_MAGIC. */
  magic: number;
  /** What follows the length, or the subtype of MPTCP. */
  data: Uint8Array;
}

type Kind<Name extends number, Field extends keyof TcpOptionFields = never> = {
  /** TCPOPT_*. */
  kind: Name;
} & Only<TcpOptionFields, Field>;

/**
 * An option of TCP. One of a kind that is not known here, and one that has not the length of its
 * kind, is `{ kind, data }`: so even TCPOPT_MAXSEG may lack an `mss`, and TypeScript says so.
 */
export type TcpOption =
  | Kind<typeof TCPOPT_EOL | typeof TCPOPT_NOP | typeof TCPOPT_SACK_PERMITTED>
  | Kind<typeof TCPOPT_MAXSEG, 'mss'>
  | Kind<typeof TCPOPT_WINDOW, 'shift'>
  | Kind<typeof TCPOPT_SACK, 'blocks'>
  | Kind<typeof TCPOPT_TIMESTAMP, 'tsval' | 'tsecr'>
  | Kind<typeof TCPOPT_MD5SIG, 'digest'>
  | Kind<typeof TCPOPT_AO, 'keyid' | 'rnext_keyid' | 'mac'>
  | Kind<typeof TCPOPT_MPTCP, 'subtype' | 'flags' | 'data'>
  | Kind<typeof TCPOPT_FASTOPEN, 'cookie'>
  | Kind<typeof TCPOPT_EXP, 'magic' | 'cookie'>
  | Kind<number, 'data'>;
