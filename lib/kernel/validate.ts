/**
 * The checks of arguments that do not reach the addon as they are. Same errors as the addon's own:
 * TypeError for a wrong type, RangeError for a wrong range, the argument named.
 */

import { types } from 'node:util';
import { type Buf, bytesOf } from './bytes.js';

function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value.length > 32 ? `${value.slice(0, 31)}…` : value}'`;
    case 'object':
      return value === null ? 'null' : 'an object';
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    default:
      return String(value);
  }
}

export function typeError(name: string, must: string, value: unknown): TypeError {
  const error = new TypeError(`The "${name}" argument ${must}. Received ${describe(value)}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
}

export function rangeError(name: string, must: string, value: unknown): RangeError {
  const error = new RangeError(`The "${name}" argument ${must}. Received ${describe(value)}`);
  return Object.assign(error, { code: 'ERR_OUT_OF_RANGE' });
}

/** For a value of the right type and range that cannot be used as it is now. */
export function valueError(name: string, must: string, value: unknown): TypeError {
  const error = new TypeError(`The "${name}" argument ${must}. Received ${describe(value)}`);
  return Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' });
}

/** `value`, which must be a whole number from `min` to `max`. */
export function integer(value: unknown, name: string, min: number, max: number): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) {
    return value as number;
  }
  const must = `must be an integer from ${min} to ${max}`;
  throw typeof value === 'number' ? rangeError(name, must, value) : typeError(name, must, value);
}

export const int32 = (value: unknown, name: string): number =>
  integer(value, name, -0x8000_0000, 0x7fff_ffff);

export const uint32 = (value: unknown, name: string): number =>
  integer(value, name, 0, 0xffff_ffff);

export const uint16 = (value: unknown, name: string): number => integer(value, name, 0, 0xffff);

/** `value`, which must be an object that is not null. */
export function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw typeError(name, 'must be an object', value);
}

/** `value`, which must be a string. */
export function string(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw typeError(name, 'must be a string', value);
}

/** Whether `value` is memory that a call may take, of whatever realm. */
export function isBuf(value: unknown): value is Buf {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/** Throws for a typed array that is detached or out of bounds; of the language, so not patched. */
const { keys } = Uint8Array.prototype;

/** The bytes of `value`, which must be an ArrayBufferView or ArrayBuffer that has its memory. */
export function buffer(value: unknown, name: string): Uint8Array {
  if (!isBuf(value)) throw typeError(name, 'must be an ArrayBufferView or ArrayBuffer', value);
  try {
    const bytes = bytesOf(value);
    // What has lost its memory is empty; what is empty may have lost it.
    if (bytes.byteLength === 0 && types.isTypedArray(value)) keys.call(value as Uint8Array);
    return bytes;
  } catch {
    throw typeError(name, 'must not be detached or out of the bounds of its buffer', value);
  }
}

/** The arguments `offset` and `length`, which must choose a part of so many bytes. */
export function part(size: number, offset: unknown, length: unknown): void {
  const from = offset === undefined ? 0 : integer(offset, 'offset', 0, size);
  if (length !== undefined) integer(length, 'length', 0, size - from);
}

/** Whether `value` is a Uint8Array, of whatever realm. */
export const isUint8Array = types.isUint8Array;

/** Whether `value` is a Uint32Array, of whatever realm. */
export const isUint32Array = types.isUint32Array;

/** `value`, which must be one of some strings. */
export function oneOf<S extends string>(names: readonly S[], value: unknown, name: string): S {
  const found = names.find((each) => each === string(value, name));
  if (found === undefined) throw rangeError(name, `must be one of ${names.join(', ')}`, value);
  return found;
}
