/** `struct icmphdr`, linux/icmp.h: the control messages of IPv4. icmp(7), RFC 792 */
import { type Buf, type Reader, Writer } from '../kernel/bytes.js';
import { concat, Fields, headerAt, type Only } from './header.js';
import { formatIPv4 } from './inet.js';

/** Type: an answer to ICMP_ECHO. RFC 792 */
export const ICMP_ECHOREPLY = 0;
/** Type: it could not be delivered; the code says why. RFC 792 */
export const ICMP_DEST_UNREACH = 3;
/** Type: send less; not used any more. RFC 6633 */
export const ICMP_SOURCE_QUENCH = 4;
/** Type: another router is nearer; the code says for what. RFC 792 */
export const ICMP_REDIRECT = 5;
/** Type: answer this. RFC 792 */
export const ICMP_ECHO = 8;
/** Type: it took too long; the code says what. RFC 792 */
export const ICMP_TIME_EXCEEDED = 11;
/** Type: something in its header is wrong. RFC 792 */
export const ICMP_PARAMETERPROB = 12;
/** Type: what time is it? RFC 792 */
export const ICMP_TIMESTAMP = 13;
/** Type: an answer to ICMP_TIMESTAMP. RFC 792 */
export const ICMP_TIMESTAMPREPLY = 14;
/** Type: what is my network? Not used any more. RFC 6918 */
export const ICMP_INFO_REQUEST = 15;
/** Type: an answer to ICMP_INFO_REQUEST. RFC 6918 */
export const ICMP_INFO_REPLY = 16;
/** Type: what is my netmask? Not used any more. RFC 6918 */
export const ICMP_ADDRESS = 17;
/** Type: an answer to ICMP_ADDRESS. RFC 6918 */
export const ICMP_ADDRESSREPLY = 18;
/** Type: what is the state of this interface? RFC 8335 */
export const ICMP_EXT_ECHO = 42;
/** Type: an answer to ICMP_EXT_ECHO. RFC 8335 */
export const ICMP_EXT_ECHOREPLY = 43;

/** Unreachable: no route to the network. RFC 792 */
export const ICMP_NET_UNREACH = 0;
/** Unreachable: the host does not answer. RFC 792 */
export const ICMP_HOST_UNREACH = 1;
/** Unreachable: the host does not know the protocol. RFC 792 */
export const ICMP_PROT_UNREACH = 2;
/** Unreachable: nobody is at the port. RFC 792 */
export const ICMP_PORT_UNREACH = 3;
/** Unreachable: too long for the next link, and IP_DF set: `mtu`. RFC 1191 */
export const ICMP_FRAG_NEEDED = 4;
/** Unreachable: a source route failed. RFC 792 */
export const ICMP_SR_FAILED = 5;
/** Unreachable: no such network. RFC 1122 */
export const ICMP_NET_UNKNOWN = 6;
/** Unreachable: no such host. RFC 1122 */
export const ICMP_HOST_UNKNOWN = 7;
/** Unreachable: the source is isolated. RFC 1122 */
export const ICMP_HOST_ISOLATED = 8;
/** Unreachable: the network is forbidden. RFC 1122 */
export const ICMP_NET_ANO = 9;
/** Unreachable: the host is forbidden. RFC 1122 */
export const ICMP_HOST_ANO = 10;
/** Unreachable: not the network with this type of service. RFC 1122 */
export const ICMP_NET_UNR_TOS = 11;
/** Unreachable: not the host with this type of service. RFC 1122 */
export const ICMP_HOST_UNR_TOS = 12;
/** Unreachable: a filter forbids it. RFC 1812 */
export const ICMP_PKT_FILTERED = 13;
/** Unreachable: the precedence is forbidden. RFC 1812 */
export const ICMP_PREC_VIOLATION = 14;
/** Unreachable: the precedence is too low. RFC 1812 */
export const ICMP_PREC_CUTOFF = 15;

/** Redirect: for the network. RFC 792 */
export const ICMP_REDIR_NET = 0;
/** Redirect: for the host. RFC 792 */
export const ICMP_REDIR_HOST = 1;
/** Redirect: for the network and type of service. RFC 792 */
export const ICMP_REDIR_NETTOS = 2;
/** Redirect: for the host and type of service. RFC 792 */
export const ICMP_REDIR_HOSTTOS = 3;

/** Time exceeded: too many routers. RFC 792 */
export const ICMP_EXC_TTL = 0;
/** Time exceeded: fragments are missing. RFC 792 */
export const ICMP_EXC_FRAGTIME = 1;

/** Extended echo: a malformed query. RFC 8335 */
export const ICMP_EXT_CODE_MAL_QUERY = 1;
/** Extended echo: no such interface. RFC 8335 */
export const ICMP_EXT_CODE_NO_IF = 2;
/** Extended echo: no such table entry. RFC 8335 */
export const ICMP_EXT_CODE_NO_TABLE_ENT = 3;
/** Extended echo: several interfaces match. RFC 8335 */
export const ICMP_EXT_CODE_MULT_IFS = 4;

interface IcmphdrFields {
  /** un.echo.id: which of several, host byte order: ping's own number, or that of a ping socket. */
  id: number;
  /** un.echo.sequence: counts them, host byte order. */
  sequence: number;
  /** un.frag.mtu: what the next link takes, of ICMP_FRAG_NEEDED; otherwise 0. Bytes. */
  mtu: number;
  /** un.gateway: the nearer router: `'192.0.2.1'`. */
  gateway: string;
  /** Which byte of the datagram's header is wrong. */
  pointer: number;
  /** How much of the datagram is quoted before extensions begin; 0: there are none. RFC 4884 */
  quoted_words: number;
  /** icmp_otime: when the request was sent. Milliseconds since midnight, UTC. */
  otime: number;
  /** icmp_rtime: when it was received; 0 in a request. */
  rtime: number;
  /** icmp_ttime: when the answer was sent; 0 in a request. */
  ttime: number;
  /** un.reserved: the four bytes behind the checksum, as they are. */
  data: Uint8Array;
}

type Echo = typeof ICMP_ECHO | typeof ICMP_ECHOREPLY;
type Timestamp = typeof ICMP_TIMESTAMP | typeof ICMP_TIMESTAMPREPLY;
type Other =
  | typeof ICMP_SOURCE_QUENCH
  | typeof ICMP_INFO_REQUEST
  | typeof ICMP_INFO_REPLY
  | typeof ICMP_ADDRESS
  | typeof ICMP_ADDRESSREPLY
  | typeof ICMP_EXT_ECHO
  | typeof ICMP_EXT_ECHOREPLY;

type ByType =
  | ({ type: Echo } & Only<IcmphdrFields, 'id' | 'sequence'>)
  | ({ type: typeof ICMP_DEST_UNREACH } & Only<IcmphdrFields, 'quoted_words' | 'mtu'>)
  | ({ type: typeof ICMP_REDIRECT } & Only<IcmphdrFields, 'gateway'>)
  | ({ type: typeof ICMP_TIME_EXCEEDED } & Only<IcmphdrFields, 'quoted_words'>)
  | ({ type: typeof ICMP_PARAMETERPROB } & Only<IcmphdrFields, 'pointer' | 'quoted_words'>)
  | ({ type: Timestamp } & Only<IcmphdrFields, 'id' | 'sequence' | 'otime' | 'rtime' | 'ttime'>)
  | ({ type: Other } & Only<IcmphdrFields, 'data'>);

interface Fixed {
  /** code: what it is about, within the type. */
  code: number;
  /** checksum: of the whole message. */
  checksum: number;
  /** Bytes of the header: 8; with the times of ICMP_TIMESTAMP 20. */
  length: number;
}

/**
 * The header of an ICMP message. TypeScript narrows it by `type`; one whose type has no fields here
 * has `data`. What was quoted or sent along comes after its `length`.
 */
export type Icmphdr = Fixed & ByType;

/** What a `struct icmphdr` is made from: the fields of its type, each 0 by default, or `data`. */
export type IcmphdrInit = {
  /** type: ICMP_ECHO … */
  type: number;
  /** code: 0 by default. */
  code?: number;
  /** checksum: 0 by default; `checksum` of the whole message says what to put there. */
  checksum?: number;
} & { [Name in keyof IcmphdrFields]?: IcmphdrFields[Name] | undefined };

/** Bytes of a `struct icmphdr`. */
const SIZE = 8;
/** Bytes of it with the three times behind it. */
const SIZE_WITH_TIMES = 20;

const lengthOf = (type: number): number =>
  type === ICMP_TIMESTAMP || type === ICMP_TIMESTAMPREPLY ? SIZE_WITH_TIMES : SIZE;

/** The fields behind the checksum, beside those that every type has. */
function decodeType(type: number, fixed: Fixed, r: Reader): Icmphdr {
  switch (type) {
    case ICMP_ECHO:
    case ICMP_ECHOREPLY:
      return { type, ...fixed, id: r.be16(), sequence: r.be16() };
    case ICMP_DEST_UNREACH:
      return { type, ...fixed, quoted_words: r.skip(1).u8(), mtu: r.be16() };
    case ICMP_REDIRECT:
      return { type, ...fixed, gateway: formatIPv4(r.bytes, r.take(4)) };
    case ICMP_TIME_EXCEEDED:
      return { type, ...fixed, quoted_words: r.skip(1).u8() };
    case ICMP_PARAMETERPROB:
      return { type, ...fixed, pointer: r.u8(), quoted_words: r.u8() };
    case ICMP_TIMESTAMP:
    case ICMP_TIMESTAMPREPLY: {
      const [id, sequence] = [r.be16(), r.be16()];
      return { type, ...fixed, id, sequence, otime: r.be32(), rtime: r.be32(), ttime: r.be32() };
    }
    default:
      return { type: type as Other, ...fixed, data: r.copy(4) };
  }
}

/**
 * The ICMP header at `offset`, or undefined when the bytes end within it: before the third time, of
 * ICMP_TIMESTAMP and its reply.
 */
export function decodeIcmphdr(bytes: Buf, offset = 0): Icmphdr | undefined {
  const r = headerAt(bytes, offset, SIZE);
  if (r === undefined) return undefined;
  const type = r.u8();
  const fixed = { code: r.u8(), checksum: r.be16(), length: lengthOf(type) };
  return fixed.length <= r.end ? decodeType(type, fixed, r) : undefined;
}

/** What follows the checksum, of a header that is given by its fields. */
function encodeType(type: number, f: Fields): Uint8Array {
  const w = new Writer(lengthOf(type) - 4);
  switch (type) {
    case ICMP_ECHO:
    case ICMP_ECHOREPLY:
      return w.be16(f.uint(16, 'id', 0)).be16(f.uint(16, 'sequence', 0)).bytes;
    case ICMP_DEST_UNREACH:
      return w
        .skip(1)
        .u8(f.uint(8, 'quoted_words', 0))
        .be16(f.uint(16, 'mtu', 0)).bytes;
    case ICMP_REDIRECT:
      return w.copy(f.ipv4('gateway', '0.0.0.0')).bytes;
    case ICMP_TIME_EXCEEDED:
      return w.skip(1).u8(f.uint(8, 'quoted_words', 0)).bytes;
    case ICMP_PARAMETERPROB:
      return w.u8(f.uint(8, 'pointer', 0)).u8(f.uint(8, 'quoted_words', 0)).bytes;
    case ICMP_TIMESTAMP:
    case ICMP_TIMESTAMPREPLY:
      return w
        .be16(f.uint(16, 'id', 0))
        .be16(f.uint(16, 'sequence', 0))
        .be32(f.uint(32, 'otime', 0))
        .be32(f.uint(32, 'rtime', 0))
        .be32(f.uint(32, 'ttime', 0)).bytes;
    default:
      return w.bytes;
  }
}

/**
 * The bytes of an ICMP header: 8, or 20 of ICMP_TIMESTAMP and its reply. `data` stand behind the
 * checksum in place of the fields.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeIcmphdr(header: IcmphdrInit): Uint8Array {
  const f = new Fields(header);
  const type = f.uint(8, 'type');
  const fixed = new Writer(4)
    .u8(type)
    .u8(f.uint(8, 'code', 0))
    .be16(f.uint(16, 'checksum', 0)).bytes;
  return concat([fixed, f.has('data') ? f.bytes('data', 4, 4) : encodeType(type, f)]);
}
