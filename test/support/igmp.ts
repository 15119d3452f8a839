/** What /proc/net says of multicast: who is in which group, and which sources are filtered. */
import { readFileSync } from 'node:fs';
import { inet_ntop } from '../../lib/index.js';

/** A source of a group: how many sockets want it only, and how many do not want it. */
export interface ProcFilter {
  ifindex: number;
  group: string;
  source: string;
  include: number;
  exclude: number;
}

const table = (name: string): string => readFileSync(`/proc/net/${name}`, 'latin1');
const fieldsOf = (line: string): string[] => line.trim().split(/\s+/);
const ipv6 = (hex: string): string => inet_ntop(10, Buffer.from(hex, 'hex'));

/** 0xef010203 is 239.1.2.3; /proc/net/igmp has the same bytes as a word of this machine. */
function ipv4(hex: string): string {
  return [...Buffer.from(hex.replace(/^0x/, ''), 'hex')].join('.');
}

/** The groups of an interface, as /proc/net/igmp has them: lines below that of the interface. */
export function igmpGroups(ifindex: number, text = table('igmp')): string[] {
  const [, ...lines] = text.trimEnd().split('\n');
  let at = 0;
  return lines.flatMap((line) => {
    const [first = ''] = fieldsOf(line);
    if (!line.startsWith('\t')) at = Number(first);
    const isGroup = line.startsWith('\t') && at === ifindex;
    return isGroup ? [ipv4(first).split('.').reverse().join('.')] : [];
  });
}

/** The groups of an interface, of a table of IPv6: /proc/net/igmp6 or /proc/net/anycast6. */
export function groups6(ifindex: number, text = table('igmp6')): string[] {
  const rows = text.trimEnd().split('\n').map(fieldsOf);
  return rows.flatMap(([index, , hex = '']) => (Number(index) === ifindex ? [ipv6(hex)] : []));
}

/** The rows of /proc/net/mcfilter or /proc/net/mcfilter6. */
export function filters(text: string): ProcFilter[] {
  const [, ...lines] = text.trimEnd().split('\n');
  return lines.map((line) => {
    const [ifindex, , group = '', source = '', include, exclude] = fieldsOf(line);
    const address = group.startsWith('0x') ? ipv4 : ipv6;
    return {
      ifindex: Number(ifindex),
      group: address(group),
      source: address(source),
      include: Number(include),
      exclude: Number(exclude),
    };
  });
}

/** The filtered sources of a group on an interface: those wanted, and those not. */
export function filterOf(ifindex: number, group: string): { include: string[]; exclude: string[] } {
  const name = group.includes(':') ? 'mcfilter6' : 'mcfilter';
  const rows = filters(table(name)).filter((row) => {
    return row.ifindex === ifindex && row.group === group;
  });
  const of = (key: 'include' | 'exclude'): string[] =>
    rows.filter((row) => row[key] > 0).map(({ source }) => source);
  return { include: of('include'), exclude: of('exclude') };
}
