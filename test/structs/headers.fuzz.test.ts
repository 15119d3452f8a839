/**
 * Any bytes whatever: no decoder of a header throws, loops, or sees what is beside its bytes, and what
 * it read is what its encoder writes.
 *
 * SOCKFD_FUZZ_ROUNDS is how many inputs each decoder gets, SOCKFD_FUZZ_SEED what they are made from.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  decodeArphdr,
  decodeEthhdr,
  decodeIcmp6hdr,
  decodeIcmphdr,
  decodeIphdr,
  decodeIpv6exthdrs,
  decodeIpv6hdr,
  decodeTcphdr,
  decodeUdphdr,
  encodeArphdr,
  encodeEthhdr,
  encodeIcmp6hdr,
  encodeIcmphdr,
  encodeIphdr,
  encodeIpv6exthdr,
  encodeIpv6hdr,
  encodeTcphdr,
  encodeUdphdr,
  IPPROTO_AH,
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
} from '../../lib/index.js';
import { join } from '../support/headers.js';
import { packets } from '../support/packets.js';
import { layersOf } from '../support/wire.js';

const rounds = Number(process.env.SOCKFD_FUZZ_ROUNDS ?? 250);
const seed = Number(process.env.SOCKFD_FUZZ_SEED ?? 20261121);

/** Longer runs may take longer. */
const timeout = 20_000 + 10 * rounds;

/** mulberry32: the same numbers from the same seed, everywhere. */
function generator(from: number): (below: number) => number {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

interface Target {
  readonly name: string;
  readonly decode: (bytes: Uint8Array, offset?: number) => object | undefined;
  /** The bytes of what was decoded. */
  readonly encode: (decoded: never) => Uint8Array;
  /** Whether every bit of the header is in what is decoded. */
  readonly isWhole: boolean;
  /** What of a frame are headers of this kind, in the names of `layersOf`. */
  readonly layer: string;
  /** The bytes whose values are lengths or kinds, and what they may be. */
  readonly lies: readonly (readonly [at: number, values: readonly number[]])[];
}

const target = (
  name: string,
  decode: Target['decode'],
  encode: (header: never) => Uint8Array,
  layer: string,
  lies: Target['lies'] = [],
  isWhole = true,
): Target => ({ name, decode, encode, isWhole, layer, lies });

const lengths = [0, 1, 2, 3, 4, 5, 8, 10, 18, 127, 128, 254, 255];
const kinds = [IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT, IPPROTO_DSTOPTS, IPPROTO_AH];
const nibbles = Array.from({ length: 16 }, (_, n) => n);
/** Each kind of option that is known, and one that is not. */
const options = [0, 1, 2, 3, 4, 5, 8, 19, 29, 30, 34, 77, 254];
const optionLies = Array.from({ length: 20 }, (_, i) => {
  return [20 + i, [...options, ...lengths]] as const;
});

interface Walk {
  readonly headers: readonly { at: number; length: number }[];
  readonly protocol: number | undefined;
  readonly offset: number;
}

/** The walk from an extension header of a kind on. */
function walk(kind: number): Target {
  const decode = (bytes: Uint8Array, offset = 0): Walk => {
    const { headers, ...rest } = decodeIpv6exthdrs(bytes, kind, offset);
    let end = offset;
    for (const { at, length } of headers) {
      if (at !== end || length < 8) throw new Error(`a header at ${at} of ${length} bytes`);
      end += length;
    }
    if (rest.offset !== end || end > bytes.byteLength) throw new Error(`ends at ${rest.offset}`);
    // Where it begins is another matter than what is in it.
    const relative = headers.map((header) => ({ ...header, at: header.at - offset }));
    return { headers: relative, protocol: rest.protocol, offset: end - offset };
  };
  const encode = ({ headers }: Walk): Uint8Array =>
    join(...headers.map((header) => encodeIpv6exthdr(header as never)));
  const lies = [0, 8, 16, 24].flatMap((at) => [
    [at, kinds] as const,
    [at + 1, [0, 1, 2, 255]] as const,
    [at + 3, lengths] as const,
  ]);
  return target(`extension headers from ${kind} on`, decode, encode as never, 'ext', lies, false);
}

const targets: readonly Target[] = [
  target('Ethhdr', decodeEthhdr, encodeEthhdr, 'eth'),
  target('Arphdr', decodeArphdr, encodeArphdr, 'arp', [
    [4, lengths],
    [5, lengths],
  ]),
  target('Iphdr', decodeIphdr, encodeIphdr, 'ip', [[0, nibbles.map((ihl) => 0x40 | ihl)]]),
  target('Ipv6hdr', decodeIpv6hdr, encodeIpv6hdr, 'ip6', [[0, [0x60, 0x6f]]]),
  target('Tcphdr', decodeTcphdr, encodeTcphdr, 'tcp', [
    [12, nibbles.map((doff) => doff << 4)],
    ...optionLies,
  ]),
  target('Udphdr', decodeUdphdr, encodeUdphdr, 'udp'),
  target(
    'Icmphdr',
    decodeIcmphdr,
    encodeIcmphdr,
    'icmp',
    [[0, [0, 3, 5, 8, 11, 12, 13, 14]]],
    false,
  ),
  target(
    'Icmp6hdr',
    decodeIcmp6hdr,
    encodeIcmp6hdr,
    'icmp6',
    [[0, [1, 2, 3, 4, 128, 129, 133, 134, 135, 136, 137]]],
    false,
  ),
  ...kinds.map(walk),
];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What is wrong with what a decoder makes of these bytes; undefined when nothing is. */
function fault({ decode, encode, isWhole }: Target, bytes: Uint8Array): string | undefined {
  const decoded = decode(bytes.slice());
  for (const guard of [0x00, 0xff, 0x05]) {
    const around = new Uint8Array(64).fill(guard);
    const behind = join(around, bytes);
    if (!isDeepStrictEqual(decode(behind, 64), decoded)) return 'sees what is before';
    const within = join(behind, around).subarray(64, 64 + bytes.byteLength);
    if (!isDeepStrictEqual(decode(within), decoded)) return 'sees what is behind';
  }
  if (decoded === undefined) return undefined;
  const written = encode(decoded as never);
  if (written.byteLength > bytes.byteLength) return 'is written longer than it was';
  if (isWhole && hex(written) !== hex(bytes.subarray(0, written.byteLength))) {
    return `is written as ${hex(written)}`;
  }
  const again = decode(join(written, bytes.subarray(written.byteLength)));
  return isDeepStrictEqual(again, decoded) ? undefined : 'is read otherwise once it is written';
}

function check(tried: Target, bytes: Uint8Array): boolean {
  let wrong: string | undefined;
  try {
    wrong = fault(tried, bytes);
  } catch (error) {
    wrong = `throws ${String(error)}`;
  }
  if (wrong !== undefined) {
    expect.fail(`${tried.name} of ${hex(bytes)} ${wrong} (SOCKFD_FUZZ_SEED=${seed})`);
  }
  return tried.decode(bytes) !== undefined;
}

/** Headers of a kind as they were caught, each with what follows it. */
const samples = ({ layer }: Target): Uint8Array[] =>
  Object.values(packets).flatMap((packet) =>
    layersOf(packet)
      .filter(({ name }) => name === layer)
      .map(({ at }) => packet.slice(at)),
  );

describe.each(targets)('$name', (tried) => {
  const real = samples(tried);

  it('was caught', () => {
    expect(real.length).toBeGreaterThan(0);
  });

  it('is read from any bytes', { timeout }, () => {
    const random = generator(seed);
    for (let round = 0; round < rounds; round++) {
      const bytes = Uint8Array.from({ length: random(96) }, () => random(256));
      for (const [at, values] of tried.lies) {
        if (at < bytes.byteLength && random(2) === 0)
          bytes[at] = values[random(values.length)] ?? 0;
      }
      check(tried, bytes);
    }
  });

  it('is read from what was a header, with lengths that lie', { timeout }, () => {
    const random = generator(seed + 1);
    let read = 0;
    for (let round = 0; round < rounds; round++) {
      const bytes = (real[random(real.length)] ?? new Uint8Array(0)).slice(0, 40 + random(60));
      for (let changes = random(4); changes >= 0; changes--) {
        const [at, values] = tried.lies[random(tried.lies.length)] ?? [
          random(bytes.byteLength),
          [],
        ];
        if (at < bytes.byteLength) bytes[at] = values[random(values.length)] ?? random(256);
      }
      if (check(tried, bytes)) read++;
    }
    // Otherwise nothing but refusals was tried.
    expect(read).toBeGreaterThan(rounds / 20);
  });

  it('is read from each cut of a header', () => {
    for (const bytes of real) {
      for (let length = 0; length <= Math.min(bytes.byteLength, 100); length++) {
        check(tried, bytes.subarray(0, length));
      }
    }
  });
});
