/** What every decoder promises, whatever its bytes. */
import { isDeepStrictEqual } from 'node:util';
import type { Random } from './random.js';

/** A decoder that is fuzzed. */
export interface Target {
  /** What it is called, on the command line and in corpus/. */
  readonly name: string;
  /** The exports of lib/structs/ that are tried by it. */
  readonly covers: readonly string[];
  /** Reads these bytes; what it returns is compared, written again, counted. */
  readonly decode: (bytes: Uint8Array) => unknown;
  /** The same, of a header that begins behind `offset` other bytes. */
  readonly decodeAt?: (bytes: Uint8Array, offset: number) => unknown;
  /** The bytes of what was decoded; undefined for what has none. */
  readonly encode?: (decoded: never, bytes: Uint8Array) => Uint8Array | undefined;
  /** Whether the encoder may refuse, with a RangeError: it was decoded from what cannot be. */
  readonly mayRefuse?: boolean;
  /** Whether every bit of the bytes is in what is decoded. */
  readonly isWhole?: boolean;
  /** Whether the decoder documents that it refuses these bytes, with a RangeError. */
  readonly refuses?: (bytes: Uint8Array) => boolean;
  /** What more has to hold of what was decoded: what is wrong, or undefined. */
  readonly wrong?: (decoded: never, bytes: Uint8Array) => string | undefined;
  /** Whether what was decoded from a beginning of the bytes is contained in what all of them gave. */
  readonly contains?: (whole: never, beginning: never) => boolean;
  /** Brings an input into the form that the decoder may rely on. */
  readonly shape?: (bytes: Uint8Array) => Uint8Array;
  /** How many times as many inputs it gets: it has many decoders. */
  readonly weight?: number;
  /** An input out of nothing. */
  readonly make?: (random: Random) => Uint8Array;
  /** The bytes whose values are lengths or kinds, and what they may be. */
  readonly lies?: readonly (readonly [at: number, values: readonly number[]])[];
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const AROUND = 64;

/** How much there is in a value: elements of lists, bytes of arrays, and text that is none. */
interface Extent {
  elements: number;
  bytes: number;
  odd: string | undefined;
}

function measure(value: unknown, extent: Extent): void {
  if (typeof value === 'string' && value.includes('undefined')) extent.odd = value;
  else if (typeof value === 'number' && Number.isNaN(value)) extent.odd = 'NaN';
  if (typeof value !== 'object' || value === null) return;
  if (ArrayBuffer.isView(value)) {
    extent.bytes += value.byteLength;
  } else if (Array.isArray(value)) {
    extent.elements += value.length;
    for (const each of value) measure(each, extent);
  } else {
    const parts = value instanceof Map ? [...value.values()] : Object.values(value);
    if (value instanceof Map) extent.elements += value.size;
    for (const each of parts) measure(each, extent);
  }
}

/** A list is bounded by its bytes; a target may decode them a few times. */
const TIMES = 8;
const SLACK = 64;

function extentFault(decoded: unknown, bytes: Uint8Array): string | undefined {
  const extent: Extent = { elements: 0, bytes: 0, odd: undefined };
  measure(decoded, extent);
  const most = TIMES * bytes.byteLength + SLACK;
  if (extent.elements > most) return `gives ${extent.elements} elements`;
  if (extent.bytes > most) return `gives ${extent.bytes} bytes`;
  // What is read past the end is undefined, or NaN.
  const isText = Buffer.from(bytes).includes('undefined');
  return extent.odd === undefined || isText ? undefined : `gives '${extent.odd}'`;
}

/** What surrounds a view, and how odd the address is that it begins at. */
const surroundings = [
  [0x00, 0],
  [0xff, 1],
  [0x05, 4],
] as const;

function surroundingsFault(target: Target, bytes: Uint8Array, first: unknown): string | undefined {
  for (const [guard, shift] of surroundings) {
    const begin = AROUND + shift;
    const end = begin + bytes.byteLength;
    const memory = Buffer.alloc(end + AROUND, guard);
    memory.set(bytes, begin);
    const all = new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
    const before = Buffer.from(memory);
    const there = target.decode(all.subarray(begin, end));
    if (!isDeepStrictEqual(there, first)) return `sees what is around: ${guard}`;
    if (!before.equals(memory)) {
      const own = before.subarray(begin, end).equals(memory.subarray(begin, end));
      return own ? 'changes what is around' : 'changes its bytes';
    }
    if (target.decodeAt === undefined) continue;
    const behind = target.decodeAt(all.subarray(0, end), begin);
    if (!isDeepStrictEqual(behind, first)) return `sees what is before it: ${guard}`;
  }
  return undefined;
}

function encoderFault(target: Target, bytes: Uint8Array, first: unknown): string | undefined {
  const { encode, decode, isWhole, mayRefuse } = target;
  if (encode === undefined || first === undefined) return undefined;
  let written: Uint8Array | undefined;
  try {
    written = encode(first as never, bytes);
  } catch (error) {
    if (mayRefuse === true && error instanceof RangeError) return undefined;
    return `cannot be written: ${String(error)}`;
  }
  if (written === undefined) return undefined;
  if (isWhole === true && hexOf(written) !== hexOf(bytes.subarray(0, written.byteLength))) {
    return `is written as ${hexOf(written)}`;
  }
  const again = decode(written);
  return isDeepStrictEqual(again, first) ? undefined : `is read otherwise from ${hexOf(written)}`;
}

function beginningFault(target: Target, bytes: Uint8Array, first: unknown): string | undefined {
  const { contains, decode, refuses } = target;
  if (contains === undefined) return undefined;
  for (const part of [0.25, 0.5, 0.75, 0.95]) {
    const cut = bytes.subarray(0, Math.floor(bytes.byteLength * part));
    if (refuses?.(cut)) continue;
    if (!contains(first as never, decode(cut) as never)) {
      return `says otherwise with only ${cut.byteLength} bytes`;
    }
  }
  return undefined;
}

function refusalFault({ decode }: Target, bytes: Uint8Array): string | undefined {
  try {
    decode(bytes);
  } catch (error) {
    return error instanceof RangeError ? undefined : `refuses with ${String(error)}`;
  }
  return 'does not refuse';
}

function faultOf(target: Target, bytes: Uint8Array): string | undefined {
  if (target.refuses?.(bytes)) return refusalFault(target, bytes);
  const first = target.decode(bytes.slice());
  return (
    extentFault(first, bytes) ??
    surroundingsFault(target, bytes, first) ??
    target.wrong?.(first as never, bytes) ??
    encoderFault(target, bytes, first) ??
    beginningFault(target, bytes, first)
  );
}

/** What is wrong with what a decoder makes of these bytes; undefined when nothing is. */
export function fault(target: Target, bytes: Uint8Array): string | undefined {
  try {
    return faultOf(target, bytes);
  } catch (error) {
    return `throws ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
  }
}
