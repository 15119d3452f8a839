/** The addresses of Bluetooth sockets, one structure for each protocol. AF_BLUETOOTH. */
import { type Reader, Writer } from '../kernel/bytes.js';
import { rangeError, string } from '../kernel/validate.js';
import { BDADDR_BREDR, HCI_CHANNEL_RAW } from './bluetooth.js';
import { AF_BLUETOOTH } from './family.js';
import { Fields, formatMac } from './header.js';
import type { SockAddrLike } from './sockaddr.js';
import { fieldsOf } from './sockaddr_fields.js';

const LENGTH = 6;
const text = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/** A bdaddr_t: the bytes of an address, the last of the text first. */
function bdaddr(f: Fields): Uint8Array {
  const value = string(f.get('bdaddr'), f.called('bdaddr'));
  if (!text.test(value)) {
    throw rangeError(f.called('bdaddr'), "must be such as '00:1A:7D:DA:71:13'", value);
  }
  return Uint8Array.from(value.split(':'), (byte) => Number.parseInt(byte, 16)).reverse();
}

const decodeBdaddr = (r: Reader): string => formatMac(r.copy(LENGTH).reverse()).toUpperCase();

/** `struct sockaddr_l2`, bluetooth/l2cap.h: BTPROTO_L2CAP. */
export interface SockAddrL2 {
  /** l2_psm: the protocol above, host byte order; 0 with `cid`. */
  psm: number;
  /** l2_bdaddr: `'00:1A:7D:DA:71:13'`, BDADDR_ANY, BDADDR_LOCAL. */
  bdaddr: string;
  /** l2_cid: the channel, host byte order; 0 with `psm`. */
  cid: number;
  /** l2_bdaddr_type: BDADDR_BREDR, BDADDR_LE_PUBLIC, BDADDR_LE_RANDOM. */
  bdaddr_type: number;
}

/** `struct sockaddr_rc`, bluetooth/rfcomm.h: BTPROTO_RFCOMM. */
export interface SockAddrRc {
  /** rc_bdaddr: `'00:1A:7D:DA:71:13'`. */
  bdaddr: string;
  /** rc_channel: 1–30; to bind(2) 0, for any that is free. */
  channel: number;
}

/** `struct sockaddr_hci`, bluetooth/hci.h: BTPROTO_HCI. */
export interface SockAddrHci {
  /** hci_dev: the number of a controller, or HCI_DEV_NONE. */
  dev: number;
  /** hci_channel: HCI_CHANNEL_*. */
  channel: number;
}

/** `struct sockaddr_sco`, bluetooth/sco.h: BTPROTO_SCO. */
export interface SockAddrSco {
  /** sco_bdaddr: `'00:1A:7D:DA:71:13'`. */
  bdaddr: string;
}

/** What an address is made from: `bdaddr`, which may be BDADDR_ANY, and the rest. */
type Init<Addr extends { bdaddr: string }> = Pick<Addr, 'bdaddr'> & Partial<Addr>;

/**
 * The bytes of an address of BTPROTO_L2CAP. What is left out is 0, and BDADDR_BREDR.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrL2(addr: Init<SockAddrL2>): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(14)
    .u16(AF_BLUETOOTH)
    .u16(f.uint(16, 'psm', 0))
    .copy(bdaddr(f))
    .u16(f.uint(16, 'cid', 0))
    .u8(f.uint(8, 'bdaddr_type', BDADDR_BREDR)).bytes;
}

/** The address of BTPROTO_L2CAP; undefined when it is of another family, or too short. */
export function decodeSockaddrL2(addr: SockAddrLike): SockAddrL2 | undefined {
  const r = fieldsOf(addr, AF_BLUETOOTH, 13);
  if (r === undefined) return undefined;
  return { psm: r.u16(), bdaddr: decodeBdaddr(r), cid: r.u16(), bdaddr_type: r.u8() };
}

/**
 * The bytes of an address of BTPROTO_RFCOMM. `channel` is 0 by default.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrRc(addr: Init<SockAddrRc>): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(10)
    .u16(AF_BLUETOOTH)
    .copy(bdaddr(f))
    .u8(f.uint(8, 'channel', 0)).bytes;
}

/** The address of BTPROTO_RFCOMM; undefined when it is of another family, or too short. */
export function decodeSockaddrRc(addr: SockAddrLike): SockAddrRc | undefined {
  const r = fieldsOf(addr, AF_BLUETOOTH, 9);
  return r === undefined ? undefined : { bdaddr: decodeBdaddr(r), channel: r.u8() };
}

/**
 * The bytes of an address of BTPROTO_HCI. `channel` is HCI_CHANNEL_RAW by default.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrHci(addr: { dev: number; channel?: number }): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(6)
    .u16(AF_BLUETOOTH)
    .u16(f.uint(16, 'dev'))
    .u16(f.uint(16, 'channel', HCI_CHANNEL_RAW)).bytes;
}

/** The address of BTPROTO_HCI; undefined when it is of another family, or too short. */
export function decodeSockaddrHci(addr: SockAddrLike): SockAddrHci | undefined {
  const r = fieldsOf(addr, AF_BLUETOOTH, 6);
  return r === undefined ? undefined : { dev: r.u16(), channel: r.u16() };
}

/**
 * The bytes of an address of BTPROTO_SCO.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrSco(addr: SockAddrSco): Uint8Array {
  return new Writer(8).u16(AF_BLUETOOTH).copy(bdaddr(new Fields(addr, 'addr'))).bytes;
}

/** The address of BTPROTO_SCO; undefined when it is of another family, or too short. */
export function decodeSockaddrSco(addr: SockAddrLike): SockAddrSco | undefined {
  const r = fieldsOf(addr, AF_BLUETOOTH, 8);
  return r === undefined ? undefined : { bdaddr: decodeBdaddr(r) };
}
