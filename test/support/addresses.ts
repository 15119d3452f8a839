/** What the tests of further addresses share: sockets that most kernels lack, and bytes that lie. */
import { expect, type TestContext } from 'vitest';
import {
  decodeSockaddr,
  encodeSockaddr,
  POLLIN,
  poll,
  type SockAddr,
  type SockAddrLike,
  SystemError,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { open } from './sockets.js';

/** What socket(2) answers where a family, a protocol, or what they stand on, is not there. */
const absent = ['EAFNOSUPPORT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT'];

/** A socket; skips with the reason where this kernel has none of the kind. */
export function openOrSkip(
  context: TestContext,
  what: string,
  domain: number,
  type: number,
  protocol = 0,
): number {
  try {
    return open(domain, type, protocol);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    if (absent.includes(error.code)) context.skip(`this kernel has no ${what}: ${error.code}`);
    if (error.code === 'EPERM') context.skip(`${what} needs a privilege: EPERM`);
    throw error;
  }
}

/** Waits for what is on its way to a socket. */
export function arrived(fd: number): number {
  expect(poll([{ fd, events: POLLIN }], 5000)).toBe(1);
  return fd;
}

/** The bytes that getsockname(2) writes. */
export function nameOf(fd: number): Uint8Array {
  const [bytes, length] = [new Uint8Array(128), new Uint32Array([128])];
  expect(raw.getsockname(fd, bytes, length)).toBe(0);
  return bytes.slice(0, length[0]);
}

/** The address without its family, which `bytes` begin with, and with another. */
function otherForms(bytes: Uint8Array): { same: SockAddr; wrong: Uint8Array } {
  const wrong = bytes.slice();
  wrong.set([99, 0]);
  return { same: decodeSockaddr(bytes), wrong };
}

/**
 * A codec reads `addr` from `bytes`, also behind others, also from the `{ family, data }` that a call
 * returns; and nothing from fewer bytes than `least`, nor from another family's.
 */
export function expectDecoded(
  decode: (addr: SockAddrLike) => unknown,
  bytes: Uint8Array,
  least: number,
  addr: object,
): void {
  expect(decode(bytes)).toEqual(addr);
  const { same, wrong } = otherForms(bytes);
  expect(same).toEqual({ family: bytes[0], data: bytes.slice(2) });
  expect(decode(same)).toEqual(addr);
  expect(encodeSockaddr(same)).toEqual(bytes);
  expectNoOther(decode, bytes, least);
  expect(decode(wrong)).toBeUndefined();
  expect(decode({ family: 99, data: bytes.slice(2) })).toBeUndefined();
}

/** The same of a codec that takes bytes alone. */
export function expectNoOther(
  decode: (addr: Uint8Array) => unknown,
  bytes: Uint8Array,
  least: number,
): void {
  for (let length = 0; length <= bytes.byteLength; length++) {
    const cut = decode(bytes.subarray(0, length));
    expect([length, cut !== undefined]).toEqual([length, length >= least]);
  }
  const shifted = new Uint8Array(3 + bytes.byteLength).fill(0xff);
  shifted.set(bytes, 3);
  expect(decode(shifted.subarray(3))).toEqual(decode(bytes));
  const other = bytes.slice();
  other[1] = 1;
  expect(decode(other)).toBeUndefined();
}

/** A call of `codec` with one field that is wrong, which it names. */
export const withField =
  <Addr extends object>(encode: (addr: Addr) => Uint8Array, right: Addr) =>
  (field: string, value: unknown) =>
  () =>
    encode({ ...right, [field]: value });
