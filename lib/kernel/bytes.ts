/**
 * Cursors over the bytes of C structures. Each read or write aligns itself as C aligns the field,
 * so that a structure is written once, as an object literal that names its fields in order.
 *
 * Host byte order is little-endian: the addon is built for x64 and arm64 only.
 */

import { types } from 'node:util';

/** Any memory that a call may take: what `ArrayBuffer.isView` knows, or a whole buffer. */
export type Buf = ArrayBufferView | ArrayBufferLike;

/** The bytes of `buf`, not copied, as a plain Uint8Array: its `slice` copies, a Buffer's not. */
export function bytesOf(buf: Buf): Uint8Array {
  if (types.isUint8Array(buf) && Object.getPrototypeOf(buf) === Uint8Array.prototype) return buf;
  return ArrayBuffer.isView(buf)
    ? new Uint8Array(buf.buffer, buf.byteOffset, buf.byteLength)
    : new Uint8Array(buf);
}

/**
 * Reads fields in the order in which C lays them out.
 *
 * The reads of 8, 32 and 64 bits, of which the long structures are made, say for themselves what
 * `take` would: called, it costs a structure of 72 fields a fifth of its time.
 */
export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** How many bytes there are to read. */
  end: number;
  /** Where the next field begins, before it is aligned. */
  at = 0;
  /** Reads the fields that a shorter structure lacks: `undefined` past the end. */
  readonly maybe: MaybeReader;
  // The byte of bit-fields that is being read ends here, and so many of its bits are read.
  private bitsEnd = -1;
  private bit = 0;

  constructor(bytes: Uint8Array, end = bytes.byteLength) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = end;
    this.maybe = new MaybeReader(this);
  }

  /** Starts again at the first byte, with `end` bytes to read. */
  reset(end = this.bytes.byteLength): this {
    this.at = 0;
    this.bitsEnd = -1;
    this.end = end;
    return this;
  }

  /** Moves to the next multiple of `align`, takes `size` bytes and returns where they are. */
  take(size: number, align = size): number {
    const at = (this.at + align - 1) & -align;
    this.at = at + size;
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }
  u16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  u32(): number {
    const at = (this.at + 3) & -4;
    this.at = at + 4;
    return this.view.getUint32(at, true);
  }
  i32(): number {
    return this.view.getInt32(this.take(4), true);
  }
  /** An identifier of 64 bits. */
  u64(): bigint {
    return this.view.getBigUint64(this.take(8), true);
  }
  /** A signed quantity of 64 bits (a C `long`), as a number. */
  i64(): number {
    return Number(this.view.getBigInt64(this.take(8), true));
  }
  /** A quantity of 64 bits, as a number; all ones is `Infinity`. */
  count64(): number {
    return this.count64At(this.take(8));
  }
  be16(): number {
    return this.view.getUint16(this.take(2), false);
  }
  be32(): number {
    return this.view.getUint32(this.take(4), false);
  }
  /** The next bit-field of `width` bits of a byte, from the low end. */
  bits(width: number): number {
    if (this.bitsEnd !== this.at || this.bit === 8) {
      this.bitsEnd = ++this.at;
      this.bit = 0;
    }
    const value = (this.view.getUint8(this.at - 1) >> this.bit) & ((1 << width) - 1);
    this.bit += width;
    return value;
  }
  /** A copy of the next `size` bytes. */
  copy(size: number): Uint8Array {
    const at = this.take(size, 1);
    return this.bytes.slice(at, at + size);
  }
  skip(size: number): this {
    this.at += size;
    return this;
  }

  count64At(at: number): number {
    const low = this.view.getUint32(at, true);
    const high = this.view.getUint32(at + 4, true);
    if (high === 0xffffffff && low === 0xffffffff) return Number.POSITIVE_INFINITY;
    return high * 0x1_0000_0000 + low;
  }
}

/** The reads of a `Reader` for fields that may lie past the end of what the kernel returned. */
class MaybeReader {
  private readonly reader: Reader;

  constructor(reader: Reader) {
    this.reader = reader;
  }

  u16(): number | undefined {
    const { reader } = this;
    const at = reader.take(2);
    return at + 2 <= reader.end ? reader.view.getUint16(at, true) : undefined;
  }
  u32(): number | undefined {
    const { reader } = this;
    const at = (reader.at + 3) & -4;
    reader.at = at + 4;
    return at + 4 <= reader.end ? reader.view.getUint32(at, true) : undefined;
  }
  count64(): number | undefined {
    const { reader } = this;
    const at = (reader.at + 7) & -8;
    reader.at = at + 8;
    return at + 8 <= reader.end ? reader.count64At(at) : undefined;
  }
}

/** Writes fields in the order in which C lays them out. */
export class Writer {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  private take(size: number): number {
    const at = (this.at + size - 1) & -size;
    this.at = at + size;
    return at;
  }

  u8(value: number): this {
    this.view.setUint8(this.take(1), value);
    return this;
  }
  u16(value: number): this {
    this.view.setUint16(this.take(2), value, true);
    return this;
  }
  u32(value: number): this {
    this.view.setUint32(this.take(4), value, true);
    return this;
  }
  i64(value: number): this {
    this.view.setBigInt64(this.take(8), BigInt(value), true);
    return this;
  }
  u64(value: bigint): this {
    this.view.setBigUint64(this.take(8), value, true);
    return this;
  }
  be16(value: number): this {
    this.view.setUint16(this.take(2), value, false);
    return this;
  }
  be32(value: number): this {
    this.view.setUint32(this.take(4), value, false);
    return this;
  }
  copy(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.at);
    this.at += bytes.byteLength;
    return this;
  }
  skip(size: number): this {
    this.at += size;
    return this;
  }
}
