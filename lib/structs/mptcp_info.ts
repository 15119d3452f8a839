/** `struct mptcp_info`, linux/mptcp.h: the value of MPTCP_INFO. */
import { type Buf, Reader } from '../kernel/bytes.js';
import { buffer, rangeError } from '../kernel/validate.js';
import { kernelVersion } from '../kernel/version.js';
import { structure } from './option.js';

/** What Linux 5.16, the first that could be asked, returns. */
const baseline = 48;

/**
 * The fields of `struct mptcp_info` in the first `length` bytes of `r`, from a kernel of version
 * `kernel`: the same fields always, `undefined` where that kernel has none.
 */
export function mptcp_info(r: Reader, length: number, kernel: number) {
  // Lengths tell no more: bytes that were reserved became the two endp_* fields.
  const grown = length >= 96;
  return {
    /** mptcpi_subflows: subflows beside the first one. */
    subflows: r.u8(),
    /** mptcpi_add_addr_signal: addresses that we announced. */
    add_addr_signal: r.u8(),
    /** mptcpi_add_addr_accepted: addresses of the peer that we used. */
    add_addr_accepted: r.u8(),
    /** mptcpi_subflows_max: limit of `subflows`, `ip mptcp limits`. */
    subflows_max: r.u8(),
    /** mptcpi_add_addr_signal_max: endpoints that are announced. */
    add_addr_signal_max: r.u8(),
    /** mptcpi_add_addr_accepted_max: limit of `add_addr_accepted`. */
    add_addr_accepted_max: r.u8(),
    /** mptcpi_flags: MPTCP_INFO_FLAG_* bits. */
    flags: r.u32(),
    /** mptcpi_token: names the connection on this machine, as `ss -M` shows it. */
    token: r.u32(),
    /** mptcpi_write_seq: the data sequence number of the next byte to send. */
    write_seq: r.u64(),
    /** mptcpi_snd_una: the first data sequence number that is not acknowledged. */
    snd_una: r.u64(),
    /** mptcpi_rcv_nxt: the data sequence number of the next byte to receive. */
    rcv_nxt: r.u64(),
    /** mptcpi_local_addr_used: local addresses that subflows were made from. */
    local_addr_used: r.u8(),
    /** mptcpi_local_addr_max: endpoints that subflows are made from. */
    local_addr_max: r.u8(),
    /** mptcpi_csum_enabled: 1 if the data has checksums. */
    csum_enabled: r.u8(),
    /** mptcpi_retransmits: timeouts in a row, of the connection as a whole. Linux 6.5. */
    retransmits: length >= 80 ? r.u32() : undefined,
    /** mptcpi_bytes_retrans: payload sent once more, on another subflow. Bytes. Linux 6.5. */
    bytes_retrans: r.maybe.count64(),
    /** mptcpi_bytes_sent: payload sent. Bytes. Linux 6.5. */
    bytes_sent: r.maybe.count64(),
    /** mptcpi_bytes_received: payload received. Bytes. Linux 6.5. */
    bytes_received: r.maybe.count64(),
    /** mptcpi_bytes_acked: payload that was acknowledged. Bytes. Linux 6.5. */
    bytes_acked: r.maybe.count64(),
    /** mptcpi_subflows_total: all subflows. Linux 6.8. */
    subflows_total: length >= 88 ? r.u8() : undefined,
    /** mptcpi_endp_laminar_max: endpoints that answer announcements. Linux 6.18. */
    endp_laminar_max: grown && kernel >= 6018 ? r.u8() : undefined,
    /** mptcpi_endp_fullmesh_max: endpoints that connect with every address. Linux 6.19. */
    endp_fullmesh_max: grown && kernel >= 6019 ? r.u8() : undefined,
    /** mptcpi_last_data_sent: time since data was sent. Milliseconds. Linux 6.10. */
    last_data_sent: grown ? r.u32() : undefined,
    /** mptcpi_last_data_recv: time since data came. Milliseconds. Linux 6.10. */
    last_data_recv: grown ? r.u32() : undefined,
    /** mptcpi_last_ack_recv: time since an acknowledgement came. Milliseconds. Linux 6.10. */
    last_ack_recv: grown ? r.u32() : undefined,
  };
}

/** What MPTCP_INFO says about a connection. A field that the kernel lacks is `undefined`. */
export interface MptcpInfo extends ReturnType<typeof mptcp_info> {}

/** The kind of MPTCP_INFO. It offers more than any kernel fills: growth shows as length. */
export const mptcp_info_option = structure<MptcpInfo>(256, (r, length) =>
  mptcp_info(r, length, kernelVersion()),
);

/**
 * The fields of a `struct mptcp_info`.
 *
 * @param bytes    as the kernel wrote them, no longer than the length it returned; 48 at least
 * @param release  `uname -r` of the kernel that wrote them; this machine's by default
 */
export function decodeMptcpInfo(bytes: Buf, release?: string): MptcpInfo {
  const r = new Reader(buffer(bytes, 'bytes'));
  const length = r.end;
  if (length < baseline) throw rangeError('bytes', `must have ${baseline} bytes or more`, length);
  return mptcp_info(r, length, kernelVersion(release));
}
