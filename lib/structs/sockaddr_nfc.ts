/** The addresses of near-field communication, linux/nfc.h. AF_NFC. */
import { type Reader, Writer } from '../kernel/bytes.js';
import { AF_NFC } from './family.js';
import { Fields } from './header.js';
import { decodeName, nameBytes, type SockAddrLike } from './sockaddr.js';
import { fieldsOf } from './sockaddr_fields.js';

/** Protocol: frames of a target, SOCK_SEQPACKET, and of the controller, SOCK_RAW. Linux 3.1. */
export const NFC_SOCKPROTO_RAW = 0;
/** Protocol: peer to peer, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW. Linux 3.3. */
export const NFC_SOCKPROTO_LLCP = 1;

/** nfc_protocol: Jewel, Topaz: tags of type 1. Linux 3.1. */
export const NFC_PROTO_JEWEL = 1;
/** nfc_protocol: MIFARE: tags of type 2. Linux 3.1. */
export const NFC_PROTO_MIFARE = 2;
/** nfc_protocol: FeliCa: tags of type 3. Linux 3.1. */
export const NFC_PROTO_FELICA = 3;
/** nfc_protocol: ISO 14443-4 A: tags of type 4. Linux 3.1. */
export const NFC_PROTO_ISO14443 = 4;
/** nfc_protocol: peer to peer, as LLCP needs it. Linux 3.1. */
export const NFC_PROTO_NFC_DEP = 5;
/** nfc_protocol: ISO 14443-4 B: tags of type 4. Linux 3.6. */
export const NFC_PROTO_ISO14443_B = 6;
/** nfc_protocol: ISO 15693: tags of type 5. Linux 3.15. */
export const NFC_PROTO_ISO15693 = 7;

/** The longest service name. Bytes. Linux 3.3. */
export const NFC_LLCP_MAX_SERVICE_NAME = 63;

/** sockaddr_nfc: a target that a controller has found. */
export interface SockAddrNfc {
  /** dev_idx: the controller. */
  dev_idx: number;
  /** target_idx: the target. */
  target_idx: number;
  /** nfc_protocol: NFC_PROTO_*. */
  nfc_protocol: number;
}

/** sockaddr_nfc_llcp: a service of the other end. */
export interface SockAddrNfcLlcp extends SockAddrNfc {
  /** dsap: the access point of the other end; 0 when it is looked for by name. */
  dsap: number;
  /** ssap: the access point of this end. */
  ssap: number;
  /** service_name: `'urn:nfc:sn:snep'`; bytes when it is not UTF-8. */
  service_name: string | Uint8Array;
}

/** What a `struct sockaddr_nfc_llcp` is made from. */
export interface SockAddrNfcLlcpInit extends SockAddrNfc {
  /** dsap: 0 by default. */
  dsap?: number;
  /** ssap: 0 by default. */
  ssap?: number;
  /** service_name: at most 63 bytes; none by default. */
  service_name?: string | Uint8Array;
}

const SIZE = 16;
/** Where service_name_len is, and what is with it. */
const NAME_LENGTH = 88;
const LLCP_SIZE = 96;

const begin = (w: Writer, f: Fields): Writer =>
  w
    .u16(AF_NFC)
    .u32(f.uint(32, 'dev_idx'))
    .u32(f.uint(32, 'target_idx'))
    .u32(f.uint(32, 'nfc_protocol'));

const target = (r: Reader): SockAddrNfc => {
  return { dev_idx: r.u32(), target_idx: r.u32(), nfc_protocol: r.u32() };
};

/**
 * The bytes of an address of NFC_SOCKPROTO_RAW.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrNfc(addr: SockAddrNfc): Uint8Array {
  return begin(new Writer(SIZE), new Fields(addr, 'addr')).bytes;
}

/** The address of AF_NFC; undefined when it is of another family, or too short. */
export function decodeSockaddrNfc(addr: SockAddrLike): SockAddrNfc | undefined {
  const r = fieldsOf(addr, AF_NFC, SIZE);
  return r === undefined ? undefined : target(r);
}

/**
 * The bytes of an address of NFC_SOCKPROTO_LLCP.
 *
 * @throws TypeError, RangeError for a field that is none
 */
export function encodeSockaddrNfcLlcp(addr: SockAddrNfcLlcpInit): Uint8Array {
  const f = new Fields(addr, 'addr');
  const field = 'service_name';
  const name = nameBytes(f.get(field, ''), f.called(field), NFC_LLCP_MAX_SERVICE_NAME);
  return begin(new Writer(LLCP_SIZE), f)
    .u8(f.uint(8, 'dsap', 0))
    .u8(f.uint(8, 'ssap', 0))
    .copy(name)
    .skip(NFC_LLCP_MAX_SERVICE_NAME - name.byteLength)
    .u64(BigInt(name.byteLength)).bytes;
}

/**
 * The address of NFC_SOCKPROTO_LLCP; undefined when it is of another family, too short, or says
 * that its name is longer than it can be.
 */
export function decodeSockaddrNfcLlcp(addr: SockAddrLike): SockAddrNfcLlcp | undefined {
  const r = fieldsOf(addr, AF_NFC, LLCP_SIZE);
  if (r === undefined) return undefined;
  const length = r.count64At(NAME_LENGTH);
  if (length > NFC_LLCP_MAX_SERVICE_NAME) return undefined;
  const fixed = { ...target(r), dsap: r.u8(), ssap: r.u8() };
  return { ...fixed, service_name: decodeName(r.copy(length)) };
}
