/** `struct sockaddr_can`, linux/can.h: an interface of a controller area network. AF_CAN. */
import { type Reader, Writer } from '../kernel/bytes.js';
import { int32, typeError } from '../kernel/validate.js';
import {
  CAN_ISOTP,
  CAN_J1939,
  CAN_RAW,
  J1939_NO_ADDR,
  J1939_NO_NAME,
  J1939_NO_PGN,
} from './can.js';
import { AF_CAN } from './family.js';
import { Fields, type Only } from './header.js';
import type { SockAddrLike } from './sockaddr.js';
import { fieldsOf } from './sockaddr_fields.js';

/** can_addr.tp: the two identifiers of an ISO-TP channel. */
export interface CanTp {
  /** rx_id: what is received, with CAN_EFF_FLAG where it has 29 bits. */
  rx_id: number;
  /** tx_id: what is sent. */
  tx_id: number;
}

/** can_addr.j1939: an end of SAE J1939. */
export interface CanJ1939 {
  /** name: of 64 bits, which an address is claimed for; J1939_NO_NAME is none. */
  name: bigint;
  /** pgn: the parameter group; J1939_NO_PGN is none. */
  pgn: number;
  /** addr: of 8 bits; J1939_NO_ADDR is none, or all. */
  addr: number;
}

interface CanAddr<J1939> {
  tp: CanTp;
  j1939: J1939;
}

interface CanFixed {
  /** can_ifindex: interface number; 0 is any. */
  ifindex: number;
}

/** sockaddr_can of CAN_RAW and CAN_BCM. */
export type SockAddrCanRaw = CanFixed & Only<CanAddr<CanJ1939>, never>;
/** sockaddr_can of CAN_ISOTP. */
export type SockAddrCanTp = CanFixed & Only<CanAddr<CanJ1939>, 'tp'>;
/** sockaddr_can of CAN_J1939. */
export type SockAddrCanJ1939 = CanFixed & Only<CanAddr<CanJ1939>, 'j1939'>;
/** sockaddr_can: which part of its union there is depends on the protocol of the socket. */
export type SockAddrCan = SockAddrCanRaw | SockAddrCanTp | SockAddrCanJ1939;

/** What a `struct sockaddr_can` is made from. What is left out of `j1939` is none. */
export type SockAddrCanInit = CanFixed &
  (
    | Only<CanAddr<Partial<CanJ1939>>, never>
    | Only<CanAddr<Partial<CanJ1939>>, 'tp'>
    | Only<CanAddr<Partial<CanJ1939>>, 'j1939'>
  );

const SIZE = 24;

function part(w: Writer, f: Fields): Writer {
  if (f.has('j1939')) {
    if (f.has('tp')) throw typeError(f.called('tp'), 'must not be with j1939', f.get('tp'));
    const j1939 = new Fields(f.get('j1939'), f.called('j1939'));
    return w
      .u64(j1939.id64('name', J1939_NO_NAME))
      .u32(j1939.uint(32, 'pgn', J1939_NO_PGN))
      .u8(j1939.uint(8, 'addr', J1939_NO_ADDR));
  }
  if (!f.has('tp')) return w;
  const tp = new Fields(f.get('tp'), f.called('tp'));
  return w.u32(tp.uint(32, 'rx_id')).u32(tp.uint(32, 'tx_id'));
}

/**
 * The bytes of an address of AF_CAN: with `tp` for a socket of CAN_ISOTP, with `j1939` for one of
 * CAN_J1939, with neither for others.
 *
 * @throws TypeError, RangeError for a field that is none, or for both parts at once
 */
export function encodeSockaddrCan(addr: SockAddrCanInit): Uint8Array {
  const f = new Fields(addr, 'addr');
  return part(new Writer(SIZE).u16(AF_CAN).u32(f.int('ifindex')), f).bytes;
}

/** Where the part of the union ends that a protocol uses. */
const ends = new Map<number, number>([
  [CAN_ISOTP, 16],
  [CAN_J1939, 21],
]);

const tp = (r: Reader): CanTp => ({ rx_id: r.u32(), tx_id: r.u32() });
const j1939 = (r: Reader): CanJ1939 => ({ name: r.u64(), pgn: r.u32(), addr: r.u8() });

/**
 * The address of AF_CAN of a socket of `protocol`, which the address itself does not tell. It is
 * undefined when it is of another family, or ends before what the protocol uses of it.
 */
export function decodeSockaddrCan(
  addr: SockAddrLike,
  protocol: typeof CAN_ISOTP,
): SockAddrCanTp | undefined;
export function decodeSockaddrCan(
  addr: SockAddrLike,
  protocol: typeof CAN_J1939,
): SockAddrCanJ1939 | undefined;
export function decodeSockaddrCan(
  addr: SockAddrLike,
  protocol?: typeof CAN_RAW,
): SockAddrCanRaw | undefined;
export function decodeSockaddrCan(addr: SockAddrLike, protocol: number): SockAddrCan | undefined;
export function decodeSockaddrCan(
  addr: SockAddrLike,
  protocol: number = CAN_RAW,
): SockAddrCan | undefined {
  const size = ends.get(int32(protocol, 'protocol')) ?? 8;
  const r = fieldsOf(addr, AF_CAN, size);
  if (r === undefined) return undefined;
  const ifindex = r.i32();
  if (protocol === CAN_ISOTP) return { ifindex, tp: tp(r) };
  return protocol === CAN_J1939 ? { ifindex, j1939: j1939(r) } : { ifindex };
}
