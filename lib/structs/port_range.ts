/** The ephemeral ports of a socket. ip(7) */
import { Writer } from '../kernel/bytes.js';
import { object, uint16, uint32 } from '../kernel/validate.js';
import { kind } from './option.js';

/** The value of IP_LOCAL_PORT_RANGE: which ports the kernel may choose from. */
export interface PortRange {
  /** The lowest; 0 is that of net.ipv4.ip_local_port_range. */
  low: number;
  /** The highest; 0 is that of net.ipv4.ip_local_port_range. */
  high: number;
}

/** A C unsigned, `low | high << 16`; it is set from that number too. */
export const port_range = kind<PortRange, PortRange | number>(
  4,
  (r) => ({ low: r.u16(), high: r.u16() }),
  (value) => {
    if (typeof value === 'number') return uint32(value, 'value');
    const { low, high } = object(value, 'value');
    return new Writer(4).u16(uint16(low, 'value.low')).u16(uint16(high, 'value.high')).bytes;
  },
);
