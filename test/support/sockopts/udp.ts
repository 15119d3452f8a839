/** The trials of the IPPROTO_UDP options. */
import * as sockfd from '../../../lib/index.js';
import { bool, boolOn, set, type Trial, udp6 } from './make.js';

export const udpTrials: Record<string, Trial> = {
  UDP_CORK: bool,
  UDP_ENCAP: set(sockfd.UDP_ENCAP_L2TPINUDP),
  UDP_NO_CHECK6_TX: boolOn(udp6),
  UDP_NO_CHECK6_RX: boolOn(udp6),
  UDP_SEGMENT: set(1000, 0),
  UDP_GRO: bool,
};
