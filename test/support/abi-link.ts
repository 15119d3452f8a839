/** The rows of packet(7), netlink(7), vsock(7), MPTCP and TLS. */
import { Reader } from '../../lib/kernel/bytes.js';
import { AF_INET, AF_INET6 } from '../../lib/structs/family.js';
import { mptcp_full_info, mptcp_subflow_info } from '../../lib/structs/mptcp_full_info.js';
import { decodeMptcpInfo } from '../../lib/structs/mptcp_info.js';
import { mptcp_subflow_data } from '../../lib/structs/mptcp_subflow.js';
import { nl_pktinfo } from '../../lib/structs/nl_pktinfo.js';
import {
  fanout_args,
  packet_mreq,
  tpacket_auxdata,
  tpacket_req,
  tpacket_rollover_stats,
  tpacket_stats,
} from '../../lib/structs/packet.js';
import * as cipher from '../../lib/structs/tls_cipher.js';
import { tls_crypto_info } from '../../lib/structs/tls_crypto_info.js';
import { at, type Codec, fields, option, type Values } from './abi-rows.js';

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

/** The size of struct mptcp_info since a version of Linux, and the fields that came with it. */
export const mptcpInfoGrowth: readonly (readonly [size: number, linux: string, names: string])[] = [
  [
    48,
    '5.16',
    'subflows add_addr_signal add_addr_accepted subflows_max add_addr_signal_max ' +
      'add_addr_accepted_max flags token write_seq snd_una rcv_nxt local_addr_used ' +
      'local_addr_max csum_enabled',
  ],
  [80, '6.5', 'retransmits bytes_retrans bytes_sent bytes_received bytes_acked'],
  [88, '6.8', 'subflows_total'],
  [96, '6.10', 'last_data_sent last_data_recv last_ack_recv'],
  // Two bytes that were reserved.
  [96, '6.18', 'endp_laminar_max'],
  [96, '6.19', 'endp_fullmesh_max'],
];

const mptcpHeaders = ['sys/socket.h', 'netinet/in.h', 'linux/mptcp.h'];
const sequenceNumbers = { write_seq: 0n, snd_una: 0n, rcv_nxt: 0n };

/** The ends of a subflow, as the fields of one object. */
function flat(bytes: Uint8Array): object {
  const { id, local, remote } = mptcp_subflow_info(reader(bytes));
  const of = (name: string, addr: object): [string, unknown][] =>
    Object.entries(addr).map(([key, value]) => [`${name}_${key}`, value]);
  return Object.fromEntries([['id', id], ...of('local', local), ...of('remote', remote)]);
}

const mptcp: readonly Codec[] = [
  {
    type: 'struct mptcp_info',
    headers: mptcpHeaders,
    size: 96,
    decode: (bytes) => decodeMptcpInfo(bytes, '7.0'),
    values: sequenceNumbers,
    fields: [
      ...fields('number', 'mptcpi_', mptcpInfoGrowth.map(([, , names]) => names).join(' ')),
      ...fields('padding', '', 'reserved'),
    ],
    // The holes before flags and retransmits.
    missed: 24,
  },
  {
    type: 'struct mptcp_subflow_data',
    headers: mptcpHeaders,
    size: 16,
    decode: (bytes) => mptcp_subflow_data(reader(bytes)),
    fields: fields('number', '', 'size_subflow_data num_subflows size_kernel size_user'),
  },
  {
    type: 'struct mptcp_subflow_info',
    note: 'AF_INET',
    headers: mptcpHeaders,
    base: `s.addrs.sin_local.sin_family = AF_INET; s.addrs.sin_remote.sin_family = AF_INET;`,
    size: 264,
    decode: flat,
    values: {
      local_family: AF_INET,
      local_addr: '0.0.0.0',
      remote_family: AF_INET,
      remote_addr: '0.0.0.0',
    },
    fields: [
      ...fields('number', '', 'id'),
      at('network', 'local_port', 'addrs.sin_local.sin_port'),
      at('ipv4', 'local_addr', 'addrs.sin_local.sin_addr'),
      at('network', 'remote_port', 'addrs.sin_remote.sin_port'),
      at('ipv4', 'remote_addr', 'addrs.sin_remote.sin_addr'),
      ...fields('fixed', 'addrs.', 'ss_local ss_remote'),
    ],
    // Four bytes before the addresses.
    missed: 32,
  },
  {
    type: 'struct mptcp_subflow_info',
    note: 'AF_INET6',
    headers: mptcpHeaders,
    base: `s.addrs.sin6_local.sin6_family = AF_INET6; s.addrs.sin6_remote.sin6_family = AF_INET6;`,
    size: 264,
    decode: flat,
    values: {
      local_family: AF_INET6,
      local_addr: '::',
      remote_family: AF_INET6,
      remote_addr: '::',
    },
    fields: [
      ...fields('number', '', 'id'),
      ...['local', 'remote'].flatMap((end) => [
        at('network', `${end}_port`, `addrs.sin6_${end}.sin6_port`),
        at('network', `${end}_flowinfo`, `addrs.sin6_${end}.sin6_flowinfo`),
        at('ipv6', `${end}_addr`, `addrs.sin6_${end}.sin6_addr`),
        at('number', `${end}_scope_id`, `addrs.sin6_${end}.sin6_scope_id`),
      ]),
      ...fields('fixed', 'addrs.', 'ss_local ss_remote'),
    ],
    missed: 32,
  },
  {
    type: 'struct mptcp_full_info',
    headers: mptcpHeaders,
    size: 136,
    decode: (bytes) => mptcp_full_info(reader(bytes)),
    fields: [
      ...fields('number', '', 'size_tcpinfo_kernel size_tcpinfo_user size_sfinfo_kernel'),
      ...fields('number', '', 'size_sfinfo_user num_subflows size_arrays_user'),
      ...fields('padding', '', 'subflow_info tcp_info mptcp_info'),
    ],
  },
];

/** The row of a cipher: the sizes of its nonce, key and salt. */
function tlsRow(
  name: string,
  cipher_type: number,
  [iv, key, salt]: readonly [number, number, number],
): Codec {
  const [rec_seq, header] = [8, 4];
  const values = {
    cipher_type,
    iv: new Uint8Array(iv),
    key: new Uint8Array(key),
    salt: new Uint8Array(salt),
    rec_seq: new Uint8Array(rec_seq),
  };
  return {
    type: `struct tls12_crypto_info_${name.toLowerCase()}`,
    headers: ['linux/tls.h'],
    base: `s.info.cipher_type = TLS_CIPHER_${name};`,
    size: header + iv + key + salt + rec_seq,
    decode: (bytes) => tls_crypto_info.decode(reader(bytes), bytes.byteLength),
    encode: (v) => encoder(tls_crypto_info)({ version: 0, ...v }),
    values,
    fields: [
      at('number', 'version', 'info.version'),
      at('fixed', 'cipher_type', 'info.cipher_type'),
      // C has no use for an array of no bytes, nor has its row.
      ...fields('bytes', '', salt === 0 ? 'iv key rec_seq' : 'iv key salt rec_seq'),
    ],
  };
}

const tls: readonly Codec[] = [
  tlsRow('AES_GCM_128', cipher.TLS_CIPHER_AES_GCM_128, [8, 16, 4]),
  tlsRow('AES_GCM_256', cipher.TLS_CIPHER_AES_GCM_256, [8, 32, 4]),
  tlsRow('AES_CCM_128', cipher.TLS_CIPHER_AES_CCM_128, [8, 16, 4]),
  tlsRow('CHACHA20_POLY1305', cipher.TLS_CIPHER_CHACHA20_POLY1305, [12, 32, 0]),
  tlsRow('SM4_GCM', cipher.TLS_CIPHER_SM4_GCM, [8, 16, 4]),
  tlsRow('SM4_CCM', cipher.TLS_CIPHER_SM4_CCM, [8, 16, 4]),
  tlsRow('ARIA_GCM_128', cipher.TLS_CIPHER_ARIA_GCM_128, [8, 16, 4]),
  tlsRow('ARIA_GCM_256', cipher.TLS_CIPHER_ARIA_GCM_256, [8, 32, 4]),
];

export const linkCodecs: readonly Codec[] = [...packet, ...netlink, ...mptcp, ...tls];
