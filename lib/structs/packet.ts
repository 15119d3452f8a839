/** The structures of packet sockets. packet(7) */
import { type Kind, structure } from './option.js';

/** `struct tpacket_auxdata`, linux/if_packet.h: the cmsg of PACKET_AUXDATA. */
export interface TpacketAuxdata {
  /** tp_status: TP_STATUS_* bits. */
  status: number;
  /** tp_len: how long the packet was. Bytes. */
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
