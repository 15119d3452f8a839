/** Controller area networks: protocols, identifiers, and the options of level SOL_CAN_RAW. */
import { can_filters, can_raw_vcid_options } from './can_raw.js';
import { bool, type OptionTable, uint } from './option.js';

/** Protocol: frames as they are, SOCK_RAW. */
export const CAN_RAW = 1;
/** Protocol: the kernel sends and filters by itself, SOCK_DGRAM. */
export const CAN_BCM = 2;
/** Protocol: VAG transport protocol 1.6; not in the kernel. */
export const CAN_TP16 = 3;
/** Protocol: VAG transport protocol 2.0; not in the kernel. */
export const CAN_TP20 = 4;
/** Protocol: Bosch MCNet; not in the kernel. */
export const CAN_MCNET = 5;
/** Protocol: ISO 15765-2: messages of many frames, SOCK_DGRAM. Linux 5.10. */
export const CAN_ISOTP = 6;
/** Protocol: SAE J1939, of trucks and ships, SOCK_DGRAM. Linux 5.4. */
export const CAN_J1939 = 7;

/** In an identifier: it has 29 bits, not 11. */
export const CAN_EFF_FLAG = 0x80000000;
/** In an identifier: a request for a frame. */
export const CAN_RTR_FLAG = 0x40000000;
/** In an identifier: an error of the bus. */
export const CAN_ERR_FLAG = 0x20000000;
/** The bits of an identifier of 11 bits. */
export const CAN_SFF_MASK = 0x7ff;
/** The bits of an identifier of 29 bits. */
export const CAN_EFF_MASK = 0x1fffffff;
/** The bits of an identifier that say which error it is. */
export const CAN_ERR_MASK = 0x1fffffff;
/** In the identifier of a filter: what does not match. */
export const CAN_INV_FILTER = 0x20000000;
/** A `struct can_frame`. Bytes. */
export const CAN_MTU = 16;
/** A `struct canfd_frame`. Bytes. Linux 3.6. */
export const CANFD_MTU = 72;

/** CAN_J1939: the greatest address of one end. Linux 5.4. */
export const J1939_MAX_UNICAST_ADDR = 0xfd;
/** CAN_J1939: the address of who has none yet. Linux 5.4. */
export const J1939_IDLE_ADDR = 0xfe;
/** CAN_J1939: no address; to send to, all. Linux 5.4. */
export const J1939_NO_ADDR = 0xff;
/** CAN_J1939: no name. Linux 5.4. */
export const J1939_NO_NAME = 0n;
/** CAN_J1939: the greatest parameter group. Linux 5.4. */
export const J1939_PGN_MAX = 0x3ffff;
/** CAN_J1939: no parameter group. Linux 5.4. */
export const J1939_NO_PGN = 0x40000;

/** What is received: frames that match one of these. can_filter[]; none receives nothing. */
export const CAN_RAW_FILTER = 1;
/** Which errors of the bus are received. uint, bits of CAN_ERR_MASK; 0 is none. */
export const CAN_RAW_ERR_FILTER = 2;
/** Other sockets of this machine hear what is sent. bool; true at first. */
export const CAN_RAW_LOOPBACK = 3;
/** This socket hears what it sends, too. bool. */
export const CAN_RAW_RECV_OWN_MSGS = 4;
/** Frames of CAN FD as well. bool. Linux 3.6. */
export const CAN_RAW_FD_FRAMES = 5;
/** A frame has to match all filters, not one of them. bool. Linux 4.1. */
export const CAN_RAW_JOIN_FILTERS = 6;
/** Frames of CAN XL as well. bool. Linux 6.1. */
export const CAN_RAW_XL_FRAMES = 7;
/** The virtual networks of CAN XL. can_raw_vcid_options. Linux 6.9. */
export const CAN_RAW_XL_VCID_OPTS = 8;

/** can_raw_vcid_options: `tx_vcid` is put into what is sent. Linux 6.9. */
export const CAN_RAW_XL_VCID_TX_SET = 0x01;
/** can_raw_vcid_options: the number in what is sent is left as it is. Linux 6.9. */
export const CAN_RAW_XL_VCID_TX_PASS = 0x02;
/** can_raw_vcid_options: `rx_vcid` and its mask filter. Linux 6.9. */
export const CAN_RAW_XL_VCID_RX_FILTER = 0x04;

/** The kinds of the SOL_CAN_RAW options. */
export const canRawOptions = {
  [CAN_RAW_FILTER]: { name: 'CAN_RAW_FILTER', ...can_filters },
  [CAN_RAW_ERR_FILTER]: { name: 'CAN_RAW_ERR_FILTER', ...uint },
  [CAN_RAW_LOOPBACK]: { name: 'CAN_RAW_LOOPBACK', ...bool },
  [CAN_RAW_RECV_OWN_MSGS]: { name: 'CAN_RAW_RECV_OWN_MSGS', ...bool },
  [CAN_RAW_FD_FRAMES]: { name: 'CAN_RAW_FD_FRAMES', ...bool, since: '3.6' },
  [CAN_RAW_JOIN_FILTERS]: { name: 'CAN_RAW_JOIN_FILTERS', ...bool, since: '4.1' },
  [CAN_RAW_XL_FRAMES]: { name: 'CAN_RAW_XL_FRAMES', ...bool, since: '6.1' },
  [CAN_RAW_XL_VCID_OPTS]: {
    name: 'CAN_RAW_XL_VCID_OPTS',
    ...can_raw_vcid_options,
    since: '6.9',
  },
} as const satisfies OptionTable;
