/** The addresses that have a codec of their own. */
import { CAN_ISOTP, CAN_J1939, CAN_RAW } from '../../lib/structs/can.js';
import {
  AF_ALG,
  AF_BLUETOOTH,
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_IUCV,
  AF_NFC,
  AF_PPPOX,
  AF_QIPCRTR,
  AF_TIPC,
  AF_XDP,
} from '../../lib/structs/family.js';
import { decodeSockaddr, encodeSockaddr } from '../../lib/structs/sockaddr.js';
import { decodeSockaddrAlg, encodeSockaddrAlg } from '../../lib/structs/sockaddr_alg.js';
import * as bluetooth from '../../lib/structs/sockaddr_bluetooth.js';
import { decodeSockaddrCan, encodeSockaddrCan } from '../../lib/structs/sockaddr_can.js';
import { decodeSockaddrIucv, encodeSockaddrIucv } from '../../lib/structs/sockaddr_iucv.js';
import * as l2tp from '../../lib/structs/sockaddr_l2tpip.js';
import * as nfc from '../../lib/structs/sockaddr_nfc.js';
import { decodeSockaddrPppox, encodeSockaddrPppox } from '../../lib/structs/sockaddr_pppox.js';
import { decodeSockaddrQrtr, encodeSockaddrQrtr } from '../../lib/structs/sockaddr_qrtr.js';
import { decodeSockaddrTipc, encodeSockaddrTipc } from '../../lib/structs/sockaddr_tipc.js';
import { decodeSockaddrXdp, encodeSockaddrXdp } from '../../lib/structs/sockaddr_xdp.js';
import { hexOf, type Target } from './oracle.js';

interface Shape {
  readonly name: string;
  readonly family: number;
  /** Of the structure in C. */
  readonly size: number;
  readonly decode: (bytes: Uint8Array) => object | undefined;
  readonly encode: (addr: never) => Uint8Array;
  /** The bytes that tell a kind or a length. */
  readonly lies?: Target['lies'];
  /** Whether a SockAddr can hold all of it. */
  readonly fits?: boolean;
  /** Whether a name may fill its room, which leaves none for the NUL that is written. */
  readonly fills?: boolean;
}

/** What is decoded from bytes, and from what a call made of them, is the same. */
function otherFormFault({ decode }: Shape, bytes: Uint8Array): string | undefined {
  const other = encodeSockaddr(decodeSockaddr(bytes));
  const [first, second] = [bytes, other].map((each) => JSON.stringify(decode(each), replacer));
  return first === second ? undefined : `is decoded otherwise from ${hexOf(other)}`;
}

const replacer = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

function target(shape: Shape): Target {
  const { name, family, size, decode, encode, lies = [], fits = true, fills = false } = shape;
  const told = [[0, [family]] as const, [1, [0]] as const, ...lies];
  return {
    name: `sockaddr-${name.toLowerCase()}`,
    covers: [
      ...['decodeSockaddr', 'encodeSockaddr'].map((each) => `${each}${name.split('-')[0]}`),
      // What they read names with.
      ...['decodeName', 'decodeCString'],
    ],
    decode,
    encode,
    mayRefuse: fills,
    wrong: (decoded: never, bytes) =>
      fits && decoded !== undefined ? otherFormFault(shape, bytes) : undefined,
    make: (random) => {
      const bytes = random.bytes(random.pick([size, size, size + random.below(16), size - 1, 8]));
      for (const [at, values] of told) {
        if (random.below(16) > 0) bytes.fill(random.pick(values), at, at + 1);
      }
      return bytes;
    },
    lies: told,
  };
}

const shapes: readonly Shape[] = [
  {
    name: 'Alg',
    family: AF_ALG,
    size: 88,
    decode: decodeSockaddrAlg,
    encode: encodeSockaddrAlg,
    fills: true,
  },
  ...[CAN_RAW, CAN_ISOTP, CAN_J1939].map((protocol) => ({
    name: `Can-${protocol}`,
    family: AF_CAN,
    size: 24,
    decode: (bytes: Uint8Array) => decodeSockaddrCan(bytes, protocol as number),
    encode: encodeSockaddrCan,
  })),
  {
    name: 'Xdp',
    family: AF_XDP,
    size: 16,
    decode: decodeSockaddrXdp,
    encode: encodeSockaddrXdp,
  },
  {
    name: 'Tipc',
    family: AF_TIPC,
    size: 16,
    decode: decodeSockaddrTipc,
    encode: encodeSockaddrTipc,
    lies: [[2, [0, 1, 2, 3, 4, 255]]],
  },
  {
    name: 'Qrtr',
    family: AF_QIPCRTR,
    size: 12,
    decode: decodeSockaddrQrtr,
    encode: encodeSockaddrQrtr,
  },
  {
    name: 'L2',
    family: AF_BLUETOOTH,
    size: 14,
    decode: bluetooth.decodeSockaddrL2,
    encode: bluetooth.encodeSockaddrL2,
  },
  {
    name: 'Rc',
    family: AF_BLUETOOTH,
    size: 10,
    decode: bluetooth.decodeSockaddrRc,
    encode: bluetooth.encodeSockaddrRc,
  },
  {
    name: 'Hci',
    family: AF_BLUETOOTH,
    size: 6,
    decode: bluetooth.decodeSockaddrHci,
    encode: bluetooth.encodeSockaddrHci,
  },
  {
    name: 'Sco',
    family: AF_BLUETOOTH,
    size: 8,
    decode: bluetooth.decodeSockaddrSco,
    encode: bluetooth.encodeSockaddrSco,
  },
  {
    name: 'Pppox',
    family: AF_PPPOX,
    size: 30,
    decode: decodeSockaddrPppox,
    encode: encodeSockaddrPppox,
    fills: true,
    lies: [[2, [0, 1, 2, 3]], ...[3, 4, 5].map((at) => [at, [0, 1]] as const)],
  },
  {
    name: 'L2tpip',
    family: AF_INET,
    size: 16,
    decode: l2tp.decodeSockaddrL2tpip,
    encode: l2tp.encodeSockaddrL2tpip,
    fits: false,
  },
  {
    name: 'L2tpip6',
    family: AF_INET6,
    size: 32,
    decode: l2tp.decodeSockaddrL2tpip6,
    encode: l2tp.encodeSockaddrL2tpip6,
    fits: false,
  },
  {
    name: 'Iucv',
    family: AF_IUCV,
    size: 32,
    decode: decodeSockaddrIucv,
    encode: encodeSockaddrIucv,
  },
  {
    name: 'Nfc',
    family: AF_NFC,
    size: 16,
    decode: nfc.decodeSockaddrNfc,
    encode: nfc.encodeSockaddrNfc,
  },
  {
    name: 'NfcLlcp',
    family: AF_NFC,
    size: 96,
    decode: nfc.decodeSockaddrNfcLlcp,
    encode: nfc.encodeSockaddrNfcLlcp,
    lies: [
      [88, [0, 1, 62, 63, 64, 255]],
      ...[89, 90, 91, 92, 93, 94, 95].map((at) => [at, [0, 0, 0, 0, 1]] as const),
    ],
  },
];

export const addressTargets: readonly Target[] = shapes.map(target);
