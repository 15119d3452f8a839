/** sigset_t, as the kernel has it. sigset_t(3type), signal(7) */
import { type Buf, Reader, Writer } from '../kernel/bytes.js';
import { buffer, integer, isBuf, rangeError, typeError } from '../kernel/validate.js';

/** Linux has the signals 1–64. */
const NSIG = 64;

/**
 * A set of signals: a list of their numbers (`os.constants.signals`; 34–64 are the real-time ones),
 * or its 8 bytes, in which signal n is bit n - 1.
 */
export type SignalSet = readonly number[] | Buf;

/** The 8 bytes of a set of signals. */
export function encodeSigset(signals: readonly number[], name = 'signals'): Uint8Array {
  if (!Array.isArray(signals)) throw typeError(name, 'must be an array of signal numbers', signals);
  let bits = 0n;
  const list: readonly unknown[] = Array.from(signals);
  list.forEach((signal, i) => {
    bits |= 1n << BigInt(integer(signal, `${name}[${i}]`, 1, NSIG) - 1);
  });
  return new Writer(8).u64(bits).bytes;
}

/** The numbers of the signals in the first 8 bytes of `bytes`, the lowest first. */
export function decodeSigset(bytes: Buf): number[] {
  const set = buffer(bytes, 'bytes');
  if (set.byteLength < 8) throw rangeError('bytes', 'must have 8 bytes', set.byteLength);
  const bits = new Reader(set).u64();
  return Array.from({ length: NSIG }, (_, i) => i + 1).filter(
    (signal) => ((bits >> BigInt(signal - 1)) & 1n) === 1n,
  );
}

/** The bytes of a set of signals, whichever form it has; null is C's NULL. */
export function sigsetBytes(set: SignalSet | null, name: string): Buf | null {
  return set === null || isBuf(set) ? set : encodeSigset(set, name);
}
