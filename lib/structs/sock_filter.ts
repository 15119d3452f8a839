/** Classic BPF: struct sock_filter, and the options that are set to programs. */
import { type Reader, Writer } from '../kernel/bytes.js';
import { integer, object, rangeError, typeError, uint16 } from '../kernel/validate.js';
import { type Kind, kind, writeonly } from './option.js';

/** `struct sock_filter`, linux/filter.h: one instruction. */
export interface SockFilter {
  /** What it does: a class and what belongs to it, such as `BPF_LD | BPF_H | BPF_ABS`. */
  code: number;
  /** How many instructions to skip when a jump's condition holds, 0–255. */
  jt: number;
  /** How many instructions to skip when it does not, 0–255. */
  jf: number;
  /** A number, an offset in the packet, an index: 32 bits. */
  k: number;
}

/** The k of an instruction: `SKF_AD_OFF` and its like are negative, as C ints. */
export const instructionWord = (value: unknown, name: string): number =>
  integer(value, name, -0x8000_0000, 0xffff_ffff) >>> 0;

const SIZE = 8;

/** BPF_MAXINSNS. */
const MAXINSNS = 4096;

/** The instructions of `value`, which must be an array of them. */
function program(value: readonly SockFilter[]): Uint8Array {
  if (!Array.isArray(value)) {
    throw typeError('value', 'must be an array of instructions, or their bytes', value);
  }
  // struct sock_fprog counts them in 16 bits; a program that is too long is the kernel's to refuse.
  if (value.length > 0xffff) throw rangeError('value', 'must have at most 65535 elements', value);
  const writer = new Writer(value.length * SIZE);
  for (let i = 0; i < value.length; i++) {
    const name = `value[${i}]`;
    const { code, jt, jf, k } = object(value[i], name);
    writer
      .u16(uint16(code, `${name}.code`))
      .u8(integer(jt, `${name}.jt`, 0, 255))
      .u8(integer(jf, `${name}.jf`, 0, 255))
      .u32(instructionWord(k, `${name}.k`));
  }
  return writer.bytes;
}

export const sock_filter = (r: Reader): SockFilter => ({
  code: r.u16(),
  jt: r.u8(),
  jf: r.u8(),
  k: r.u32(),
});

/** A program; without one, what is read is empty. */
export const filter: Kind<SockFilter[], readonly SockFilter[]> = kind(
  MAXINSNS * SIZE,
  (r, length) => Array.from({ length: Math.floor(length / SIZE) }, () => sock_filter(r)),
  program,
);

/** A program that is set only. */
export const filter_set = writeonly(filter);
