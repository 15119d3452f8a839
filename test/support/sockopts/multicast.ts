/** The trials of the multicast options of both families, on loopback. */
import {
  IPPROTO_IP,
  IPPROTO_IPV6,
  inet_ntop,
  inet_pton,
  MCAST_BLOCK_SOURCE,
  MCAST_EXCLUDE,
  MCAST_INCLUDE,
  MCAST_JOIN_GROUP,
  MCAST_JOIN_SOURCE_GROUP,
  setsockopt,
} from '../../../lib/index.js';
import { filterOf, groups6, igmpGroups } from '../igmp.js';
import { lo, type Make, type Trial, udp, udp6 } from './make.js';

const { pid } = process;

/** One family. Other processes of this machine have their own groups. */
export interface Family {
  level: typeof IPPROTO_IP | typeof IPPROTO_IPV6;
  make: Make;
  group: string;
  sources: readonly [string, string];
  joined: () => string[];
}

export const ipv4: Family = {
  level: IPPROTO_IP,
  make: udp,
  group: `239.${(pid >> 16) & 255}.${(pid >> 8) & 255}.${pid & 255}`,
  sources: ['127.0.0.9', '192.0.2.1'],
  joined: () => igmpGroups(lo),
};

export const ipv6: Family = {
  level: IPPROTO_IPV6,
  make: udp6,
  group: `ff05::${(pid >> 16).toString(16)}:${(pid & 0xffff).toString(16)}`.replace(':0:', ':'),
  sources: ['2001:db8::1', '2001:db8::2'],
  joined: () => groups6(lo),
};

/** Gives back what was set, if `isSeen`. */
const when =
  (isSeen: () => boolean) =>
  (value: unknown): unknown =>
    isSeen() ? value : 'not to be seen in /proc/net';

/** Set only; `isSeen` looks in /proc/net for what it did. */
export const seen = (on: Make, value: unknown, isSeen: () => boolean): Trial => ({
  writeonly: true,
  on,
  set: [value],
  reads: when(isSeen),
});

export const isJoined = ({ joined, group }: Family) => joined().includes(group);
const wanted = ({ group }: Family) => filterOf(lo, group).include;
const unwanted = ({ group }: Family) => filterOf(lo, group).exclude;

const inGroup = ({ level, make, group }: Family): Make => {
  return () => {
    const fd = make();
    setsockopt(fd, level, MCAST_JOIN_GROUP, { interface: lo, group });
    return fd;
  };
};

const withoutSource = (family: Family): Make => {
  return () => {
    const fd = inGroup(family)();
    const { level, group, sources } = family;
    const value = { interface: lo, group, source: sources[0] };
    setsockopt(fd, level, MCAST_BLOCK_SOURCE, value);
    return fd;
  };
};

const withOnlySource = ({ level, make, group, sources }: Family): Make => {
  return () => {
    const fd = make();
    const value = { interface: lo, group, source: sources[0] };
    setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, value);
    return fd;
  };
};

/** The trials of joining, leaving and of sources, of which there may be names for the first two only. */
export function membership(
  family: Family,
  names: readonly string[],
  group: unknown,
  source: unknown,
): Record<string, Trial> {
  const [join, leave, block, unblock, joinSource, leaveSource] = names;
  const [first] = family.sources;
  const trials: [string | undefined, Trial][] = [
    [join, seen(family.make, group, () => isJoined(family))],
    [leave, seen(inGroup(family), group, () => !isJoined(family))],
    [block, seen(inGroup(family), source, () => unwanted(family).includes(first))],
    [unblock, seen(withoutSource(family), source, () => unwanted(family).length === 0)],
    [joinSource, seen(family.make, source, () => wanted(family).includes(first))],
    [leaveSource, seen(withOnlySource(family), source, () => wanted(family).length === 0)],
  ];
  return Object.fromEntries(trials.filter(([name]) => name !== undefined));
}

/** A sockaddr_storage, written without the package's codecs. */
function storage(text: string): Buffer {
  const bytes = Buffer.alloc(128);
  const af = text.includes(':') ? 10 : 2;
  bytes.writeUInt16LE(af);
  bytes.set(inet_pton(af, text), af === 2 ? 4 : 8);
  return bytes;
}

function address(bytes: Buffer): string {
  const af = bytes.readUInt16LE();
  return inet_ntop(af, bytes.subarray(af === 2 ? 4 : 8));
}

/** struct group_filter: linux/in.h. */
function groupFilter(bytes: Buffer): unknown {
  const numsrc = bytes.readUInt32LE(140);
  return {
    interface: bytes.readUInt32LE(0),
    group: address(bytes.subarray(8)),
    fmode: bytes.readUInt32LE(136),
    numsrc,
    slist: Array.from({ length: numsrc }, (_, i) => address(bytes.subarray(144 + 128 * i))),
  };
}

const counted = (value: unknown): unknown => {
  const filter = value as { slist: readonly string[] };
  return { ...filter, numsrc: filter.slist.length };
};

/** The trials of MCAST_*, which are options of both levels. */
export function mcastTrials(family: Family): Record<string, Trial> {
  const { group, sources } = family;
  const names = ['JOIN_GROUP', 'LEAVE_GROUP', 'BLOCK_SOURCE', 'UNBLOCK_SOURCE'];
  names.push('JOIN_SOURCE_GROUP', 'LEAVE_SOURCE_GROUP');
  const of = { interface: lo, group };
  const ask = Buffer.alloc(144);
  ask.writeUInt32LE(lo);
  storage(group).copy(ask, 8);
  // Room for four sources.
  ask.writeUInt32LE(4, 140);
  return {
    ...membership(
      family,
      names.map((name) => `MCAST_${name}`),
      of,
      { ...of, source: sources[0] },
    ),
    MCAST_MSFILTER: {
      on: inGroup(family),
      ask: { value: of, bytes: ask },
      size: 144 + 4 * 128,
      decode: groupFilter,
      set: [
        { ...of, fmode: MCAST_EXCLUDE, slist: [sources[1]] },
        { ...of, fmode: MCAST_INCLUDE, slist: [...sources] },
        { ...of, fmode: MCAST_EXCLUDE, slist: [] },
      ],
      reads: counted,
    },
  };
}

/** struct ip_msfilter: linux/in.h. */
function msfilter(bytes: Buffer): unknown {
  const numsrc = bytes.readUInt32LE(12);
  const at = (offset: number): string => inet_ntop(2, bytes.subarray(offset));
  return {
    multiaddr: at(0),
    interface: at(4),
    fmode: bytes.readUInt32LE(8),
    numsrc,
    slist: Array.from({ length: numsrc }, (_, i) => at(16 + 4 * i)),
  };
}

/** The trial of IP_MSFILTER. */
export function msfilterTrial(): Trial {
  const { group, sources } = ipv4;
  const of = { multiaddr: group, interface: '127.0.0.1' };
  const ask = Buffer.concat([inet_pton(2, group), inet_pton(2, '127.0.0.1'), Buffer.alloc(8)]);
  ask.writeUInt32LE(4, 12);
  return {
    on: inGroup(ipv4),
    ask: { value: of, bytes: ask },
    size: 32,
    decode: msfilter,
    set: [
      { ...of, fmode: MCAST_EXCLUDE, slist: [sources[1]] },
      { ...of, fmode: MCAST_INCLUDE, slist: [...sources] },
      { ...of, fmode: MCAST_EXCLUDE, slist: [] },
    ],
    reads: counted,
  };
}
