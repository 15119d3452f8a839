/** The rows of packet(7), netlink(7), vsock(7), MPTCP and TLS. */
import { Reader } from '../../lib/kernel/bytes.js';
import { nl_pktinfo } from '../../lib/structs/nl_pktinfo.js';
import {
  fanout_args,
  packet_mreq,
  tpacket_auxdata,
  tpacket_req,
  tpacket_rollover_stats,
  tpacket_stats,
} from '../../lib/structs/packet.js';
import { type Codec, fields, option, type Values } from './abi-rows.js';

const reader = (bytes: Uint8Array): Reader => new Reader(bytes);

/** What a kind of option encodes. */
function encoder(kind: { encode: (value: never) => unknown }): (values: Values) => Uint8Array {
  return (values) => kind.encode(values as never) as Uint8Array;
}

const packet: readonly Codec[] = [
  {
    type: 'struct tpacket_auxdata',
    headers: ['linux/if_packet.h'],
    size: 20,
    decode: option(tpacket_auxdata),
    fields: fields('number', 'tp_', 'status len snaplen mac net vlan_tci vlan_tpid'),
  },
  {
    type: 'struct packet_mreq',
    headers: ['linux/if_packet.h'],
    base: 's.mr_alen = sizeof s.mr_address;',
    size: 16,
    encode: encoder(packet_mreq),
    values: { ifindex: 0, type: 0, address: new Uint8Array(8) },
    fields: [
      ...fields('number', 'mr_', 'ifindex type'),
      ...fields('fixed', 'mr_', 'alen'),
      ...fields('bytes', 'mr_', 'address'),
    ],
  },
  {
    type: 'struct fanout_args',
    note: 'as it is set',
    headers: ['linux/if_packet.h'],
    size: 8,
    encode: encoder(fanout_args),
    values: { id: 0, type_flags: 0, max_num_members: 0 },
    fields: fields('number', '', 'id type_flags max_num_members'),
  },
  {
    type: 'struct fanout_args',
    note: 'as it is read',
    headers: ['linux/if_packet.h'],
    size: 8,
    decode: (bytes) => fanout_args.decode(reader(bytes), 4),
    fields: [...fields('number', '', 'id type_flags'), ...fields('fixed', '', 'max_num_members')],
  },
  {
    type: 'struct tpacket_req',
    headers: ['linux/if_packet.h'],
    size: 16,
    encode: encoder(tpacket_req),
    values: { block_size: 0, block_nr: 0, frame_size: 0, frame_nr: 0 },
    fields: fields('number', 'tp_', 'block_size block_nr frame_size frame_nr'),
  },
  {
    type: 'struct tpacket_req3',
    headers: ['linux/if_packet.h'],
    size: 28,
    encode: encoder(tpacket_req),
    values: { block_size: 0, block_nr: 0, frame_size: 0, frame_nr: 0, retire_blk_tov: 0 },
    fields: fields(
      'number',
      'tp_',
      'block_size block_nr frame_size frame_nr retire_blk_tov sizeof_priv feature_req_word',
    ),
  },
  {
    type: 'struct tpacket_stats',
    headers: ['linux/if_packet.h'],
    size: 8,
    decode: (bytes) => tpacket_stats.decode(reader(bytes), bytes.byteLength),
    absent: ['freeze_q_cnt'],
    fields: fields('number', 'tp_', 'packets drops'),
  },
  {
    type: 'struct tpacket_stats_v3',
    headers: ['linux/if_packet.h'],
    size: 12,
    decode: option(tpacket_stats),
    fields: fields('number', 'tp_', 'packets drops freeze_q_cnt'),
  },
  {
    type: 'struct tpacket_rollover_stats',
    headers: ['linux/if_packet.h'],
    size: 24,
    decode: option(tpacket_rollover_stats),
    fields: fields('number', 'tp_', 'all huge failed'),
  },
];

const netlink: readonly Codec[] = [
  {
    type: 'struct nl_pktinfo',
    headers: ['linux/netlink.h'],
    size: 4,
    decode: option(nl_pktinfo),
    fields: fields('number', '', 'group'),
  },
];

export const linkCodecs: readonly Codec[] = [...packet, ...netlink];
