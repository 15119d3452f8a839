/** What the codecs of further addresses share: where the fields begin, and names that NUL ends. */
import { type Buf, Reader } from '../kernel/bytes.js';
import { buffer, rangeError } from '../kernel/validate.js';
import type { Fields } from './header.js';
import { decodeName, nameBytes, type SockAddrLike, sockaddrBytes } from './sockaddr.js';

/** A cursor behind sa_family, where these bytes are of `family` and there are `size` or more. */
export function fieldsIn(bytes: Buf, family: number, size: number): Reader | undefined {
  const all = buffer(bytes, 'addr');
  if (all.byteLength < size) return undefined;
  const r = new Reader(all);
  return r.u16() === family ? r : undefined;
}

/** The same, of an address in whichever form it was given. */
export function fieldsOf(addr: SockAddrLike, family: number, size: number): Reader | undefined {
  return fieldsIn(sockaddrBytes(addr), family, size);
}

/** A name of at most `max` bytes that NUL ends, where there is room for it. */
export function cString(f: Fields, field: string, max: number, unless?: string): Uint8Array {
  const value = f.get(field, unless);
  const bytes = nameBytes(value, f.called(field), max);
  if (bytes.includes(0)) throw rangeError(f.called(field), 'must not contain NUL', value);
  return bytes;
}

/** The name at the beginning of these bytes, up to a NUL. */
export function decodeCString(bytes: Uint8Array): string | Uint8Array {
  const nul = bytes.indexOf(0);
  return decodeName(nul < 0 ? bytes : bytes.subarray(0, nul));
}
