/** The rows of packet(7), netlink(7), vsock(7), MPTCP and TLS. */
import { nl_pktinfo } from '../../lib/structs/nl_pktinfo.js';
import { tpacket_auxdata } from '../../lib/structs/packet.js';
import { type Codec, fields, option } from './abi-rows.js';

export const linkCodecs: readonly Codec[] = [
  {
    type: 'struct tpacket_auxdata',
    headers: ['linux/if_packet.h'],
    size: 20,
    decode: option(tpacket_auxdata),
    fields: fields('number', 'tp_', 'status len snaplen mac net vlan_tci vlan_tpid'),
  },
  {
    type: 'struct nl_pktinfo',
    headers: ['linux/netlink.h'],
    size: 4,
    decode: option(nl_pktinfo),
    fields: fields('number', '', 'group'),
  },
];
