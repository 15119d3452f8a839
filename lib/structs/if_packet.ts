/**
 * Packet sockets: the options of SOL_PACKET, and the other numbers of linux/if_packet.h. packet(7)
 */
import { bool, int, type OptionTable, uint, writeonly } from './option.js';
import {
  fanout_args,
  packet_mreq,
  tpacket_hdrlen,
  tpacket_req,
  tpacket_rollover_stats,
  tpacket_stats,
} from './packet.js';

/** sll_pkttype: to this machine. */
export const PACKET_HOST = 0;
/** sll_pkttype: a link-layer broadcast. */
export const PACKET_BROADCAST = 1;
/** sll_pkttype: to a link-layer multicast group. */
export const PACKET_MULTICAST = 2;
/** sll_pkttype: to another machine; only a promiscuous interface hears it. */
export const PACKET_OTHERHOST = 3;
/** sll_pkttype: sent by this machine, and looped back to the socket. */
export const PACKET_OUTGOING = 4;
/** sll_pkttype: a multicast looped back; never seen outside the kernel. */
export const PACKET_LOOPBACK = 5;
/** sll_pkttype: to user space, of netlink monitors. Linux 3.14. */
export const PACKET_USER = 6;
/** sll_pkttype: to the kernel, of netlink monitors. Linux 3.14. */
export const PACKET_KERNEL = 7;
/** sll_pkttype: no longer used. */
export const PACKET_FASTROUTE = 6;

/** Hear more than what is for this machine, while the socket lives. packet_mreq, set only. */
export const PACKET_ADD_MEMBERSHIP = 1;
/** End what PACKET_ADD_MEMBERSHIP began. packet_mreq, set only. packet(7) */
export const PACKET_DROP_MEMBERSHIP = 2;
/** Never implemented. */
export const PACKET_RECV_OUTPUT = 3;
/** A ring that receives, for mmap(2). tpacket_req or tpacket_req3, set only. packet(7) */
export const PACKET_RX_RING = 5;
/** Packets and drops; reading sets them to 0. tpacket_stats or _v3, read only. packet(7) */
export const PACKET_STATISTICS = 6;
/** Packets longer than the ring's frames are queued, too. bool as int; read since Linux 6.8. */
export const PACKET_COPY_THRESH = 7;
/** Receive with a cmsg tpacket_auxdata. bool. packet(7) */
export const PACKET_AUXDATA = 8;
/** Tell the interface that a packet came by, not the bond or bridge above it. bool. */
export const PACKET_ORIGDEV = 9;
/** The layout of the ring: TPACKET_V1 … int. packet(7) */
export const PACKET_VERSION = 10;
/** How long the header of a frame is in a layout: TPACKET_V1 … in, int out. Read only. */
export const PACKET_HDRLEN = 11;
/** Room before each packet of the ring. uint, bytes. packet(7) */
export const PACKET_RESERVE = 12;
/** A ring that sends, for mmap(2). tpacket_req or tpacket_req3, set only. packet(7) */
export const PACKET_TX_RING = 13;
/** The ring that sends skips what is malformed. bool. packet(7) */
export const PACKET_LOSS = 14;
/** Packets begin with struct virtio_net_hdr; of SOCK_RAW. bool. */
export const PACKET_VNET_HDR = 15;
/** The cmsg of a send timestamp. */
export const PACKET_TX_TIMESTAMP = 16;
/** Which timestamps the rings have: SOF_TIMESTAMPING_RAW_HARDWARE; 0 the time of copying. int. */
export const PACKET_TIMESTAMP = 17;
/** Share the packets with the sockets of a group. fanout_args. Linux 3.1. packet(7) */
export const PACKET_FANOUT = 18;
/** Where in its frame a packet to send begins is told by the frame. bool. Linux 3.8. */
export const PACKET_TX_HAS_OFF = 19;
/** Send past the queueing discipline. bool. Linux 3.14. packet(7) */
export const PACKET_QDISC_BYPASS = 20;
/** How often PACKET_FANOUT rolled over. tpacket_rollover_stats, read only. Linux 4.2. */
export const PACKET_ROLLOVER_STATS = 21;
/** The program of the group: instructions of classic BPF, or a descriptor of eBPF. Linux 4.3. */
export const PACKET_FANOUT_DATA = 22;
/** Do not hear what this machine sends. bool. Linux 4.20. */
export const PACKET_IGNORE_OUTGOING = 23;
/** How long the header of PACKET_VNET_HDR is: 10 or 12; 0 for none. int, bytes. Linux 6.4. */
export const PACKET_VNET_HDR_SZ = 24;

/** packet_mreq: a link-layer multicast group. */
export const PACKET_MR_MULTICAST = 0;
/** packet_mreq: everything that passes the interface. */
export const PACKET_MR_PROMISC = 1;
/** packet_mreq: every link-layer multicast. */
export const PACKET_MR_ALLMULTI = 2;
/** packet_mreq: another unicast address. */
export const PACKET_MR_UNICAST = 3;

/** fanout_args: by flow. */
export const PACKET_FANOUT_HASH = 0;
/** fanout_args: one after the other. */
export const PACKET_FANOUT_LB = 1;
/** fanout_args: by the CPU that the packet came to. */
export const PACKET_FANOUT_CPU = 2;
/** fanout_args: the first socket that has room. Linux 3.10. */
export const PACKET_FANOUT_ROLLOVER = 3;
/** fanout_args: at random. Linux 3.12. */
export const PACKET_FANOUT_RND = 4;
/** fanout_args: by the receive queue of the device. Linux 3.14. */
export const PACKET_FANOUT_QM = 5;
/** fanout_args: as a classic BPF program says, PACKET_FANOUT_DATA. Linux 4.3. */
export const PACKET_FANOUT_CBPF = 6;
/** fanout_args: as an eBPF program says, PACKET_FANOUT_DATA. Linux 4.3. */
export const PACKET_FANOUT_EBPF = 7;
/** fanout_args: another socket gets what this one has no room for. Linux 3.10. */
export const PACKET_FANOUT_FLAG_ROLLOVER = 0x1000;
/** fanout_args: the kernel chooses `id`, of a new group. Linux 4.12. */
export const PACKET_FANOUT_FLAG_UNIQUEID = 0x2000;
/** fanout_args: PACKET_IGNORE_OUTGOING for the group. Linux 6.2. */
export const PACKET_FANOUT_FLAG_IGNORE_OUTGOING = 0x4000;
/** fanout_args: IP fragments are put together first. */
export const PACKET_FANOUT_FLAG_DEFRAG = 0x8000;

/** The layout of a ring's frames: struct tpacket_hdr. */
export const TPACKET_V1 = 0;
/** The layout of a ring's frames: struct tpacket2_hdr. */
export const TPACKET_V2 = 1;
/** The layout of a ring's blocks: struct tpacket3_hdr. Linux 3.2. */
export const TPACKET_V3 = 2;
/** The header and address of a frame, TPACKET_V1. Bytes. */
export const TPACKET_HDRLEN = 52;
/** The header and address of a frame, TPACKET_V2. Bytes. */
export const TPACKET2_HDRLEN = 52;
/** The header and address of a frame, TPACKET_V3. Bytes. */
export const TPACKET3_HDRLEN = 68;
/** What the frames of a ring are aligned to. Bytes. */
export const TPACKET_ALIGNMENT = 16;
/** tpacket_req3: tell the flow hash. Linux 3.2. */
export const TP_FT_REQ_FILL_RXHASH = 0x1;

/** Ring: the frame is the kernel's. */
export const TP_STATUS_KERNEL = 0;
/** Status: the frame, or the packet, is the program's. */
export const TP_STATUS_USER = 0x1;
/** Status: cut to fit the frame; the whole packet is in the queue (PACKET_COPY_THRESH). */
export const TP_STATUS_COPY = 0x2;
/** Status: packets were dropped since PACKET_STATISTICS was read. */
export const TP_STATUS_LOSING = 0x4;
/** Status: the checksum is left to the network card, and not there yet. */
export const TP_STATUS_CSUMNOTREADY = 0x8;
/** Status: there is a VLAN tag, in `vlan_tci`. Linux 3.0. */
export const TP_STATUS_VLAN_VALID = 0x10;
/** Status: a block of TPACKET_V3 was closed by its timeout. Linux 3.2. */
export const TP_STATUS_BLK_TMO = 0x20;
/** Status: the protocol of the VLAN tag is in `vlan_tpid`. Linux 3.14. */
export const TP_STATUS_VLAN_TPID_VALID = 0x40;
/** Status: the network card has checked the checksum. Linux 4.1. */
export const TP_STATUS_CSUM_VALID = 0x80;
/** Status: several segments of TCP as one. Linux 6.3. */
export const TP_STATUS_GSO_TCP = 0x100;
/** Ring that sends: the frame is free. */
export const TP_STATUS_AVAILABLE = 0;
/** Ring that sends: the frame is to be sent. */
export const TP_STATUS_SEND_REQUEST = 0x1;
/** Ring that sends: the frame is on its way. */
export const TP_STATUS_SENDING = 0x2;
/** Ring that sends: the frame is malformed. */
export const TP_STATUS_WRONG_FORMAT = 0x4;
/** Status: the time is the kernel's. Linux 3.10. */
export const TP_STATUS_TS_SOFTWARE = 0x20000000;
/** Status: never set. */
export const TP_STATUS_TS_SYS_HARDWARE = 0x40000000;
/** Status: the time is the network card's. Linux 3.10. */
export const TP_STATUS_TS_RAW_HARDWARE = 0x80000000;

/**
 * The kinds of the SOL_PACKET options. PACKET_FANOUT_DATA takes a classic BPF program as the bytes
 * of its instructions. PACKET_RECV_OUTPUT and PACKET_TX_TIMESTAMP are no options.
 */
export const packetOptions = {
  [PACKET_ADD_MEMBERSHIP]: { name: 'PACKET_ADD_MEMBERSHIP', ...packet_mreq },
  [PACKET_DROP_MEMBERSHIP]: { name: 'PACKET_DROP_MEMBERSHIP', ...packet_mreq },
  [PACKET_RX_RING]: { name: 'PACKET_RX_RING', ...tpacket_req },
  [PACKET_STATISTICS]: { name: 'PACKET_STATISTICS', ...tpacket_stats },
  [PACKET_COPY_THRESH]: { name: 'PACKET_COPY_THRESH', ...int },
  [PACKET_AUXDATA]: { name: 'PACKET_AUXDATA', ...bool },
  [PACKET_ORIGDEV]: { name: 'PACKET_ORIGDEV', ...bool },
  [PACKET_VERSION]: { name: 'PACKET_VERSION', ...int },
  [PACKET_HDRLEN]: { name: 'PACKET_HDRLEN', ...tpacket_hdrlen },
  [PACKET_RESERVE]: { name: 'PACKET_RESERVE', ...uint },
  [PACKET_TX_RING]: { name: 'PACKET_TX_RING', ...tpacket_req },
  [PACKET_LOSS]: { name: 'PACKET_LOSS', ...bool },
  [PACKET_VNET_HDR]: { name: 'PACKET_VNET_HDR', ...bool },
  [PACKET_TIMESTAMP]: { name: 'PACKET_TIMESTAMP', ...int },
  [PACKET_FANOUT]: { name: 'PACKET_FANOUT', ...fanout_args, since: '3.1' },
  [PACKET_TX_HAS_OFF]: { name: 'PACKET_TX_HAS_OFF', ...bool, since: '3.8' },
  [PACKET_QDISC_BYPASS]: { name: 'PACKET_QDISC_BYPASS', ...bool, since: '3.14' },
  [PACKET_ROLLOVER_STATS]: {
    name: 'PACKET_ROLLOVER_STATS',
    ...tpacket_rollover_stats,
    since: '4.2',
  },
  [PACKET_FANOUT_DATA]: { name: 'PACKET_FANOUT_DATA', ...writeonly(int), since: '4.3' },
  [PACKET_IGNORE_OUTGOING]: { name: 'PACKET_IGNORE_OUTGOING', ...bool, since: '4.20' },
  [PACKET_VNET_HDR_SZ]: { name: 'PACKET_VNET_HDR_SZ', ...int, since: '6.4' },
} as const satisfies OptionTable;
