/** The structures of packet sockets. packet(7) */
import { Writer } from '../kernel/bytes.js';
import {
  buffer,
  int32,
  integer,
  isUint8Array,
  object,
  typeError,
  uint16,
  uint32,
} from '../kernel/validate.js';
import { asked, int, type Kind, kind, readonly, request, structure } from './option.js';

/** `struct tpacket_auxdata`, linux/if_packet.h: the cmsg of PACKET_AUXDATA. */
export interface TpacketAuxdata {
  /** tp_status: TP_STATUS_* bits. */
  status: number;
  /** tp_len: how long the packet was. Bytes. After a MSG_PEEK of it, the kernel tells nonsense. */
  len: number;
  /** tp_snaplen: how much of it a filter let through. Bytes. */
  snaplen: number;
  /** tp_mac: always 0 outside of rings. */
  mac: number;
  /** tp_net: where the network header begins; 0 in a packet of SOCK_DGRAM. Bytes. */
  net: number;
  /** tp_vlan_tci: priority and number of the VLAN; 0 unless TP_STATUS_VLAN_VALID. */
  vlan_tci: number;
  /** tp_vlan_tpid: the protocol of the tag, an ETH_P_*; 0 unless TP_STATUS_VLAN_TPID_VALID. */
  vlan_tpid: number;
}

export const tpacket_auxdata: Kind<TpacketAuxdata, never> = structure(20, (r) => ({
  status: r.u32(),
  len: r.u32(),
  snaplen: r.u32(),
  mac: r.u16(),
  net: r.u16(),
  vlan_tci: r.u16(),
  vlan_tpid: r.u16(),
}));

/** `struct packet_mreq`, linux/if_packet.h: the value of PACKET_ADD_MEMBERSHIP. */
export interface PacketMreq {
  /** mr_ifindex: the interface. */
  ifindex: number;
  /** mr_type: PACKET_MR_*. */
  type: number;
  /** mr_address: of a group or a machine, mr_alen bytes; as many as the interface's have. */
  address?: Uint8Array;
}

export const packet_mreq: Kind<never, PacketMreq> = request((value) => {
  const { ifindex, type, address = new Uint8Array(0) } = object(value, 'value');
  if (!isUint8Array(address)) throw typeError('value.address', 'must be a Uint8Array', address);
  // mr_address has 8 bytes; the longer addresses of InfiniBand (20) run past the C structure.
  const { byteLength } = buffer(address, 'value.address');
  const alen = integer(byteLength, 'value.address.byteLength', 0, 32);
  return new Writer(8 + Math.max(8, alen))
    .u32(int32(ifindex, 'value.ifindex'))
    .u16(uint16(type, 'value.type'))
    .u16(alen)
    .copy(address).bytes;
});

/** `struct fanout_args`, linux/if_packet.h: the value of PACKET_FANOUT. */
export interface FanoutArgs {
  /** id: the number of the group, in this network namespace. */
  id: number;
  /** type_flags: a PACKET_FANOUT_* mode, and PACKET_FANOUT_FLAG_* bits. */
  type_flags: number;
  /** max_num_members: how many sockets a new group takes; 256 by default. Set only. Linux 5.11. */
  max_num_members?: number;
}

/** The first four bytes are all that is read, and all that Linux 5.10 takes. */
export const fanout_args: Kind<FanoutArgs, FanoutArgs> = kind(
  4,
  (r) => ({ id: r.u16(), type_flags: r.u16() }),
  (value) => {
    const { id, type_flags, max_num_members } = object(value, 'value');
    const args = new Writer(max_num_members === undefined ? 4 : 8)
      .u16(uint16(id, 'value.id'))
      .u16(uint16(type_flags, 'value.type_flags'));
    if (max_num_members === undefined) return args.bytes;
    return args.u32(uint32(max_num_members, 'value.max_num_members')).bytes;
  },
);

/** `struct tpacket_req`, linux/if_packet.h: the value of PACKET_RX_RING and PACKET_TX_RING. */
export interface TpacketReq {
  /** tp_block_size: bytes that lie together; a multiple of the page. */
  block_size: number;
  /** tp_block_nr: how many blocks; 0 ends the ring. */
  block_nr: number;
  /** tp_frame_size: the room of a packet with its header; a multiple of TPACKET_ALIGNMENT. */
  frame_size: number;
  /** tp_frame_nr: how many frames, as the three others say. */
  frame_nr: number;
}

/** `struct tpacket_req3`, linux/if_packet.h: the same with TPACKET_V3. */
export interface TpacketReq3 extends TpacketReq {
  /** tp_retire_blk_tov: when a block that is not full is handed over, ms; 0 the kernel chooses. */
  retire_blk_tov: number;
  /** tp_sizeof_priv: room of the program's own in each block, bytes. */
  sizeof_priv?: number;
  /** tp_feature_req_word: TP_FT_REQ_* bits. */
  feature_req_word?: number;
}

/** A `struct tpacket_req3` where `retire_blk_tov` is given, and else a `struct tpacket_req`. */
export const tpacket_req: Kind<never, TpacketReq | TpacketReq3> = request((value) => {
  const fields = object(value, 'value');
  const { retire_blk_tov, sizeof_priv = 0, feature_req_word = 0 } = fields;
  const req = new Writer(retire_blk_tov === undefined ? 16 : 28)
    .u32(uint32(fields.block_size, 'value.block_size'))
    .u32(uint32(fields.block_nr, 'value.block_nr'))
    .u32(uint32(fields.frame_size, 'value.frame_size'))
    .u32(uint32(fields.frame_nr, 'value.frame_nr'));
  if (retire_blk_tov === undefined) return req.bytes;
  return req
    .u32(uint32(retire_blk_tov, 'value.retire_blk_tov'))
    .u32(uint32(sizeof_priv, 'value.sizeof_priv'))
    .u32(uint32(feature_req_word, 'value.feature_req_word')).bytes;
});

/** The size of struct tpacket_hdr, tpacket2_hdr or tpacket3_hdr: the reader says which. */
export const tpacket_hdrlen = asked(
  readonly(int),
  (version: number) => new Writer(4).u32(int32(version, 'buf')).bytes,
);

/** `struct tpacket_stats` or `tpacket_stats_v3`: the value of PACKET_STATISTICS. */
export interface TpacketStats {
  /** tp_packets: packets that came for the socket since this was read, the dropped ones too. */
  packets: number;
  /** tp_drops: of them, dropped because there was no room. */
  drops: number;
  /** tp_freeze_q_cnt: how often the ring was full; with TPACKET_V3. */
  freeze_q_cnt: number | undefined;
}

export const tpacket_stats: Kind<TpacketStats, never> = structure(12, (r) => ({
  packets: r.u32(),
  drops: r.u32(),
  freeze_q_cnt: r.maybe.u32(),
}));

/** `struct tpacket_rollover_stats`: the value of PACKET_ROLLOVER_STATS. Packets, of this socket. */
export interface TpacketRolloverStats {
  /** tp_all: went to another socket. */
  all: number;
  /** tp_huge: of them, of a flow that has most of the packets. */
  huge: number;
  /** tp_failed: found no socket with room. */
  failed: number;
}

export const tpacket_rollover_stats: Kind<TpacketRolloverStats, never> = structure(24, (r) => ({
  all: r.count64(),
  huge: r.count64(),
  failed: r.count64(),
}));
