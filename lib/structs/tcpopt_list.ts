/** The list of options of a TCP header: its codec. */
import { Reader, Writer } from '../kernel/bytes.js';
import { typeError } from '../kernel/validate.js';
import { concat, type Fields } from './header.js';
import {
  TCPOPT_AO,
  TCPOPT_EOL,
  TCPOPT_EXP,
  TCPOPT_FASTOPEN,
  TCPOPT_FASTOPEN_MAGIC,
  TCPOPT_MAXSEG,
  TCPOPT_MD5SIG,
  TCPOPT_MPTCP,
  TCPOPT_NOP,
  TCPOPT_SACK,
  TCPOPT_SACK_PERMITTED,
  TCPOPT_TIMESTAMP,
  TCPOPT_WINDOW,
  type TcpOption,
  type TcpSackBlock,
} from './tcpopt.js';

/** The fields of an option that has the length of its kind; `r` begins behind that length. */
function decodeKnown(kind: number, length: number, r: Reader): TcpOption | undefined {
  const size = length - 2;
  switch (kind) {
    case TCPOPT_MAXSEG:
      return size === 2 ? { kind, mss: r.be16() } : undefined;
    case TCPOPT_WINDOW:
      return size === 1 ? { kind, shift: r.u8() } : undefined;
    case TCPOPT_SACK_PERMITTED:
      return size === 0 ? { kind } : undefined;
    case TCPOPT_SACK: {
      const block = (): TcpSackBlock => ({ start_seq: r.be32(), end_seq: r.be32() });
      return size % 8 === 0 ? { kind, blocks: Array.from({ length: size / 8 }, block) } : undefined;
    }
    case TCPOPT_TIMESTAMP:
      return size === 8 ? { kind, tsval: r.be32(), tsecr: r.be32() } : undefined;
    case TCPOPT_MD5SIG:
      return size === 16 ? { kind, digest: r.copy(size) } : undefined;
    case TCPOPT_AO:
      if (size < 2) return undefined;
      return { kind, keyid: r.u8(), rnext_keyid: r.u8(), mac: r.copy(size - 2) };
    case TCPOPT_MPTCP:
      if (size < 1) return undefined;
      // From the low end, where the flags are.
      return { kind, flags: r.bits(4), subtype: r.bits(4), data: r.copy(size - 1) };
    case TCPOPT_FASTOPEN:
      return { kind, cookie: r.copy(size) };
    case TCPOPT_EXP:
      if (size < 2 || r.view.getUint16(0) !== TCPOPT_FASTOPEN_MAGIC) return undefined;
      return { kind, magic: r.be16(), cookie: r.copy(size - 2) };
    default:
      return undefined;
  }
}

/** The options in these bytes, and what follows the last that could be read. */
export function decodeOptions(bytes: Uint8Array): { options: TcpOption[]; rest: Uint8Array } {
  const options: TcpOption[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    const [kind = 0, length = 0] = bytes.subarray(at, at + 2);
    if (kind === TCPOPT_EOL || kind === TCPOPT_NOP) {
      options.push({ kind });
      at++;
      if (kind === TCPOPT_EOL) break;
      continue;
    }
    if (length < 2 || at + length > bytes.byteLength) break;
    const data = bytes.slice(at + 2, at + length);
    options.push(decodeKnown(kind, length, new Reader(data)) ?? { kind, data });
    at += length;
  }
  return { options, rest: bytes.slice(at) };
}

/** The most that an option holds behind its length. Bytes. */
const MAX = 38;

const be16 = (value: number): Uint8Array => new Writer(2).be16(value).bytes;

/** What stands behind the length of an option that is given by its fields. */
function encodeKnown(kind: number, f: Fields): Uint8Array[] {
  switch (kind) {
    case TCPOPT_MAXSEG:
      return [be16(f.uint(16, 'mss'))];
    case TCPOPT_WINDOW:
      return [Uint8Array.of(f.uint(8, 'shift'))];
    case TCPOPT_SACK_PERMITTED:
      return [];
    case TCPOPT_SACK:
      return f.list('blocks').flatMap((block) => [block.be32('start_seq'), block.be32('end_seq')]);
    case TCPOPT_TIMESTAMP:
      return [f.be32('tsval'), f.be32('tsecr')];
    case TCPOPT_MD5SIG:
      return [f.bytes('digest', 16, 16)];
    case TCPOPT_AO:
      return [Uint8Array.of(f.uint(8, 'keyid'), f.uint(8, 'rnext_keyid')), f.bytes('mac', MAX - 2)];
    case TCPOPT_MPTCP: {
      const first = (f.uint(4, 'subtype') << 4) | f.uint(4, 'flags', 0);
      return [Uint8Array.of(first), f.bytes('data', MAX - 1)];
    }
    case TCPOPT_FASTOPEN:
      return [f.bytes('cookie', MAX)];
    case TCPOPT_EXP:
      return [be16(f.uint(16, 'magic')), f.bytes('cookie', MAX - 2)];
    default:
      throw typeError(f.called('data'), 'must be a Uint8Array for this kind', undefined);
  }
}

function encodeOption(f: Fields): Uint8Array {
  const kind = f.uint(8, 'kind');
  if (kind === TCPOPT_EOL || kind === TCPOPT_NOP) return Uint8Array.of(kind);
  // Beside a subtype, the data of MPTCP are what follows it.
  const isRaw = f.has('data') && !f.has('subtype');
  const data = concat(isRaw ? [f.bytes('data', MAX)] : encodeKnown(kind, f));
  return concat([Uint8Array.of(kind, 2 + data.byteLength), data]);
}

/** The bytes of options. */
export function encodeOptions(options: readonly Fields[]): Uint8Array {
  return concat(options.map(encodeOption));
}
