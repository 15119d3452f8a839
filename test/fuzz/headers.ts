/** The codecs of packet headers. */
import { decodeArphdr, encodeArphdr } from '../../lib/structs/arphdr.js';
import { decodeEthhdr, encodeEthhdr } from '../../lib/structs/ethhdr.js';
import { decodeIcmp6hdr, encodeIcmp6hdr } from '../../lib/structs/icmp6hdr.js';
import { decodeIcmphdr, encodeIcmphdr } from '../../lib/structs/icmphdr.js';
import {
  IPPROTO_AH,
  IPPROTO_DSTOPTS,
  IPPROTO_FRAGMENT,
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
} from '../../lib/structs/ip.js';
import { decodeIphdr, encodeIphdr } from '../../lib/structs/iphdr.js';
import { decodeIpv6exthdrs, encodeIpv6exthdr } from '../../lib/structs/ipv6_exthdr.js';
import { decodeIpv6hdr, encodeIpv6hdr } from '../../lib/structs/ipv6hdr.js';
import { decodeTcphdr, encodeTcphdr } from '../../lib/structs/tcphdr.js';
import { decodeUdphdr, encodeUdphdr } from '../../lib/structs/udphdr.js';
import { join } from './mutate.js';
import type { Target } from './oracle.js';

type Decode = (bytes: Uint8Array, offset?: number) => object | undefined;

/**
 * What is decoded from a header does not depend on what follows it; written, it is followed by the
 * same again, because a header may be shorter than it says.
 */
function header(
  name: string,
  decode: Decode,
  encode: (header: never) => Uint8Array,
  rest: Partial<Target> = {},
): Target {
  const covers = [`decode${name}`, `encode${name}`];
  return {
    name: name.toLowerCase(),
    covers,
    decode: (bytes) => decode(bytes),
    decodeAt: decode,
    encode: (decoded, bytes) => {
      const written = encode(decoded);
      return join(written, bytes.subarray(written.byteLength));
    },
    wrong: (decoded: never, bytes) => {
      if (decoded === undefined) return undefined;
      const { byteLength } = encode(decoded);
      return byteLength > bytes.byteLength ? 'is written longer than it was' : undefined;
    },
    ...rest,
  };
}

const lengths = [0, 1, 2, 3, 4, 5, 8, 10, 18, 127, 128, 254, 255];
const nibbles = Array.from({ length: 16 }, (_, n) => n);
/** Each kind of TCP option that is known, and one that is not. */
const options = [0, 1, 2, 3, 4, 5, 8, 19, 29, 30, 34, 77, 254];
const optionLies = Array.from({ length: 20 }, (_, i) => {
  return [20 + i, [...options, ...lengths]] as const;
});

/** The extension headers that an input of `ipv6exthdrs` may begin with. */
export const exthdrKinds = [
  IPPROTO_HOPOPTS,
  IPPROTO_ROUTING,
  IPPROTO_FRAGMENT,
  IPPROTO_DSTOPTS,
  IPPROTO_AH,
];

interface Walk {
  readonly headers: readonly { at: number; length: number }[];
  readonly protocol: number | undefined;
  readonly offset: number;
}

/** The walk from an extension header of a kind on. The first byte of an input chooses that. */
function walk(bytes: Uint8Array, offset = 0): Walk | undefined {
  const kind = exthdrKinds[(bytes[offset] ?? 0) % exthdrKinds.length] ?? 0;
  if (bytes.byteLength <= offset) return undefined;
  const { headers, protocol, offset: end } = decodeIpv6exthdrs(bytes, kind, offset + 1);
  // Where it begins is another matter than what is in it.
  const relative = headers.map((each) => ({ ...each, at: each.at - offset }));
  return { headers: relative, protocol, offset: end - offset };
}

function walkFault(walked: Walk | undefined, bytes: Uint8Array): string | undefined {
  if (walked === undefined) return undefined;
  const { headers, offset } = walked;
  let end = 1;
  for (const { at, length } of headers) {
    if (at !== end || length < 8) return `gives a header at ${at} of ${length} bytes`;
    end += length;
  }
  return offset === end && end <= bytes.byteLength ? undefined : `ends at ${offset}`;
}

const exthdrs: Target = {
  name: 'ipv6exthdrs',
  covers: ['decodeIpv6exthdrs', 'encodeIpv6exthdr'],
  decode: (bytes) => walk(bytes),
  decodeAt: walk,
  wrong: walkFault,
  encode: ({ headers }: Walk, bytes) => {
    const written = join(...headers.map((each) => encodeIpv6exthdr(each as never)));
    return join(bytes.subarray(0, 1), written, bytes.subarray(1 + written.byteLength));
  },
  contains: (whole: Walk | undefined, beginning: Walk | undefined) =>
    (beginning?.headers ?? []).every(({ at, length }, i) => {
      const same = whole?.headers[i];
      return same?.at === at && same.length === length;
    }),
  lies: [
    ...[1, 9, 17, 25].flatMap((at) => [
      [at, exthdrKinds] as const,
      [at + 1, [0, 1, 2, 255]] as const,
      [at + 3, lengths] as const,
    ]),
    [0, [0, 1, 2, 3, 4]],
  ],
};

export const headerTargets: readonly Target[] = [
  header('Ethhdr', decodeEthhdr, encodeEthhdr, { isWhole: true }),
  header('Arphdr', decodeArphdr, encodeArphdr, {
    isWhole: true,
    lies: [
      [4, lengths],
      [5, lengths],
    ],
  }),
  header('Iphdr', decodeIphdr, encodeIphdr, {
    isWhole: true,
    lies: [[0, nibbles.map((ihl) => 0x40 | ihl)]],
  }),
  header('Ipv6hdr', decodeIpv6hdr, encodeIpv6hdr, { isWhole: true, lies: [[0, [0x60, 0x6f]]] }),
  header('Tcphdr', decodeTcphdr, encodeTcphdr, {
    isWhole: true,
    covers: ['decodeTcphdr', 'encodeTcphdr', 'decodeOptions'],
    lies: [[12, nibbles.map((doff) => doff << 4)], ...optionLies],
  }),
  header('Udphdr', decodeUdphdr, encodeUdphdr, { isWhole: true }),
  header('Icmphdr', decodeIcmphdr, encodeIcmphdr, { lies: [[0, [0, 3, 5, 8, 11, 12, 13, 14]]] }),
  header('Icmp6hdr', decodeIcmp6hdr, encodeIcmp6hdr, {
    lies: [[0, [1, 2, 3, 4, 128, 129, 133, 134, 135, 136, 137]]],
  }),
  exthdrs,
];
