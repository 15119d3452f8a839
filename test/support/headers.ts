/** What is tried on every codec of a packet header. */
import { expect } from 'vitest';

export interface HeaderCodec<Header> {
  readonly decode: (bytes: Uint8Array, offset?: number) => Header | undefined;
  readonly encode: (header: Header) => Uint8Array;
}

const junk = (size: number): Uint8Array => new Uint8Array(size).fill(0xa5);

export const join = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));

export const fromHex = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

/**
 * Asserts that `bytes`, which are one header, decode to `expected` wherever they stand, that it
 * encodes to them, and that any cut of them is no header.
 */
export function expectHeader<Header extends object>(
  { decode, encode }: HeaderCodec<Header>,
  bytes: Uint8Array,
  expected: Header,
): void {
  expect(decode(bytes)).toStrictEqual(expected);
  expect(Buffer.from(encode(expected)).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
  for (const before of [1, 2, 7, 14]) {
    const within = join(junk(before), bytes, junk(9));
    expect(decode(within, before), `at ${before}`).toStrictEqual(expected);
    expect(decode(within.subarray(before), 0), `of a view at ${before}`).toStrictEqual(expected);
  }
  for (let length = 0; length < bytes.byteLength; length++) {
    expect(decode(bytes.subarray(0, length)), `${length} bytes`).toBeUndefined();
    expect(decode(bytes.slice(0, length)), `${length} bytes`).toBeUndefined();
  }
  expect(decode(bytes, bytes.byteLength)).toBeUndefined();
  expect(decode(bytes, 2 ** 32 - 1)).toBeUndefined();
}
