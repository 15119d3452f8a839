/**
 * Bluetooth in C. The kernel keeps these declarations in include/net/bluetooth/, which is no header of
 * programs; programs have them from BlueZ, as bluetooth/*.h. Where that is not installed they are
 * declared here, as the kernel has them.
 */

import {
  decodeSockaddrHci,
  decodeSockaddrL2,
  decodeSockaddrRc,
  decodeSockaddrSco,
  encodeSockaddrHci,
  encodeSockaddrL2,
  encodeSockaddrRc,
  encodeSockaddrSco,
} from '../../lib/structs/sockaddr_bluetooth.js';
import { type Codec, fields } from './abi-rows.js';

const headers = [
  ...['sys/socket.h', 'bluetooth/bluetooth.h', 'bluetooth/hci.h', 'bluetooth/l2cap.h'],
  ...['bluetooth/rfcomm.h', 'bluetooth/sco.h'],
];

/** `declaration`, unless BlueZ has the header. */
const unless = (header: string, declaration: string): string =>
  `#if !__has_include(<${header}>)\n${declaration}\n#endif\n`;

const enumOf = (values: Readonly<Record<string, number>>): string =>
  `enum { ${Object.entries(values)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')} };`;

export const bluetooth = {
  headers,
  constants:
    unless(
      'bluetooth/bluetooth.h',
      enumOf({
        ...{ BTPROTO_L2CAP: 0, BTPROTO_HCI: 1, BTPROTO_SCO: 2, BTPROTO_RFCOMM: 3, BTPROTO_BNEP: 4 },
        ...{ BTPROTO_CMTP: 5, BTPROTO_HIDP: 6, BTPROTO_AVDTP: 7, BTPROTO_ISO: 8 },
        ...{ SOL_HCI: 0, SOL_L2CAP: 6, SOL_SCO: 17, SOL_RFCOMM: 18 },
        ...{ BDADDR_BREDR: 0, BDADDR_LE_PUBLIC: 1, BDADDR_LE_RANDOM: 2 },
      }),
    ) +
    unless(
      'bluetooth/hci.h',
      enumOf({
        ...{ HCI_DEV_NONE: 0xffff, HCI_CHANNEL_RAW: 0, HCI_CHANNEL_USER: 1 },
        ...{ HCI_CHANNEL_MONITOR: 2, HCI_CHANNEL_CONTROL: 3, HCI_CHANNEL_LOGGING: 4 },
      }),
    ),
};

const bdaddr_t = unless(
  'bluetooth/bluetooth.h',
  'typedef struct { unsigned char b[6]; } __attribute__((packed)) bdaddr_t;',
);

/** The bytes of a bdaddr_t, of which the text begins with the last. */
const toBytes = (text: unknown): Uint8Array =>
  Uint8Array.from(String(text).split(':'), (byte) => Number.parseInt(byte, 16)).reverse();
const toText = (bytes: unknown): string =>
  Array.from(bytes as Uint8Array, (byte) => byte.toString(16).padStart(2, '0'))
    .reverse()
    .join(':');

type Address = { readonly bdaddr: string };
const any = { bdaddr: new Uint8Array(6) };
const plain = (addr: Address | undefined): object => ({ ...addr, bdaddr: toBytes(addr?.bdaddr) });

export const bluetoothCodecs: readonly Codec[] = [
  {
    type: 'struct sockaddr_l2',
    headers,
    declare:
      bdaddr_t +
      unless(
        'bluetooth/l2cap.h',
        `struct sockaddr_l2 {
  sa_family_t l2_family;
  unsigned short l2_psm;
  bdaddr_t l2_bdaddr;
  unsigned short l2_cid;
  unsigned char l2_bdaddr_type;
};`,
      ),
    base: 's.l2_family = AF_BLUETOOTH;',
    size: 14,
    decode: (bytes) => plain(decodeSockaddrL2(bytes)),
    encode: (v) => encodeSockaddrL2({ ...v, bdaddr: toText(v.bdaddr) }),
    values: any,
    fields: [
      ...fields('fixed', 'l2_', 'family'),
      ...fields('number', 'l2_', 'psm cid bdaddr_type'),
      ...fields('bytes', 'l2_', 'bdaddr'),
    ],
    // The last byte.
    missed: 8,
  },
  {
    type: 'struct sockaddr_rc',
    headers,
    declare:
      bdaddr_t +
      unless(
        'bluetooth/rfcomm.h',
        `struct sockaddr_rc {
  sa_family_t rc_family;
  bdaddr_t rc_bdaddr;
  unsigned char rc_channel;
};`,
      ),
    base: 's.rc_family = AF_BLUETOOTH;',
    size: 10,
    decode: (bytes) => plain(decodeSockaddrRc(bytes)),
    encode: (v) => encodeSockaddrRc({ ...v, bdaddr: toText(v.bdaddr) }),
    values: any,
    fields: [
      ...fields('fixed', 'rc_', 'family'),
      ...fields('bytes', 'rc_', 'bdaddr'),
      ...fields('number', 'rc_', 'channel'),
    ],
    missed: 8,
  },
  {
    type: 'struct sockaddr_hci',
    headers,
    declare: unless(
      'bluetooth/hci.h',
      `struct sockaddr_hci {
  sa_family_t hci_family;
  unsigned short hci_dev;
  unsigned short hci_channel;
};`,
    ),
    base: 's.hci_family = AF_BLUETOOTH;',
    size: 6,
    decode: (bytes) => ({ ...decodeSockaddrHci(bytes) }),
    encode: (v) => encodeSockaddrHci({ dev: 0, ...v }),
    fields: [...fields('fixed', 'hci_', 'family'), ...fields('number', 'hci_', 'dev channel')],
  },
  {
    type: 'struct sockaddr_sco',
    headers,
    declare:
      bdaddr_t +
      unless(
        'bluetooth/sco.h',
        'struct sockaddr_sco { sa_family_t sco_family; bdaddr_t sco_bdaddr; };',
      ),
    base: 's.sco_family = AF_BLUETOOTH;',
    size: 8,
    decode: (bytes) => plain(decodeSockaddrSco(bytes)),
    encode: (v) => encodeSockaddrSco({ bdaddr: toText(v.bdaddr) }),
    values: any,
    fields: [...fields('fixed', 'sco_', 'family'), ...fields('bytes', 'sco_', 'bdaddr')],
  },
];
