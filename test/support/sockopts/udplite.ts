/** The trials of the IPPROTO_UDPLITE options. */
import { AF_INET, AF_INET6, IPPROTO_UDPLITE, SOCK_DGRAM } from '../../../lib/index.js';
import { open } from '../sockets.js';
import type { Make, Trial } from './make.js';
import { udpTrials } from './udp.js';

export const udplite: Make = () => open(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
const udplite6: Make = () => open(AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE);

/** udplite(7): at least the header of 8 bytes, and no more than 16 bits. */
function coverage(value: unknown): number {
  const length = value as number;
  return length === 0 ? 0 : Math.min(Math.max(length, 8), 65_535);
}

const lacking = ['EPROTONOSUPPORT', 'no UDP-Lite since Linux 7.1'] as const;

export const udpliteTrials: Record<string, Trial> = {
  // udplite(7): the options of UDP are valid here.
  ...Object.fromEntries(
    Object.entries(udpTrials).map(([name, trial]) => {
      return [name, { ...trial, on: trial.on === undefined ? udplite : udplite6, lacking }];
    }),
  ),
  UDPLITE_SEND_CSCOV: { set: [8, 100, 65_535, 0, 1, 70_000], reads: coverage, lacking },
  UDPLITE_RECV_CSCOV: { set: [8, 100, 65_535, 0, 7, 65_536], reads: coverage, lacking },
};
