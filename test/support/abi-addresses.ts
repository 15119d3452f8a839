/** The rows of the addresses that have a codec of their own, and of the options of their sockets. */
import { Reader } from '../../lib/kernel/bytes.js';
import { CAN_ISOTP, CAN_J1939 } from '../../lib/structs/can.js';
import { can_filters, can_raw_vcid_options } from '../../lib/structs/can_raw.js';
import { decodeSockaddrAlg, encodeSockaddrAlg } from '../../lib/structs/sockaddr_alg.js';
import { decodeSockaddrCan, encodeSockaddrCan } from '../../lib/structs/sockaddr_can.js';
import { decodeSockaddrIucv, encodeSockaddrIucv } from '../../lib/structs/sockaddr_iucv.js';
import {
  decodeSockaddrL2tpip,
  decodeSockaddrL2tpip6,
  encodeSockaddrL2tpip,
  encodeSockaddrL2tpip6,
} from '../../lib/structs/sockaddr_l2tpip.js';
import {
  decodeSockaddrNfc,
  decodeSockaddrNfcLlcp,
  encodeSockaddrNfc,
  encodeSockaddrNfcLlcp,
} from '../../lib/structs/sockaddr_nfc.js';
import {
  decodeSockaddrPppox,
  encodeSockaddrPppox,
  PX_PROTO_OE,
  PX_PROTO_PPTP,
} from '../../lib/structs/sockaddr_pppox.js';
import { decodeSockaddrQrtr, encodeSockaddrQrtr } from '../../lib/structs/sockaddr_qrtr.js';
import {
  decodeSockaddrTipc,
  encodeSockaddrTipc,
  TIPC_SERVICE_ADDR,
  TIPC_SERVICE_RANGE,
  TIPC_SOCKET_ADDR,
} from '../../lib/structs/sockaddr_tipc.js';
import { decodeSockaddrXdp, encodeSockaddrXdp } from '../../lib/structs/sockaddr_xdp.js';
import { xdp_mmap_offsets, xdp_options, xdp_statistics } from '../../lib/structs/xdp.js';
import { bluetoothCodecs } from './abi-bluetooth.js';
import { at, type Codec, fields, option, type Values } from './abi-rows.js';

/** Bytes of a name: the codec gives text where they are UTF-8, and NUL or blanks end it. */
function padded(name: unknown, size: number, pad = 0): Uint8Array {
  const bytes = new Uint8Array(size).fill(pad);
  bytes.set(typeof name === 'string' ? Buffer.from(name) : (name as Uint8Array));
  return bytes;
}

const alg: Codec = {
  type: 'struct sockaddr_alg',
  headers: ['sys/socket.h', 'linux/if_alg.h'],
  base: 's.salg_family = AF_ALG;',
  size: 88,
  decode: (bytes) => {
    const { type, name, ...rest } = { ...decodeSockaddrAlg(bytes) };
    return { ...rest, type: padded(type, 14), name: padded(name, 64) };
  },
  values: { type: new Uint8Array(14), name: new Uint8Array(64) },
  fields: [
    ...fields('fixed', 'salg_', 'family'),
    ...fields('bytes', 'salg_', 'type name'),
    ...fields('number', 'salg_', 'feat mask'),
  ],
};

/** As it is encoded: NUL ends the type within its room, so that not all of it can be filled. */
const algEncoded: Codec = {
  type: 'struct sockaddr_alg',
  note: 'encoded',
  headers: alg.headers,
  base: `${alg.base} strcpy((char *)s.salg_type, "skcipher"); strcpy((char *)s.salg_name, "cbc(aes)");`,
  size: 88,
  encode: (v) => encodeSockaddrAlg({ type: 'skcipher', name: 'cbc(aes)', ...v }),
  values: { feat: 0, mask: 0 },
  fields: [
    ...fields('fixed', 'salg_', 'family type name'),
    ...fields('number', 'salg_', 'feat mask'),
  ],
};

const canHeaders = ['sys/socket.h', 'linux/can.h'];
const canBase = 's.can_family = AF_CAN;';

const can: readonly Codec[] = [
  {
    type: 'struct sockaddr_can',
    note: 'of CAN_RAW',
    headers: canHeaders,
    base: canBase,
    size: 24,
    decode: (bytes) => ({ ...decodeSockaddrCan(bytes) }),
    encode: (v) => encodeSockaddrCan(v as never),
    values: { ifindex: 0 },
    fields: [
      ...fields('fixed', 'can_', 'family'),
      ...fields('number', 'can_', 'ifindex'),
      ...fields('padding', 'can_', 'addr'),
    ],
    // Two bytes before can_ifindex.
    missed: 16,
  },
  {
    type: 'struct sockaddr_can',
    note: 'of CAN_ISOTP',
    headers: canHeaders,
    base: canBase,
    size: 24,
    decode: (bytes) => {
      const { ifindex, tp } = { ...decodeSockaddrCan(bytes, CAN_ISOTP) };
      return { ifindex, ...tp };
    },
    encode: ({ ifindex, ...tp }) => encodeSockaddrCan({ ifindex, tp } as never),
    values: { ifindex: 0, rx_id: 0, tx_id: 0 },
    fields: [
      ...fields('fixed', 'can_', 'family'),
      ...fields('number', 'can_', 'ifindex'),
      ...fields('number', 'can_addr.tp.', 'rx_id tx_id'),
      at('padding', 'rest', 'can_addr.j1939.pgn'),
      at('padding', 'rest', 'can_addr.j1939.addr'),
    ],
    missed: 16 + 24,
  },
  {
    type: 'struct sockaddr_can',
    note: 'of CAN_J1939',
    headers: canHeaders,
    base: canBase,
    size: 24,
    decode: (bytes) => {
      const { ifindex, j1939 } = { ...decodeSockaddrCan(bytes, CAN_J1939) };
      return { ifindex, ...j1939 };
    },
    encode: ({ ifindex, ...j1939 }) => encodeSockaddrCan({ ifindex, j1939 } as never),
    values: { ifindex: 0, name: 0n, pgn: 0, addr: 0 },
    fields: [
      ...fields('fixed', 'can_', 'family'),
      ...fields('number', 'can_', 'ifindex'),
      ...fields('words', 'can_addr.j1939.', 'name'),
      ...fields('number', 'can_addr.j1939.', 'pgn addr'),
    ],
    missed: 16 + 24,
  },
  {
    type: 'struct can_filter',
    headers: canHeaders,
    size: 8,
    decode: (bytes) => ({ ...can_filters.decode(new Reader(bytes), 8)[0] }),
    encode: (v) => can_filters.encode([v as never]) as Uint8Array,
    values: { id: 0, mask: 0 },
    fields: fields('mask', 'can_', 'id mask'),
  },
  {
    type: 'struct can_raw_vcid_options',
    headers: ['linux/can/raw.h'],
    size: 4,
    decode: option(can_raw_vcid_options),
    encode: (v) => can_raw_vcid_options.encode(v as never) as Uint8Array,
    values: { flags: 0, tx_vcid: 0, rx_vcid: 0, rx_vcid_mask: 0 },
    fields: fields('number', '', 'flags tx_vcid rx_vcid rx_vcid_mask'),
  },
];

const xdpHeaders = ['sys/socket.h', 'linux/if_xdp.h'];
const rings = ['rx', 'tx', 'fr', 'cr'];

/** The four rings as the fields of one object. */
function flatRings(bytes: Uint8Array): object {
  const told = Object.entries(xdp_mmap_offsets.decode(new Reader(bytes), bytes.byteLength));
  return Object.fromEntries(
    told.flatMap(([ring, parts]) =>
      Object.entries(parts as object).map(([part, value]) => [`${ring}_${part}`, value]),
    ),
  );
}

const ringFields = (parts: string) =>
  rings.flatMap((ring) =>
    parts.split(' ').map((part) => at('number', `${ring}_${part}`, `${ring}.${part}`)),
  );

const xdp: readonly Codec[] = [
  {
    type: 'struct sockaddr_xdp',
    headers: xdpHeaders,
    base: 's.sxdp_family = AF_XDP;',
    size: 16,
    decode: (bytes) => ({ ...decodeSockaddrXdp(bytes) }),
    encode: (v) => encodeSockaddrXdp(v as never),
    values: { flags: 0, ifindex: 0, queue_id: 0, shared_umem_fd: 0 },
    fields: [
      ...fields('fixed', 'sxdp_', 'family'),
      ...fields('mask', 'sxdp_', 'flags ifindex queue_id shared_umem_fd'),
    ],
  },
  {
    type: 'struct xdp_mmap_offsets',
    headers: xdpHeaders,
    size: 128,
    decode: flatRings,
    fields: ringFields('producer consumer desc flags'),
  },
  {
    type: 'struct xdp_mmap_offsets_v1',
    note: 'before Linux 5.4',
    headers: xdpHeaders,
    declare: `struct xdp_ring_offset_v1 { __u64 producer; __u64 consumer; __u64 desc; };
struct xdp_mmap_offsets_v1 { struct xdp_ring_offset_v1 rx, tx, fr, cr; };`,
    size: 96,
    decode: flatRings,
    absent: rings.map((ring) => `${ring}_flags`),
    fields: ringFields('producer consumer desc'),
  },
  {
    type: 'struct xdp_statistics',
    headers: xdpHeaders,
    size: 48,
    decode: option(xdp_statistics),
    fields: [
      ...fields('number', '', 'rx_dropped rx_invalid_descs tx_invalid_descs'),
      ...fields('number', '', 'rx_ring_full rx_fill_ring_empty_descs tx_ring_empty_descs'),
    ],
  },
  {
    type: 'struct xdp_options',
    headers: xdpHeaders,
    size: 4,
    decode: option(xdp_options),
    fields: fields('number', '', 'flags'),
  },
];

function tipcRow(addrtype: number, constant: string, names: readonly [string, string][]): Codec {
  return {
    type: 'struct sockaddr_tipc',
    note: constant,
    headers: ['sys/socket.h', 'linux/tipc.h'],
    base: `s.family = AF_TIPC; s.addrtype = ${constant};`,
    size: 16,
    decode: (bytes) => ({ ...decodeSockaddrTipc(bytes) }),
    encode: (v) => encodeSockaddrTipc(v as never),
    values: { addrtype, scope: 0, ...Object.fromEntries(names.map(([name]) => [name, 0])) },
    fields: [
      ...fields('fixed', '', 'family addrtype'),
      ...fields('number', '', 'scope'),
      ...names.map(([name, c]) => at('number', name, `addr.${c}`)),
      // Of the shorter of the three, the rest is nobody's.
      ...(names.length < 3 ? [at('padding', 'rest', 'addr.nameseq.upper')] : []),
    ],
  };
}

const tipc: readonly Codec[] = [
  tipcRow(TIPC_SERVICE_RANGE, 'TIPC_SERVICE_RANGE', [
    ['type', 'nameseq.type'],
    ['lower', 'nameseq.lower'],
    ['upper', 'nameseq.upper'],
  ]),
  tipcRow(TIPC_SERVICE_ADDR, 'TIPC_SERVICE_ADDR', [
    ['type', 'name.name.type'],
    ['instance', 'name.name.instance'],
    ['domain', 'name.domain'],
  ]),
  tipcRow(TIPC_SOCKET_ADDR, 'TIPC_SOCKET_ADDR', [
    ['ref', 'id.ref'],
    ['node', 'id.node'],
  ]),
];

const macBytes = (text: unknown): Uint8Array =>
  Uint8Array.from(String(text).split(':'), (byte) => Number.parseInt(byte, 16));

const pppoxHeaders = ['netinet/in.h', 'linux/if_pppox.h'];

const pppox: readonly Codec[] = [
  {
    type: 'struct sockaddr_pppox',
    note: 'PX_PROTO_OE',
    headers: pppoxHeaders,
    base: 's.sa_family = AF_PPPOX;',
    size: 30,
    decode: (bytes) => {
      const { remote, dev, ...rest } = { ...decodeSockaddrPppox(bytes) } as Values;
      return { ...rest, remote: macBytes(remote), dev: padded(dev, 16) };
    },
    values: { protocol: PX_PROTO_OE, remote: new Uint8Array(6), dev: new Uint8Array(16) },
    fields: [
      ...fields('fixed', 'sa_', 'family protocol'),
      ...fields('network', 'sa_addr.pppoe.', 'sid'),
      ...fields('bytes', 'sa_addr.pppoe.', 'remote dev'),
    ],
  },
  {
    type: 'struct sockaddr_pppox',
    note: 'PX_PROTO_OE, encoded',
    headers: pppoxHeaders,
    // NUL ends the name within its room.
    base: 's.sa_family = AF_PPPOX; strcpy(s.sa_addr.pppoe.dev, "fifteen_letters");',
    size: 30,
    encode: (v) => encodeSockaddrPppox({ dev: 'fifteen_letters', ...v } as never),
    values: { sid: 0, remote: new Uint8Array(6) },
    fields: [
      ...fields('fixed', 'sa_', 'family protocol'),
      ...fields('network', 'sa_addr.pppoe.', 'sid'),
      ...fields('bytes', 'sa_addr.pppoe.', 'remote'),
      ...fields('fixed', 'sa_addr.pppoe.', 'dev'),
    ],
  },
  {
    type: 'struct sockaddr_pppox',
    note: 'PX_PROTO_PPTP',
    headers: pppoxHeaders,
    base: 's.sa_family = AF_PPPOX; s.sa_protocol = PX_PROTO_PPTP;',
    size: 30,
    decode: (bytes) => ({ ...decodeSockaddrPppox(bytes) }),
    encode: (v) => encodeSockaddrPppox(v as never),
    values: { protocol: PX_PROTO_PPTP, call_id: 0, addr: '0.0.0.0' },
    fields: [
      ...fields('fixed', 'sa_', 'family protocol'),
      at('number', 'call_id', 'sa_addr.pptp.call_id'),
      at('ipv4', 'addr', 'sa_addr.pptp.sin_addr'),
      at('padding', 'rest', 'sa_addr.pppoe.dev'),
    ],
    // Between the two.
    missed: 16,
  },
];

const l2tpHeaders = ['sys/socket.h', 'linux/l2tp.h'];

const l2tp: readonly Codec[] = [
  {
    type: 'struct sockaddr_l2tpip',
    headers: l2tpHeaders,
    base: 's.l2tp_family = AF_INET;',
    size: 16,
    decode: (bytes) => ({ ...decodeSockaddrL2tpip(bytes) }),
    encode: (v) => encodeSockaddrL2tpip(v as never),
    values: { addr: '0.0.0.0', conn_id: 0 },
    fields: [
      ...fields('fixed', 'l2tp_', 'family'),
      ...fields('padding', 'l2tp_', 'unused'),
      ...fields('ipv4', 'l2tp_', 'addr'),
      ...fields('number', 'l2tp_', 'conn_id'),
      ...fields('padding', '', '__pad'),
    ],
  },
  {
    type: 'struct sockaddr_l2tpip6',
    headers: l2tpHeaders,
    base: 's.l2tp_family = AF_INET6;',
    size: 32,
    decode: (bytes) => ({ ...decodeSockaddrL2tpip6(bytes) }),
    encode: (v) => encodeSockaddrL2tpip6(v as never),
    values: { addr: '::', conn_id: 0, flowinfo: 0, scope_id: 0 },
    fields: [
      ...fields('fixed', 'l2tp_', 'family'),
      ...fields('padding', 'l2tp_', 'unused'),
      ...fields('network', 'l2tp_', 'flowinfo'),
      ...fields('ipv6', 'l2tp_', 'addr'),
      ...fields('number', 'l2tp_', 'scope_id conn_id'),
    ],
  },
];

const iucv: Codec = {
  type: 'struct sockaddr_iucv',
  headers: ['sys/socket.h', 'netiucv/iucv.h'],
  base: `s.siucv_family = AF_IUCV; memset(s.siucv_user_id, ' ', 8); memset(s.siucv_name, ' ', 8);`,
  size: 32,
  decode: (bytes) => {
    const { user_id, name } = { ...decodeSockaddrIucv(bytes) };
    return { user_id: padded(user_id, 8, 0x20), name: padded(name, 8, 0x20) };
  },
  encode: (v) => encodeSockaddrIucv(v as never),
  values: { user_id: new Uint8Array(8).fill(0x20), name: new Uint8Array(8).fill(0x20) },
  fields: [
    ...fields('fixed', 'siucv_', 'family'),
    ...fields('padding', 'siucv_', 'port addr nodeid'),
    ...fields('bytes', 'siucv_', 'user_id name'),
  ],
};

const nfcHeaders = ['sys/socket.h', 'linux/nfc.h'];
const nfcValues = { dev_idx: 0, target_idx: 0, nfc_protocol: 0 };
const service = new Uint8Array(63);

const nfc: readonly Codec[] = [
  {
    type: 'struct sockaddr_nfc',
    headers: nfcHeaders,
    base: 's.sa_family = AF_NFC;',
    size: 16,
    decode: (bytes) => ({ ...decodeSockaddrNfc(bytes) }),
    encode: (v) => encodeSockaddrNfc(v as never),
    values: nfcValues,
    fields: [
      ...fields('fixed', 'sa_', 'family'),
      ...fields('number', '', 'dev_idx target_idx nfc_protocol'),
    ],
    missed: 16,
  },
  {
    type: 'struct sockaddr_nfc_llcp',
    headers: nfcHeaders,
    base: 's.sa_family = AF_NFC; s.service_name_len = sizeof s.service_name;',
    size: 96,
    decode: (bytes) => {
      const { service_name, ...rest } = { ...decodeSockaddrNfcLlcp(bytes) };
      return { ...rest, service_name: padded(service_name ?? '', 63) };
    },
    encode: (v) => encodeSockaddrNfcLlcp(v as never),
    values: { ...nfcValues, dsap: 0, ssap: 0, service_name: service },
    fields: [
      ...fields('fixed', 'sa_', 'family'),
      ...fields('number', '', 'dev_idx target_idx nfc_protocol dsap ssap'),
      ...fields('bytes', '', 'service_name'),
      ...fields('fixed', '', 'service_name_len'),
    ],
    missed: 16 + 56,
  },
];

export const addressCodecs: readonly Codec[] = [
  alg,
  algEncoded,
  ...can,
  ...xdp,
  ...tipc,
  ...bluetoothCodecs,
  ...pppox,
  ...l2tp,
  iucv,
  ...nfc,
  {
    type: 'struct sockaddr_qrtr',
    headers: ['linux/qrtr.h'],
    base: 's.sq_family = 42;',
    size: 12,
    decode: (bytes) => ({ ...decodeSockaddrQrtr(bytes) }),
    encode: (v) => encodeSockaddrQrtr(v as never),
    values: { node: 0, port: 0 },
    fields: [...fields('fixed', 'sq_', 'family'), ...fields('number', 'sq_', 'node port')],
    missed: 16,
  },
];
