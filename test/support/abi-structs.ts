/** What the C compiler makes of a structure: its size, and the bytes of each field. */
import { compiles, hasNewestHeaders, includes, runLines } from './cc.js';

/**
 * How C sets a field, and how the test hears what it then holds.
 *
 * - number: as C has it, sign and all; bit-fields too
 * - mask: as an unsigned number of the field's width
 * - network: a number in network byte order
 * - words: the bytes of the field as one little-endian number
 * - bytes: an array of bytes
 * - ipv4, ipv6: an address as text, by inet_ntop(3)
 * - padding: what the codec must not read
 * - fixed: what the codec takes for granted, such as the family of an address
 */
export type Kind =
  | 'number'
  | 'mask'
  | 'network'
  | 'words'
  | 'bytes'
  | 'ipv4'
  | 'ipv6'
  | 'padding'
  | 'fixed';

/** A field: the name that the codec gives it, and the member of the C structure. */
export interface Field {
  readonly name: string;
  readonly c: string;
  readonly kind: Kind;
}

export interface Struct {
  /** What C calls it: `struct linger`. */
  readonly type: string;
  readonly headers: readonly string[];
  /** C declarations of what no header has. */
  readonly declare?: string;
  /** C statements that set what every value of the structure `s` has. */
  readonly base?: string;
  readonly size: number;
  readonly fields: readonly Field[];
}

/** The bytes of the structure with one field set, and what C then reads from the field. */
export interface Sample {
  readonly field: Field;
  readonly pattern: 'ones' | 'ramp';
  readonly text: string;
  readonly bytes: Uint8Array;
}

export interface Layout {
  readonly size: number;
  /** The bytes with no field set. */
  readonly base: Uint8Array;
  readonly samples: readonly Sample[];
  /** The fields that these headers do not have. */
  readonly unknown: readonly string[];
  /** How many bits of the structure belong to no field. */
  readonly missed: number;
}

/**
 * All ones show where a field begins and ends; bytes that all differ show their order. Both are
 * exact as JavaScript numbers: 48 bits, or all.
 */
const patterns = { ones: '0xffffffffffffffffULL', ramp: '0x060504030201ULL' } as const;

const head = ({ headers, declare = '', type, base = '' }: Struct): string => `
${includes(headers)}
#include <stdio.h>
#include <string.h>
${declare}
const char *inet_ntop(int, const void *, char *, unsigned);
static ${type} s;
static char text[64];
static void start(void) { memset(&s, 0, sizeof s); ${base} }
static void hex(const void *at, unsigned long size) {
  for (unsigned long i = 0; i < size; i++) printf("%02x", ((const unsigned char *)at)[i]);
}
static void fill(void *at, unsigned long size, unsigned long long pattern) {
  for (unsigned long i = 0; i < size; i++) ((unsigned char *)at)[i] = ~pattern == 0 ? 0xff : i + 1;
}
static unsigned long long word_of(const void *at, unsigned long size) {
  unsigned long long value = 0;
  memcpy(&value, at, size);
  return value;
}
#define TOLD(i, ...) printf("%d ", i); __VA_ARGS__; printf(" "); hex(&s, sizeof s); printf("\\n");
#define VALUE(i, value) TOLD(i, printf("%llu", (unsigned long long)(value)))
#define BE(n) (sizeof(n) == 2 ? __builtin_bswap16(n) : __builtin_bswap32(n))
#define number(i, f, p) start(); s.f = p; VALUE(i, s.f)
#define mask(i, f, p) start(); s.f = p; VALUE(i, word_of(&s.f, sizeof s.f))
#define network(i, f, p) start(); s.f = p; VALUE(i, BE(s.f))
#define words(i, f, p) start(); fill(&s.f, sizeof s.f, p); VALUE(i, word_of(&s.f, sizeof s.f))
#define bytes(i, f, p) start(); fill(&s.f, sizeof s.f, p); TOLD(i, hex(&s.f, sizeof s.f))
#define ip(i, af, f, p) start(); fill(&s.f, sizeof s.f, p); \\
  TOLD(i, printf("%s", inet_ntop(af, &s.f, text, sizeof text)))
#define ipv4(i, f, p) ip(i, 2, f, p)
#define ipv6(i, f, p) ip(i, 10, f, p)
#define padding(i, f, p) start(); fill(&s.f, sizeof s.f, p); TOLD(i, printf("-"))
#define fixed(i, f, p) padding(i, f, p)
`;

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** How many bits no sample of all ones sets. */
function bitsMissed(size: number, samples: readonly Sample[]): number {
  const ones = samples.filter(({ pattern }) => pattern === 'ones');
  let missed = 0;
  for (let bit = 0; bit < 8 * size; bit++) {
    const isSet = ({ bytes }: Sample): boolean => (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
    if (!ones.some(isSet)) missed++;
  }
  return missed;
}

/** Asks the compiler about a structure. Its size is 0 where old headers do not have it. */
export async function layoutOf(struct: Struct): Promise<Layout> {
  const cases = struct.fields.flatMap((field) =>
    (['ones', 'ramp'] as const).map((pattern) => ({ field, pattern })),
  );
  const lines = cases.map(
    ({ field, pattern }, i) => `${field.kind}(${i}, ${field.c}, ${patterns[pattern]})`,
  );
  const first = 'printf("%zu ", sizeof s); start(); hex(&s, sizeof s); printf("\\n");';
  const program = head(struct);
  if (!hasNewestHeaders && !(await compiles(program))) {
    const unknown = struct.fields.map(({ c }) => c);
    return { size: 0, base: fromHex(''), samples: [], unknown, missed: 0 };
  }
  const { printed, refused } = await runLines(program, [first, ...lines]);
  const [size = '', base = ''] = printed.shift()?.split(' ') ?? [];
  const samples = printed.flatMap((line) => {
    const [i = '', text = '', bytes = ''] = line.split(' ');
    const asked = cases[Number(i)];
    return asked === undefined ? [] : [{ ...asked, text, bytes: fromHex(bytes) }];
  });
  const unknown = struct.fields.filter((_, i) => refused.includes(lines[2 * i] ?? ''));
  return {
    size: Number(size),
    base: fromHex(base),
    samples,
    unknown: unknown.map((field) => field.c),
    missed: bitsMissed(Number(size), samples),
  };
}

/** Whether a value of the codec is what C said, `text`. */
export function saysSame(value: unknown, { field, text }: Sample): boolean {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex') === text;
  if (value === Number.POSITIVE_INFINITY) return text === '18446744073709551615';
  if (typeof value === 'number' || typeof value === 'bigint') {
    return BigInt.asUintN(64, BigInt(value)).toString() === text;
  }
  return (field.kind === 'ipv4' || field.kind === 'ipv6') && value === text;
}

/** What the codec's own form of `text` is, to be encoded. */
export function toEncode({ field, text }: Sample): unknown {
  if (field.kind === 'ipv4' || field.kind === 'ipv6') return text;
  if (field.kind === 'bytes') return fromHex(text);
  const value = BigInt(text);
  if (field.kind === 'words') return value;
  return Number(field.kind === 'number' ? BigInt.asIntN(64, value) : value);
}
