/** The trials of the SOL_PACKET options. */
import * as sockfd from '../../../lib/index.js';
import {
  AF_PACKET,
  htons,
  SOCK_DGRAM,
  SOCK_RAW,
  SOL_PACKET,
  setsockopt,
} from '../../../lib/index.js';
import { open } from '../sockets.js';
import { bool, boolOn, type Make, set, setOn, type Trial } from './make.js';

/** A protocol for experiments: nobody sends it. IEEE 802, local experimental EtherType 1 */
const experiment = htons(0x88b5);

const rawPacket: Make = () => open(AF_PACKET, SOCK_RAW, 0);
/** It hears a protocol, as the members of a group must. */
const hearing: Make = () => open(AF_PACKET, SOCK_DGRAM, experiment);

const group = (type_flags: number): sockfd.FanoutArgs => ({ id: process.pid & 0xffff, type_flags });

function rollingOver(): number {
  const fd = hearing();
  const type_flags = sockfd.PACKET_FANOUT_LB | sockfd.PACKET_FANOUT_FLAG_ROLLOVER;
  setsockopt(fd, SOL_PACKET, sockfd.PACKET_FANOUT, group(type_flags));
  return fd;
}

export const packetTrials: Record<string, Trial> = {
  PACKET_STATISTICS: {
    size: 12,
    decode: (b) => ({ packets: b.readUInt32LE(0), drops: b.readUInt32LE(4) }),
  },
  PACKET_COPY_THRESH: {
    set: [1, 0],
    lacking: ['ENOPROTOOPT', 'it can be read since Linux 6.8'],
  },
  PACKET_AUXDATA: bool,
  PACKET_ORIGDEV: bool,
  PACKET_VERSION: set(sockfd.TPACKET_V2, sockfd.TPACKET_V3, sockfd.TPACKET_V1),
  // The reader has to name a layout, which the walk of the tables does not.
  PACKET_HDRLEN: { volatile: true },
  PACKET_RESERVE: set(64, 0),
  PACKET_LOSS: bool,
  PACKET_VNET_HDR: boolOn(rawPacket),
  // SOF_TIMESTAMPING_RAW_HARDWARE.
  PACKET_TIMESTAMP: set(64, 0),
  PACKET_FANOUT: {
    on: hearing,
    set: [group(sockfd.PACKET_FANOUT_RND | sockfd.PACKET_FANOUT_FLAG_DEFRAG)],
    size: 4,
    decode: (b) => ({ id: b.readUInt16LE(0), type_flags: b.readUInt16LE(2) }),
  },
  PACKET_TX_HAS_OFF: bool,
  PACKET_QDISC_BYPASS: bool,
  PACKET_ROLLOVER_STATS: {
    on: rollingOver,
    size: 24,
    decode: (b) => {
      const [all, huge, failed] = [0, 8, 16].map((at) => Number(b.readBigUInt64LE(at)));
      return { all, huge, failed };
    },
  },
  PACKET_IGNORE_OUTGOING: bool,
  PACKET_VNET_HDR_SZ: setOn(rawPacket, 10, 12, 0),
  // test/syscalls/packet.test.ts shows what these do.
  PACKET_ADD_MEMBERSHIP: { writeonly: true },
  PACKET_DROP_MEMBERSHIP: { writeonly: true },
  PACKET_RX_RING: { writeonly: true },
  PACKET_TX_RING: { writeonly: true },
  PACKET_FANOUT_DATA: { writeonly: true },
};
