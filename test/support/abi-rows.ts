/** What a row of the ABI tables is: a codec, and the C structure that it must agree with. */
import { expect } from 'vitest';
import { Reader } from '../../lib/kernel/bytes.js';
import type { Field, Kind, Struct } from './abi-structs.js';

export type Values = Readonly<Record<string, unknown>>;

export interface Codec extends Struct {
  /** Distinguishes the rows of one C type. */
  readonly note?: string;
  readonly decode?: (bytes: Uint8Array) => object;
  readonly encode?: (values: Values) => Uint8Array;
  /** What the encoder is given where no field is set; the decoder gives it too. */
  readonly values?: Values;
  /** The fields of the decoded form that are not here. */
  readonly absent?: readonly string[];
  /** Bits that no field has. */
  readonly missed?: number;
}

/** `number('l_', 'onoff linger')`: the fields l_onoff and l_linger, which the codec calls onoff … */
export function fields(kind: Kind, prefix: string, names: string): Field[] {
  return names.split(' ').map((name) => ({ name, c: prefix + name, kind }));
}

export const at = (kind: Kind, name: string, c: string): Field => ({ name, c, kind });

/** A row for a kind of socket option: it has memory of its own. */
export function option(kind: {
  size: number;
  decode: (r: Reader, length: number) => object;
}): (bytes: Uint8Array) => object {
  return (bytes) => {
    expect(bytes.byteLength).toBe(kind.size);
    return kind.decode(new Reader(bytes), bytes.byteLength);
  };
}
