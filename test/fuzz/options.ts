/** The values of socket options, and the structures that are read by a call of their own. */
import { isDeepStrictEqual } from 'node:util';
import { Reader } from '../../lib/kernel/bytes.js';
import { sock_extended_err } from '../../lib/structs/errqueue.js';
import { decodeFullInfo, type MptcpFullInfo } from '../../lib/structs/mptcp_full_info.js';
import { decodeMptcpInfo } from '../../lib/structs/mptcp_info.js';
import { nl_pktinfo } from '../../lib/structs/nl_pktinfo.js';
import { opt_stats } from '../../lib/structs/opt_stats.js';
import type { Option } from '../../lib/structs/option.js';
import { options } from '../../lib/structs/options.js';
import { tpacket_auxdata } from '../../lib/structs/packet.js';
import { decodeTcpInfo } from '../../lib/structs/tcp_info.js';
import { tcp_zerocopy_receive } from '../../lib/structs/tcp_zerocopy.js';
import { join } from './mutate.js';
import type { Target } from './oracle.js';

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

interface Row extends Option<unknown, unknown> {
  readonly level: number;
  readonly optname: number;
}

/** The options that can be read. */
const rows: readonly Row[] = Object.entries(options)
  .flatMap(([level, table]) =>
    Object.entries(table).map(([optname, option]) => ({
      ...(option as Option<unknown, unknown>),
      level: Number(level),
      optname: Number(optname),
    })),
  )
  .filter(({ access }) => access !== 'write');

/** The same, by how they are read: most are C ints. */
const byDecoder: readonly (readonly Row[])[] = [...new Set(rows.map(({ decode }) => decode))].map(
  (decode) => rows.filter((row) => row.decode === decode),
);

/** Room where the reader says how much there is, and no more than a page of what may be long. */
const rooms: Readonly<Record<string, number>> = {
  SO_PEERNAME: 128,
  TCP_AO_GET_KEYS: 3 * 304,
  TLS_TX: 56,
  TLS_RX: 56,
};
const PAGE = 4096;
/** How much memory the value of an option gets. */
export const roomOf = ({ name, size }: Row): number => rooms[name] ?? Math.min(size, PAGE);

/**
 * Not written as they are read: the filters say how many elements there are, which may be more than
 * have come, and of a flow label no more is read than what the kernel fills in.
 */
const asymmetric = ['IP_MSFILTER', 'MCAST_MSFILTER', 'IPV6_FLOWLABEL_MGR'];

const HEAD = 16;

function rowOf(bytes: Uint8Array): Row {
  const view = viewOf(bytes);
  const [level, optname] = [view.getInt32(0, true), view.getInt32(4, true)];
  const found = rows.find((row) => row.level === level && row.optname === optname);
  return found ?? (rows[Math.abs(level ^ optname) % rows.length] as Row);
}

/** Which option, how much the kernel wrote, and the memory. */
function envelope({ level, optname }: Row, length: number, memory: Uint8Array): Uint8Array {
  return join(new Uint8Array(new Int32Array([level, optname, length, 0]).buffer), memory);
}

const known: Target = {
  name: 'options',
  covers: [
    ...['tcp_info', 'mptcp_info', 'sk_meminfo', 'sock_filter', 'tcp_ao_getsockopt'],
    ...['tcpvegas_info', 'tcp_dctcp_info', 'tcp_bbr_info'],
    ...['mptcp_subflow_data', 'mptcp_subflow_addrs'],
  ],
  // As getsockopt() hands it to the decoder: memory of that option, zero behind what was written.
  shape: (bytes) => {
    const whole = bytes.byteLength < HEAD ? join(bytes, new Uint8Array(HEAD)) : bytes;
    const row = rowOf(whole);
    const memory = new Uint8Array(roomOf(row));
    const length = viewOf(whole).getUint32(8, true) % (memory.byteLength + 1);
    memory.set(whole.subarray(HEAD, HEAD + length));
    return envelope(row, length, memory);
  },
  decode: (bytes) => {
    const length = viewOf(bytes).getUint32(8, true);
    const reader = new Reader(bytes.subarray(HEAD), length);
    return { value: rowOf(bytes).decode(reader, length) };
  },
  encode: ({ value }: { value: unknown }, bytes) => {
    const row = rowOf(bytes);
    if (row.access !== undefined || asymmetric.includes(row.name)) return undefined;
    const encoded = row.encode(value);
    const written =
      typeof encoded === 'number'
        ? new Uint8Array(new Uint32Array([encoded]).buffer)
        : typeof encoded === 'string'
          ? Buffer.from(encoded)
          : encoded;
    const memory = new Uint8Array(roomOf(row));
    // U+FFFD is longer than the byte that it stands for.
    if (written.byteLength > memory.byteLength) return undefined;
    memory.set(written);
    return envelope(row, written.byteLength, memory);
  },
  mayRefuse: true,
  weight: 4,
  make: (random) => {
    const row = random.pick(random.pick(byDecoder));
    const room = roomOf(row);
    const length = random.pick([room, room, random.below(room + 1), Math.min(room, 4)]);
    return envelope(row, length, random.bytes(Math.min(length, 512)));
  },
};

/** Structures of which the caller knows that they are long enough. */
const structures = { nl_pktinfo, opt_stats, sock_extended_err, tpacket_auxdata };

const alone: Target[] = Object.entries(structures).map(([name, { size, decode }]) => ({
  name,
  covers: [name],
  decode: (bytes) =>
    bytes.byteLength < size ? undefined : decode(new Reader(bytes), bytes.byteLength),
  make: (random) => random.bytes(size + random.below(64)),
}));

type Fields = Readonly<Record<string, unknown>>;

/** What a shorter structure lacks is undefined, and the rest is the same. */
const hasFields = (whole: readonly Fields[], beginning: readonly Fields[]): boolean =>
  beginning.every((fields, i) =>
    Object.entries(fields).every(([name, value]) => {
      return value === undefined || isDeepStrictEqual(value, whole[i]?.[name]);
    }),
  );

const releases = ['4.9.0', '6.1.0', '6.18.2', '6.19.0', '7.0.0'];

const infos: Target[] = [
  {
    name: 'tcp_info',
    covers: ['decodeTcpInfo'],
    refuses: (bytes) => bytes.byteLength < 104,
    decode: (bytes) => releases.map((release) => decodeTcpInfo(bytes, release)),
    contains: hasFields,
    make: (random) => random.bytes(104 + random.below(200)),
  },
  {
    name: 'mptcp_info',
    covers: ['decodeMptcpInfo'],
    refuses: (bytes) => bytes.byteLength < 48,
    decode: (bytes) => releases.map((release) => decodeMptcpInfo(bytes, release)),
    contains: hasFields,
    make: (random) => random.bytes(48 + random.below(80)),
  },
];

const INFO = 296;
const TOLD = 8;

const full: Target = {
  name: 'mptcp_full_info',
  covers: ['decodeFullInfo', 'mptcp_full_info', 'mptcp_subflow_info'],
  // How much the kernel wrote, where the arrays part; the structure, and the arrays.
  shape: (bytes) => join(bytes, new Uint8Array(Math.max(0, TOLD + INFO - bytes.byteLength))),
  decode: (bytes): MptcpFullInfo => {
    const view = viewOf(bytes);
    const arrays = bytes.subarray(TOLD + INFO);
    const half = view.getUint32(4, true) % (arrays.byteLength + 1);
    const memory = {
      // What was not written is wiped.
      info: bytes.slice(TOLD, TOLD + INFO),
      subflow_info: arrays.subarray(0, half),
      tcp_info: arrays.subarray(half),
    };
    return decodeFullInfo(memory, 40 + (view.getUint32(0, true) % (INFO - 39)));
  },
  make: (random) => {
    const count = random.below(4);
    const sizes = random.pick([
      [248, 264],
      [280, 264],
      [random.below(600), random.below(600)],
    ]);
    const [tcp = 0, flow = 0] = sizes;
    const words = [96, count * flow, tcp, tcp, flow, flow, count, 256, 0, 0, 0, 0];
    const head = new Uint8Array(new Uint32Array(words).buffer);
    return join(head, random.bytes(INFO - 40), random.bytes(count * (tcp + flow)));
  },
};

const zerocopy: Target = {
  name: 'tcp_zerocopy_receive',
  covers: ['tcp_zerocopy_receive'],
  // How much the kernel wrote, at least what its first version did, of 64 bytes.
  shape: (bytes) => join(bytes, new Uint8Array(65)).slice(0, 65),
  decode: (bytes) =>
    tcp_zerocopy_receive(new Reader(bytes.subarray(1), 16 + ((bytes[0] ?? 0) % 49))),
};

/** Those whose decoders the tables name. */
export const tables = { options: rows, structures: Object.values(structures) };

export const optionTargets: readonly Target[] = [known, ...alone, ...infos, full, zerocopy];
