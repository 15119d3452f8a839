/**
 * The groups that a socket is in, and the sources that it hears: ip(7), ipv6(7), RFC 3678.
 *
 * Addresses are text. Those of a `struct sockaddr_storage` are IPv4 or IPv6 as the text is; their
 * port has no meaning, and is 0.
 */
import { type Reader, Writer } from '../kernel/bytes.js';
import { int32, object, rangeError, string, typeError, uint32 } from '../kernel/validate.js';
import { AF_INET, AF_INET6 } from './family.js';
import {
  formatIPv4,
  formatIPv6,
  ipv4At,
  ipv4Bytes,
  ipv6Bytes,
  parseIPv4,
  parseIPv6,
} from './inet.js';
import { asked, kind, request } from './option.js';

/** `struct ip_mreqn`, linux/in.h: IP_ADD_MEMBERSHIP and IP_DROP_MEMBERSHIP. */
export interface IpMreqn {
  /** imr_multiaddr: the group. */
  multiaddr: string;
  /** imr_address: a local address of the interface; absent leaves the choice to the routes. */
  address?: string;
  /** imr_ifindex: the interface, if not 0; then `address` has no meaning. */
  ifindex?: number;
}

/** `struct ip_mreq`, linux/in.h: the older form of `struct ip_mreqn`, which most programs use. */
export interface IpMreq {
  /** imr_multiaddr: the group. */
  multiaddr: string;
  /** imr_interface: a local address of the interface. */
  interface: string;
}

/** The interface of a `struct ip_mreqn`: IP_MULTICAST_IF. */
export interface IpMulticastIf {
  /** imr_address: a local address of the interface, which is what the option then reads as. */
  address?: string;
  /** imr_ifindex: the interface, if not 0; otherwise `address` tells it. */
  ifindex?: number;
}

/** `struct ip_mreq_source`, linux/in.h: IP_ADD_SOURCE_MEMBERSHIP, IP_BLOCK_SOURCE, … */
export interface IpMreqSource {
  /** imr_multiaddr: the group. */
  multiaddr: string;
  /** imr_interface: a local address of the interface; absent leaves the choice to the routes. */
  interface?: string;
  /** imr_sourceaddr: the source. */
  sourceaddr: string;
}

/** Which filter: what a reader of IP_MSFILTER says. */
export interface IpMsfilterOf {
  /** imsf_multiaddr: the group, which the socket must be in. */
  multiaddr: string;
  /** imsf_interface: a local address of the interface; absent leaves the choice to the routes. */
  interface?: string;
}

/** `struct ip_msfilter`, linux/in.h: what IP_MSFILTER is set to. */
export interface IpMsfilterInit extends IpMsfilterOf {
  /** imsf_fmode: MCAST_INCLUDE these sources only, or MCAST_EXCLUDE them. */
  fmode: number;
  /** imsf_slist: the sources; net.ipv4.igmp_max_msf limits how many. */
  slist: readonly string[];
}

/** `struct ip_msfilter`, linux/in.h: what IP_MSFILTER reads as. */
export interface IpMsfilter {
  /** imsf_multiaddr: the group. */
  multiaddr: string;
  /** imsf_interface: as it was asked for. */
  interface: string;
  /** imsf_fmode: MCAST_INCLUDE or MCAST_EXCLUDE. */
  fmode: number;
  /** imsf_numsrc: how many sources there are. */
  numsrc: number;
  /** imsf_slist: the sources, the first 1024 if there are more. */
  slist: string[];
}

/** `struct group_req`, linux/in.h: MCAST_JOIN_GROUP and MCAST_LEAVE_GROUP. */
export interface GroupReq {
  /** gr_interface: the interface's index; absent leaves the choice to the routes. */
  interface?: number;
  /** gr_group: the group, of the family of the level. */
  group: string;
}

/** `struct group_source_req`, linux/in.h: MCAST_JOIN_SOURCE_GROUP, MCAST_BLOCK_SOURCE, … */
export interface GroupSourceReq {
  /** gsr_interface: the interface's index; absent leaves the choice to the routes. */
  interface?: number;
  /** gsr_group: the group, of the family of the level. */
  group: string;
  /** gsr_source: the source, of the same family. */
  source: string;
}

/** Which filter: what a reader of MCAST_MSFILTER says. */
export interface GroupFilterOf {
  /** gf_interface: the index of the interface on which the socket is in the group. */
  interface: number;
  /** gf_group: the group, of the family of the level. */
  group: string;
}

/** `struct group_filter`, linux/in.h: what MCAST_MSFILTER is set to. */
export interface GroupFilterInit extends GroupFilterOf {
  /** gf_fmode: MCAST_INCLUDE these sources only, or MCAST_EXCLUDE them. */
  fmode: number;
  /** gf_slist: the sources; net.ipv4.igmp_max_msf or net.ipv6.mld_max_msf limits how many. */
  slist: readonly string[];
}

/** `struct group_filter`, linux/in.h: what MCAST_MSFILTER reads as. */
export interface GroupFilter {
  /** gf_interface: the interface's index. */
  interface: number;
  /** gf_group: the group. */
  group: string;
  /** gf_fmode: MCAST_INCLUDE or MCAST_EXCLUDE. */
  fmode: number;
  /** gf_numsrc: how many sources there are. */
  numsrc: number;
  /** gf_slist: the sources, the first 256 if there are more. */
  slist: string[];
}

/** `struct ipv6_mreq`, linux/in6.h: IPV6_ADD_MEMBERSHIP and IPV6_DROP_MEMBERSHIP. */
export interface Ipv6Mreq {
  /** ipv6mr_multiaddr: the group. */
  multiaddr: string;
  /** ipv6mr_ifindex: the interface; absent leaves the choice to the routes. */
  ifindex?: number;
  /** ipv6mr_interface: the same, by the name that it has in netinet/in.h. */
  interface?: number;
}

/** `struct ipv6_mreq`, linux/in6.h: IPV6_JOIN_ANYCAST and IPV6_LEAVE_ANYCAST. */
export interface Ipv6AnycastReq {
  /** ipv6mr_acaddr: the anycast address. */
  acaddr: string;
  /** ipv6mr_ifindex: the interface; absent leaves the choice to the routes. */
  ifindex?: number;
}

const ANY = '0.0.0.0';

function mreqn(group: Uint8Array, { address, ifindex }: Record<string, unknown>): Uint8Array {
  return new Writer(12)
    .copy(group)
    .copy(ipv4Bytes(address ?? ANY, 'value.address'))
    .u32(int32(ifindex ?? 0, 'value.ifindex')).bytes;
}

/** Fields that say the same are refused together: which of them counts, nobody could know. */
function refuseBoth(first: string, a: unknown, second: string, b: unknown): void {
  if (a === undefined || b === undefined) return;
  throw typeError(`value.${first}`, `must not be there beside ${second}`, a);
}

/** Set from either structure: the one with `interface` is a struct ip_mreq. */
export const ip_mreqn = request<IpMreqn | IpMreq>((value) => {
  const fields = object(value, 'value');
  const group = ipv4Bytes(fields.multiaddr, 'value.multiaddr');
  if (fields.interface === undefined) return mreqn(group, fields);
  refuseBoth('interface', fields.interface, 'address', fields.address);
  refuseBoth('interface', fields.interface, 'ifindex', fields.ifindex);
  return new Writer(8).copy(group).copy(ipv4Bytes(fields.interface, 'value.interface')).bytes;
});

/** Set from the text of an address, C's in_addr, or from a structure; read as that text. */
export const ip_multicast_if = kind<string, string | IpMulticastIf>(4, ipv4At, (value) => {
  if (typeof value === 'string') return ipv4Bytes(value, 'value');
  return mreqn(new Uint8Array(4), object(value, 'value'));
});

export const ip_mreq_source = request<IpMreqSource>((value) => {
  const { multiaddr, interface: address, sourceaddr } = object(value, 'value');
  return new Writer(12)
    .copy(ipv4Bytes(multiaddr, 'value.multiaddr'))
    .copy(ipv4Bytes(address ?? ANY, 'value.interface'))
    .copy(ipv4Bytes(sourceaddr, 'value.sourceaddr')).bytes;
});

/** The list of a structure that counts it. */
function sources(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return [...value];
  throw typeError('value.slist', 'must be an array of addresses', value);
}

/** As many elements as the structure says, of those that have come. */
function list<T>(numsrc: number, bytes: number, size: number, read: () => T): T[] {
  const length = Math.min(numsrc, Math.max(0, Math.trunc(bytes / size)));
  return Array.from({ length }, read);
}

const MSFILTER_HEADER = 16;
const MSFILTER_ROOM = 1024;

/** How a struct ip_msfilter of `length` sources begins. `name` is the argument's. */
function msfilter(value: unknown, name: string, length: number): Writer {
  const { multiaddr, interface: address } = object(value, name);
  return new Writer(MSFILTER_HEADER + 4 * length)
    .copy(ipv4Bytes(multiaddr, `${name}.multiaddr`))
    .copy(ipv4Bytes(address ?? ANY, `${name}.interface`));
}

function decodeMsfilter(r: Reader, length: number): IpMsfilter {
  const multiaddr = ipv4At(r);
  const address = ipv4At(r);
  const fmode = r.u32();
  const numsrc = r.u32();
  const slist = list(numsrc, length - MSFILTER_HEADER, 4, () => ipv4At(r));
  return { multiaddr, interface: address, fmode, numsrc, slist };
}

export const ip_msfilter = asked<IpMsfilter, IpMsfilterInit, IpMsfilterOf>(
  kind(MSFILTER_HEADER + 4 * MSFILTER_ROOM, decodeMsfilter, (value) => {
    const { fmode, slist } = object(value, 'value');
    const all = sources(slist);
    const w = msfilter(value, 'value', all.length);
    w.u32(uint32(fmode, 'value.fmode')).u32(all.length);
    for (const [i, source] of all.entries()) w.copy(ipv4Bytes(source, `value.slist[${i}]`));
    return w.bytes;
  }),
  (value) => msfilter(value, 'ask', MSFILTER_ROOM).u32(0).u32(MSFILTER_ROOM).bytes,
);

const STORAGE = 128;

/** A struct sockaddr_storage that holds an address. */
function storage(value: unknown, name: string): Uint8Array {
  const text = string(value, name);
  const ipv4 = parseIPv4(text);
  if (ipv4 !== undefined) return new Writer(STORAGE).u16(AF_INET).skip(2).copy(ipv4).bytes;
  const ipv6 = parseIPv6(text);
  if (ipv6 !== undefined) return new Writer(STORAGE).u16(AF_INET6).skip(6).copy(ipv6).bytes;
  throw rangeError(name, 'must be an IPv4 or IPv6 address', value);
}

/** The address in the struct sockaddr_storage that is read next. */
function storageAt(r: Reader): string {
  const at = r.take(STORAGE, 8);
  const isIPv4 = r.view.getUint16(at, true) === AF_INET;
  return isIPv4 ? formatIPv4(r.bytes, at + 4) : formatIPv6(r.bytes, at + 8);
}

/** How a group_req, group_source_req or group_filter begins. `name` is the argument's. */
function groupOf(size: number, value: unknown, name: string): Writer {
  const { interface: index, group } = object(value, name);
  return new Writer(size)
    .u32(uint32(index ?? 0, `${name}.interface`))
    .skip(4)
    .copy(storage(group, `${name}.group`));
}

export const group_req = request<GroupReq>((value) => groupOf(136, value, 'value').bytes);

export const group_source_req = request<GroupSourceReq>((value) => {
  const w = groupOf(264, value, 'value');
  return w.copy(storage(object(value, 'value').source, 'value.source')).bytes;
});

const FILTER_HEADER = 144;
const FILTER_ROOM = 256;

/** How many bytes a struct group_filter of `length` sources has. */
const filterSize = (length: number): number => FILTER_HEADER + STORAGE * length;

function decodeFilter(r: Reader, length: number): GroupFilter {
  const index = r.u32();
  const group = storageAt(r);
  const fmode = r.u32();
  const numsrc = r.u32();
  const slist = list(numsrc, length - FILTER_HEADER, STORAGE, () => storageAt(r));
  return { interface: index, group, fmode, numsrc, slist };
}

export const group_filter = asked<GroupFilter, GroupFilterInit, GroupFilterOf>(
  kind(filterSize(FILTER_ROOM), decodeFilter, (value) => {
    const { fmode, slist } = object(value, 'value');
    const all = sources(slist);
    const w = groupOf(filterSize(all.length), value, 'value');
    w.u32(uint32(fmode, 'value.fmode')).u32(all.length);
    for (const [i, source] of all.entries()) w.copy(storage(source, `value.slist[${i}]`));
    return w.bytes;
  }),
  (value) => groupOf(filterSize(FILTER_ROOM), value, 'ask').u32(0).u32(FILTER_ROOM).bytes,
);

function mreq6(address: Uint8Array, ifindex: unknown): Uint8Array {
  return new Writer(20).copy(address).u32(int32(ifindex ?? 0, 'value.ifindex')).bytes;
}

export const ipv6_mreq = request<Ipv6Mreq>((value) => {
  const fields = object(value, 'value');
  const group = ipv6Bytes(fields.multiaddr, 'value.multiaddr');
  if (fields.interface === undefined) return mreq6(group, fields.ifindex);
  refuseBoth('interface', fields.interface, 'ifindex', fields.ifindex);
  return new Writer(20).copy(group).u32(uint32(fields.interface, 'value.interface')).bytes;
});

export const ipv6_anycast_req = request<Ipv6AnycastReq>((value) => {
  const { acaddr, ifindex } = object(value, 'value');
  return mreq6(ipv6Bytes(acaddr, 'value.acaddr'), ifindex);
});
