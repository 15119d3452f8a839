/** Inputs that are almost right: bytes of the kernel's, and what may be done to them. */
import type { Random } from './random.js';

/** No input is longer. */
const MAX = 4096;

/** Where programs go wrong: at the ends of types, and around them. */
const interesting = [
  ...[0, 1, 2, 3, 4, 7, 8, 12, 15, 16, 17, 20, 28, 40, 60, 63, 64, 65, 103, 104, 127, 128, 255],
  ...[256, 0x7fff, 0x8000, 0xfff8, 0xffff, 0x1_0000, 0x7fff_fff8, 0x7fff_ffff, 0x8000_0000],
  ...[0xffff_fff0, 0xffff_fffe, 0xffff_ffff],
];

type Mutation = (bytes: Uint8Array, random: Random, pool: readonly Uint8Array[]) => Uint8Array;

/** One run of bytes of several. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
}

/** An offset at which a field of `size` bytes may lie; undefined when there is no room for one. */
function aligned(bytes: Uint8Array, size: number, random: Random): number | undefined {
  const places = Math.floor(bytes.byteLength / size);
  return places === 0 ? undefined : size * random.below(places);
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Writes an interesting number, in either byte order. */
const setInteger: Mutation = (bytes, random) => {
  const size = random.pick([1, 2, 2, 4, 4, 8]);
  const at = aligned(bytes, size, random);
  if (at === undefined) return bytes;
  const value = random.pick(interesting);
  const little = random.below(2) === 0;
  const view = viewOf(bytes);
  if (size === 1) view.setUint8(at, value);
  else if (size === 2) view.setUint16(at, value, little);
  else if (size === 4) view.setUint32(at, value, little);
  else view.setBigUint64(at, BigInt.asUintN(64, BigInt(value | 0)), little);
  return bytes;
};

/** Makes what may be a length a little wrong. */
const nudge: Mutation = (bytes, random) => {
  const size = random.pick([1, 2, 4]);
  const at = aligned(bytes, size, random);
  if (at === undefined) return bytes;
  const by = random.pick([-8, -4, -1, 1, 4, 8]);
  const little = random.below(2) === 0;
  const view = viewOf(bytes);
  if (size === 1) view.setUint8(at, view.getUint8(at) + by);
  else if (size === 2) view.setUint16(at, view.getUint16(at, little) + by, little);
  else view.setUint32(at, view.getUint32(at, little) + by, little);
  return bytes;
};

const mutations: readonly Mutation[] = [
  // Truncation and extension.
  (bytes, random) => bytes.slice(0, random.below(bytes.byteLength + 1)),
  (bytes, random) => join(bytes, random.bytes(1 + random.below(24))),
  (bytes, random) => join(bytes, new Uint8Array(1 + random.below(64))),
  // A bit, a byte.
  (bytes, random) => {
    const at = aligned(bytes, 1, random);
    if (at !== undefined) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  (bytes, random) => {
    const at = aligned(bytes, 1, random);
    if (at !== undefined) bytes[at] = random.below(256);
    return bytes;
  },
  setInteger,
  setInteger,
  nudge,
  // A part is left out, or comes twice.
  (bytes, random) => {
    const at = random.below(bytes.byteLength + 1);
    return join(bytes.slice(0, at), bytes.slice(at + 1 + random.below(16)));
  },
  (bytes, random) => {
    const begin = random.below(bytes.byteLength + 1);
    const part = bytes.slice(begin, begin + 1 + random.below(64));
    return join(bytes.slice(0, begin), part, part, bytes.slice(begin + part.byteLength));
  },
  // The beginning of one, the end of another; one after the other.
  (bytes, random, pool) => {
    const other = random.pick(pool);
    const at = random.below(bytes.byteLength + 1);
    return join(bytes.slice(0, at), other.slice(random.below(2) === 0 ? at : 0));
  },
  (bytes, random, pool) => join(bytes, random.pick(pool)),
];

/** One of `pool`, with up to four changes; the pool may be empty. */
export function mutate(pool: readonly Uint8Array[], random: Random): Uint8Array {
  if (pool.length === 0) return random.bytes(random.below(160));
  let bytes = random.pick(pool).slice();
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    bytes = random.pick(mutations)(bytes, random, pool).slice(0, MAX);
  }
  return bytes;
}
