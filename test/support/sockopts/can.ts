/** The trials of the SOL_CAN_RAW options. */
import { AF_CAN, CAN_RAW, SOCK_RAW } from '../../../lib/index.js';
import { open } from '../sockets.js';
import type { Make, Trial } from './make.js';
import { bool as anyBool, set } from './make.js';

export const canRaw: Make = () => open(AF_CAN, SOCK_RAW, CAN_RAW);

const lacking = ['EAFNOSUPPORT', 'this kernel has no AF_CAN'] as const;
const bool: Trial = { ...anyBool, lacking };

/** struct can_filter, linux/can.h: two words each. */
const filters = (bytes: Buffer): unknown =>
  Array.from({ length: bytes.length / 8 }, (_, i) => {
    return { id: bytes.readUInt32LE(8 * i), mask: bytes.readUInt32LE(8 * i + 4) };
  });

const two = [
  { id: 0x123, mask: 0x7ff },
  { id: 0xa000_0000, mask: 0xc000_07ff },
];

export const canRawTrials: Record<string, Trial> = {
  CAN_RAW_FILTER: { lacking, set: [two, two.slice(1), []], decode: filters },
  CAN_RAW_ERR_FILTER: { ...set(0x1ff, 0x1fff_ffff, 0), lacking },
  CAN_RAW_LOOPBACK: bool,
  CAN_RAW_RECV_OWN_MSGS: bool,
  CAN_RAW_FD_FRAMES: bool,
  CAN_RAW_JOIN_FILTERS: bool,
  CAN_RAW_XL_FRAMES: bool,
  CAN_RAW_XL_VCID_OPTS: {
    lacking,
    set: [{ flags: 5, tx_vcid: 1, rx_vcid: 2, rx_vcid_mask: 0xff }],
    size: 4,
    decode: ([flags, tx_vcid, rx_vcid, rx_vcid_mask]) => {
      return { flags, tx_vcid, rx_vcid, rx_vcid_mask };
    },
  },
};
