/**
 * What the codecs of packet headers and of further addresses share: where a header lies, and the
 * checks of fields.
 */
import { types } from 'node:util';
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import {
  buffer,
  int32,
  integer,
  isUint8Array,
  object,
  rangeError,
  string,
  typeError,
  uint32,
} from '../kernel/validate.js';
import { parseIPv4, parseIPv6 } from './inet.js';

/** The fields `Name` of `All`, and none of the others: what narrows a union by what is there. */
export type Only<All, Name extends keyof All> = Pick<All, Name> & {
  [Other in Exclude<keyof All, Name>]?: undefined;
};

/** A cursor at `offset`, where there are `size` bytes or more; it ends where `bytes` end. */
export function headerAt(bytes: Buf, offset: number, size: number): Reader | undefined {
  const all = buffer(bytes, 'bytes');
  const at = uint32(offset, 'offset');
  return at + size <= all.byteLength ? new Reader(all.subarray(at)) : undefined;
}

/** One run of bytes of several. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}

/** Whether it is an array, and no Proxy, which may answer otherwise each time. */
export function isList(value: unknown): value is readonly unknown[] {
  return !types.isProxy(value) && Array.isArray(value);
}

/** `'aa:bb:cc:dd:ee:ff'`. */
export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

const mac = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

/**
 * The fields of a header, or of an address, to be encoded, checked while they are read. `unless` is
 * the value of one that is left out; one without may not be.
 */
export class Fields {
  private readonly values: Record<string, unknown>;
  private readonly name: string;

  constructor(header: unknown, name = 'header') {
    this.values = object(header, name);
    this.name = name;
  }

  /** What an error calls the field. */
  called(field: string): string {
    return `${this.name}.${field}`;
  }

  get(field: string, unless?: unknown): unknown {
    const value = this.values[field];
    return value === undefined ? unless : value;
  }

  has(field: string): boolean {
    return this.values[field] !== undefined;
  }

  /** A whole number of `width` bits. */
  uint(width: number, field: string, unless?: number): number {
    return integer(this.get(field, unless), this.called(field), 0, 2 ** width - 1);
  }

  /** A C int. */
  int(field: string, unless?: number): number {
    return int32(this.get(field, unless), this.called(field));
  }

  /** An identifier of 64 bits. */
  id64(field: string, unless?: bigint): bigint {
    const value = this.get(field, unless);
    if (typeof value !== 'bigint') throw typeError(this.called(field), 'must be a bigint', value);
    if (BigInt.asUintN(64, value) === value) return value;
    throw rangeError(this.called(field), 'must have at most 64 bits and no sign', value);
  }

  /** A multiple of `unit` up to `max`; 0 when it is left out. */
  multiple(unit: number, field: string, max: number): number {
    const value = integer(this.get(field, 0), this.called(field), 0, max);
    if (value % unit === 0) return value;
    throw rangeError(this.called(field), `must be a multiple of ${unit}`, value);
  }

  /** Some of the bits of `mask`; none when it is left out. */
  mask(mask: number, field: string): number {
    const value = integer(this.get(field, 0), this.called(field), 0, mask);
    if ((value & ~mask) === 0) return value;
    throw rangeError(this.called(field), `must have no bits but 0x${mask.toString(16)}`, value);
  }

  /** A whole number of 32 bits, as bytes in network order. */
  be32(field: string, unless?: number): Uint8Array {
    return new Writer(4).be32(this.uint(32, field, unless)).bytes;
  }

  /** A bit: 0 or 1, or a boolean; 0 when it is left out. */
  bit(field: string): number {
    const value = this.get(field, 0);
    return typeof value === 'boolean' ? Number(value) : integer(value, this.called(field), 0, 1);
  }

  ipv4(field: string, unless?: string): Uint8Array {
    const value = this.get(field, unless);
    const bytes = parseIPv4(string(value, this.called(field)));
    if (bytes !== undefined) return bytes;
    throw rangeError(this.called(field), 'must be an IPv4 address', value);
  }

  ipv6(field: string, unless?: string): Uint8Array {
    const value = this.get(field, unless);
    const bytes = parseIPv6(string(value, this.called(field)));
    if (bytes !== undefined) return bytes;
    throw rangeError(this.called(field), 'must be an IPv6 address', value);
  }

  /** An Ethernet address, as text or as its six bytes. */
  mac(field: string, unless?: string): Uint8Array {
    const value = this.get(field, unless);
    const must = "must be an Ethernet address, such as '02:00:00:00:00:01'";
    if (isUint8Array(value)) {
      if (buffer(value, this.called(field)).byteLength === 6) return value;
    } else if (mac.test(string(value, this.called(field)))) {
      return Uint8Array.from((value as string).split(':'), (byte) => Number.parseInt(byte, 16));
    }
    throw rangeError(this.called(field), must, value);
  }

  /** Bytes, from `min` to `max` of them; none when they are left out. */
  bytes(field: string, max: number, min = 0): Uint8Array {
    const value = this.get(field, none);
    if (!isUint8Array(value)) throw typeError(this.called(field), 'must be a Uint8Array', value);
    const bytes = buffer(value, this.called(field));
    if (bytes.byteLength >= min && bytes.byteLength <= max) return bytes;
    const many = min === max ? `${min}` : `from ${min} to ${max}`;
    throw rangeError(this.called(field), `must have ${many} bytes`, bytes.byteLength);
  }

  /** The elements of a list, each with its fields; none when it is left out. */
  list(field: string): Fields[] {
    const value = this.get(field, []);
    if (!isList(value)) throw typeError(this.called(field), 'must be an array', value);
    const list: Fields[] = [];
    // By index: a hole is an element that is wrong, and the first of many is enough.
    for (let i = 0; i < value.length; i++) {
      list.push(new Fields(value[i], `${this.called(field)}[${i}]`));
    }
    return list;
  }
}

const none = new Uint8Array(0);
