/** `struct sockaddr_iucv`, netiucv/iucv.h: programs of guests of z/VM. AF_IUCV. */
import { type Reader, Writer } from '../kernel/bytes.js';
import { AF_IUCV } from './family.js';
import { Fields } from './header.js';
import { decodeName, nameBytes, type SockAddrLike } from './sockaddr.js';
import { fieldsOf } from './sockaddr_fields.js';

/** sockaddr_iucv. Its names have eight bytes, with blanks behind shorter ones. */
export interface SockAddrIucv {
  /** siucv_user_id: the guest, without the blanks; bytes when it is not UTF-8. */
  user_id: string | Uint8Array;
  /** siucv_name: the program, without the blanks; bytes when it is not UTF-8. */
  name: string | Uint8Array;
}

const SIZE = 32;
const NAME = 8;
const BLANK = 0x20;

/** A name with the blanks that it is compared with. */
function padded(f: Fields, field: string): Uint8Array {
  const bytes = new Uint8Array(NAME).fill(BLANK);
  bytes.set(nameBytes(f.get(field), f.called(field), NAME));
  return bytes;
}

/** A name without them, nor the zeros of one that was never set. */
function trimmed(r: Reader): string | Uint8Array {
  const bytes = r.copy(NAME);
  const end = bytes.findLastIndex((byte) => byte !== BLANK && byte !== 0);
  return decodeName(bytes.subarray(0, end + 1));
}

/**
 * The bytes of an address of AF_IUCV. The rest is reserved, and zero: siucv_port, siucv_addr …
 *
 * @throws TypeError, RangeError for a name that is none, or longer than 8 bytes
 */
export function encodeSockaddrIucv(addr: SockAddrIucv): Uint8Array {
  const f = new Fields(addr, 'addr');
  return new Writer(SIZE).u16(AF_IUCV).skip(14).copy(padded(f, 'user_id')).copy(padded(f, 'name'))
    .bytes;
}

/** The address of AF_IUCV; undefined when it is of another family, or too short. */
export function decodeSockaddrIucv(addr: SockAddrLike): SockAddrIucv | undefined {
  const r = fieldsOf(addr, AF_IUCV, SIZE)?.skip(14);
  return r === undefined ? undefined : { user_id: trimmed(r), name: trimmed(r) };
}
