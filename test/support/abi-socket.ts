/** The codecs of the structures of SOL_SOCKET and IPPROTO_TCP options. */
import { Reader } from '../../lib/kernel/bytes.js';
import { dmabuf_tokens } from '../../lib/structs/dmabuf_token.js';
import { AF_INET, AF_UNSPEC } from '../../lib/structs/family.js';
import { filter, sock_filter } from '../../lib/structs/sock_filter.js';
import {
  tcp_ao_add,
  tcp_ao_del,
  tcp_ao_info_opt,
  tcp_ao_repair,
} from '../../lib/structs/tcp_ao.js';
import { askForKeys, tcp_ao_getsockopt } from '../../lib/structs/tcp_ao_keys.js';
import { tcp_bbr_info, tcp_dctcp_info, tcpvegas_info } from '../../lib/structs/tcp_cc_info.js';
import { tcp_md5sig } from '../../lib/structs/tcp_md5sig.js';
import { tcp_repair_options, tcp_repair_window } from '../../lib/structs/tcp_repair.js';
import { encodeZerocopy, tcp_zerocopy_receive } from '../../lib/structs/tcp_zerocopy.js';
import { sock_txtime, timestamping } from '../../lib/structs/timestamping.js';
import type { Codec } from './abi-rows.js';
import type { Field, Kind } from './abi-structs.js';

function fields(kind: Kind, prefix: string, names: string): Field[] {
  return names.split(' ').map((name) => ({ name, c: prefix + name, kind }));
}

/** All fields 0. */
const zeros = (names: string): Record<string, number> =>
  Object.fromEntries(names.split(' ').map((name) => [name, 0]));

type Values = Readonly<Record<string, unknown>>;

/** The codec of a kind of option, for a row. */
function both(kind: {
  decode: (r: Reader, length: number) => object;
  encode: (value: never) => number | string | Uint8Array;
}): Required<Pick<Codec, 'decode' | 'encode'>> {
  return {
    decode: (bytes) => kind.decode(new Reader(bytes), bytes.byteLength),
    encode: (values) => kind.encode(values as never) as Uint8Array,
  };
}

/** The encoder of a kind that is set to a list of structures. */
const listed =
  (kind: { encode: (value: never) => number | string | Uint8Array }) =>
  (values: Values): Uint8Array =>
    kind.encode([values] as never) as Uint8Array;

/** The values with what C has as all ones, in a counter, as our decoders have it. */
const allOnes = (values: Values): Values =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      name.startsWith('pkt_') && value === -1 ? Number.POSITIVE_INFINITY : value,
    ]),
  );

const peer = { family: AF_INET, addr: '0.0.0.0', port: 0 };
const key = new Uint8Array(80);
const window = 'snd_wl1 snd_wnd max_window rcv_wnd rcv_wup';
const infoOpt =
  'set_current set_rnext ao_required set_counters accept_icmps current_key rnext ' +
  'pkt_good pkt_bad pkt_key_not_found pkt_ao_required pkt_dropped_icmp';

const socket: Codec[] = [
  {
    type: 'struct sock_filter',
    headers: ['linux/filter.h'],
    size: 8,
    decode: (bytes) => sock_filter(new Reader(bytes)),
    encode: listed(filter),
    values: zeros('code jt jf k'),
    fields: fields('number', '', 'code jt jf k'),
  },
  {
    type: 'struct so_timestamping',
    headers: ['linux/net_tstamp.h'],
    size: 8,
    encode: (v) => timestamping.encode(v as never) as Uint8Array,
    values: zeros('flags bind_phc'),
    fields: fields('number', '', 'flags bind_phc'),
  },
  {
    type: 'struct sock_txtime',
    headers: ['linux/net_tstamp.h'],
    size: 8,
    ...both(sock_txtime),
    values: zeros('clockid flags'),
    fields: fields('number', '', 'clockid flags'),
  },
  {
    type: 'struct dmabuf_token',
    headers: ['linux/types.h', 'linux/uio.h'],
    size: 8,
    encode: listed(dmabuf_tokens),
    values: zeros('start count'),
    fields: fields('number', 'token_', 'start count'),
  },
];

const tcp: Codec[] = [
  {
    type: 'struct tcp_repair_opt',
    headers: ['linux/tcp.h'],
    size: 8,
    encode: listed(tcp_repair_options),
    values: zeros('code val'),
    fields: fields('number', 'opt_', 'code val'),
  },
  {
    type: 'struct tcp_repair_window',
    headers: ['linux/tcp.h'],
    size: 20,
    ...both(tcp_repair_window),
    values: zeros(window),
    fields: fields('number', '', window),
  },
  {
    type: 'struct tcp_md5sig',
    headers: ['sys/socket.h', 'linux/tcp.h'],
    base: 's.tcpm_addr.ss_family = AF_INET; s.tcpm_keylen = sizeof s.tcpm_key;',
    size: 216,
    encode: (v) => tcp_md5sig.encode(v as never) as Uint8Array,
    values: { addr: peer, key, ...zeros('flags prefixlen ifindex') },
    fields: [
      ...fields('fixed', 'tcpm_', 'addr keylen'),
      ...fields('number', 'tcpm_', 'flags prefixlen ifindex'),
      ...fields('bytes', 'tcpm_', 'key'),
    ],
  },
  {
    type: 'struct tcp_zerocopy_receive',
    headers: ['linux/tcp.h'],
    size: 64,
    decode: (bytes) => tcp_zerocopy_receive(new Reader(bytes)),
    fields: [
      ...fields('number', '', 'length recv_skip_hint inq err copybuf_len'),
      ...fields('padding', '', 'address copybuf_address flags msg_control msg_controllen'),
      ...fields('padding', '', 'msg_flags reserved'),
    ],
  },
  {
    type: 'struct tcp_zerocopy_receive',
    note: 'as it begins',
    headers: ['linux/tcp.h'],
    size: 64,
    encode: (v) => encodeZerocopy(v.flags as number),
    values: zeros('flags'),
    fields: [
      ...fields('number', '', 'flags'),
      ...fields('fixed', '', 'length recv_skip_hint inq err copybuf_len address'),
      ...fields('fixed', '', 'copybuf_address msg_control msg_controllen msg_flags reserved'),
    ],
  },
];

const congestion: Codec[] = [
  {
    type: 'struct tcpvegas_info',
    headers: ['linux/inet_diag.h'],
    size: 16,
    decode: (bytes) => tcpvegas_info(new Reader(bytes)),
    fields: fields('number', 'tcpv_', 'enabled rttcnt rtt minrtt'),
  },
  {
    type: 'struct tcp_dctcp_info',
    headers: ['linux/inet_diag.h'],
    size: 16,
    decode: (bytes) => tcp_dctcp_info(new Reader(bytes)),
    fields: fields('number', 'dctcp_', 'enabled ce_state alpha ab_ecn ab_tot'),
  },
  {
    type: 'union bbr',
    note: 'a struct tcp_bbr_info, of which two words make one quantity',
    headers: ['linux/inet_diag.h'],
    declare: `union bbr {
      struct tcp_bbr_info info;
      struct { __u64 bw; } __attribute__((packed)) whole;
    };
    _Static_assert(__builtin_offsetof(struct tcp_bbr_info, bbr_bw_lo) == 0, "bw_lo");
    _Static_assert(__builtin_offsetof(struct tcp_bbr_info, bbr_bw_hi) == 4, "bw_hi");`,
    size: 20,
    decode: (bytes) => tcp_bbr_info(new Reader(bytes)),
    fields: [
      { name: 'bw', c: 'whole.bw', kind: 'number' },
      ...fields('number', 'info.bbr_', 'min_rtt pacing_gain cwnd_gain'),
    ],
  },
];

const authentication: Codec[] = [
  {
    type: 'struct tcp_ao_add',
    headers: ['sys/socket.h', 'linux/tcp.h'],
    base: `s.addr.ss_family = AF_INET; s.keylen = sizeof s.key;
      memcpy(s.alg_name, "hmac(sha1)", 10);`,
    size: 288,
    encode: (v) => tcp_ao_add.encode(v as never) as Uint8Array,
    values: {
      addr: peer,
      alg_name: 'hmac(sha1)',
      key,
      ...zeros('ifindex set_current set_rnext prefix sndid rcvid maclen keyflags'),
    },
    fields: [
      ...fields('fixed', '', 'addr alg_name keylen reserved2'),
      ...fields('number', '', 'ifindex set_current set_rnext'),
      ...fields('number', '', 'prefix sndid rcvid maclen keyflags'),
      ...fields('bytes', '', 'key'),
    ],
    // The bit-field that is reserved.
    missed: 30,
  },
  {
    type: 'struct tcp_ao_del',
    headers: ['sys/socket.h', 'linux/tcp.h'],
    base: 's.addr.ss_family = AF_INET;',
    size: 144,
    encode: (v) => tcp_ao_del.encode(v as never) as Uint8Array,
    values: {
      addr: peer,
      ...zeros('ifindex set_current set_rnext del_async prefix sndid rcvid'),
      ...zeros('current_key rnext keyflags'),
    },
    fields: [
      ...fields('fixed', '', 'addr reserved2'),
      ...fields('number', '', 'ifindex set_current set_rnext del_async'),
      ...fields('number', '', 'prefix sndid rcvid current_key rnext keyflags'),
    ],
    missed: 29,
  },
  {
    type: 'struct tcp_ao_info_opt',
    headers: ['linux/tcp.h'],
    size: 48,
    decode: (bytes) => both(tcp_ao_info_opt).decode?.(bytes) ?? {},
    fields: [...fields('number', '', infoOpt), ...fields('padding', '', 'reserved2')],
    missed: 27,
  },
  {
    type: 'struct tcp_ao_info_opt',
    note: 'as it is set',
    headers: ['linux/tcp.h'],
    size: 48,
    encode: (v) => tcp_ao_info_opt.encode(allOnes(v) as never) as Uint8Array,
    values: zeros(infoOpt),
    fields: [...fields('number', '', infoOpt), ...fields('fixed', '', 'reserved2')],
    missed: 27,
  },
  {
    type: 'struct tcp_ao_repair',
    headers: ['linux/tcp.h'],
    size: 16,
    ...both(tcp_ao_repair),
    values: zeros('snt_isn rcv_isn snd_sne rcv_sne'),
    fields: [
      ...fields('network', '', 'snt_isn rcv_isn'),
      ...fields('number', '', 'snd_sne rcv_sne'),
    ],
  },
  {
    type: 'struct tcp_ao_getsockopt',
    note: 'a key',
    headers: ['linux/tcp.h'],
    base: 's.keylen = sizeof s.key;',
    size: 304,
    decode: (bytes) => tcp_ao_getsockopt(new Reader(bytes)),
    values: { addr: { family: AF_UNSPEC }, alg_name: '', key },
    fields: [
      ...fields('fixed', '', 'addr alg_name keylen'),
      ...fields('padding', '', 'nkeys'),
      ...fields('bytes', '', 'key'),
      ...fields('number', '', 'is_current is_rnext sndid rcvid prefix maclen keyflags'),
      ...fields('number', '', 'ifindex pkt_good pkt_bad'),
    ],
    // The bit-fields get_all, which only asks, and reserved.
    missed: 14,
  },
  {
    type: 'struct tcp_ao_getsockopt',
    note: 'that asks for one key',
    headers: ['sys/socket.h', 'linux/tcp.h'],
    base: 's.addr.ss_family = AF_INET; s.nkeys = 1;',
    size: 304,
    encode: (v) => askForKeys(v as never),
    values: {
      addr: peer,
      nkeys: 1,
      ...zeros('is_current is_rnext get_all sndid rcvid prefix keyflags ifindex'),
    },
    fields: [
      ...fields('fixed', '', 'addr nkeys alg_name key maclen keylen pkt_good pkt_bad'),
      ...fields('number', '', 'is_current is_rnext get_all sndid rcvid prefix keyflags ifindex'),
    ],
    missed: 13,
  },
];

export const socketCodecs: readonly Codec[] = [...socket, ...tcp, ...congestion, ...authentication];
