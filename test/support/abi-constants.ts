/** What the C headers say that a constant is. */
import { bluetooth } from './abi-bluetooth.js';
import { includes, runLines } from './cc.js';

/** Headers that can be included together. */
interface Family {
  readonly name: string;
  readonly headers: readonly string[];
  /** C declarations of what none of them has. */
  readonly declare?: string;
  /** The names under which these headers have the constants that they spell differently. */
  readonly alias?: (name: string) => string;
}

/** `under('a', 'b c')` is `a/b.h`, `a/c.h`. */
const under = (dir: string, names: string): string[] =>
  names.split(' ').map((name) => `${dir}/${name}.h`);

/**
 * The headers of the kernel and of the C library define the same structures, so that neither
 * linux/tcp.h and netinet/tcp.h nor linux/in.h and netinet/in.h go together. The third family is of
 * kernel headers that need the C library's.
 */
const families: readonly Family[] = [
  {
    name: 'kernel',
    headers: [
      ...under('asm', 'socket sockios errno ioctls'),
      // linux/if.h brings struct sockaddr, which vm_sockets.h needs.
      ...under('linux', 'if if_arp if_ether if_packet if_tun if_xdp if_alg filter bpf rds kcm'),
      ...under('linux', 'types socket fcntl in in6 ip ipv6 tcp udp un net net_tstamp sockios'),
      ...under('linux', 'netlink genetlink rtnetlink sock_diag inet_diag unix_diag packet_diag'),
      ...under('linux', 'netlink_diag vm_sockets vm_sockets_diag xdp_diag smc_diag smc tls tipc'),
      ...under('linux', 'nfc if_pppox qrtr l2tp'),
      ...under('linux', 'mctp icmp icmpv6 poll eventpoll eventfd timerfd signalfd io_uring'),
      ...under('linux', 'limits magic nsfs pidfd close_range route wireless can dccp llc memfd'),
      ...['linux/watch_queue.h', ...under('linux/can', 'raw isotp j1939')],
    ],
  },
  {
    name: 'C library',
    headers: [
      ...under('sys', 'types socket un uio ioctl epoll eventfd timerfd signalfd select sendfile'),
      ...under('sys', 'time stat'),
      ...under('netinet', 'in ip ip6 tcp udp ip_icmp icmp6'),
      ...under('net', 'if if_arp ethernet route'),
      ...['netipx/ipx.h', 'netax25/ax25.h', 'netatalk/at.h', 'netrom/netrom.h', 'netrose/rose.h'],
      ...['netpacket/packet.h', 'arpa/inet.h', 'netdb.h', 'poll.h', 'fcntl.h', 'errno.h'],
      ...['limits.h', 'unistd.h', 'signal.h', 'time.h'],
    ],
  },
  {
    name: 'mixed',
    headers: [
      ...['sys/socket.h', 'stdint.h', 'time.h', 'netinet/in.h'],
      ...under('linux', 'errqueue sctp mptcp'),
      'linux/netfilter_ipv4.h',
      ...['linux/netfilter_ipv4/ip_tables.h', 'linux/netfilter_ipv6/ip6_tables.h'],
      ...['linux/netfilter_arp/arp_tables.h', 'linux/netfilter_bridge/ebtables.h'],
    ],
  },
  {
    // The kernel's own enum of TCP states is not for programs, but BPF programs get a copy.
    name: 'BPF',
    headers: ['linux/bpf.h'],
    alias: (name) => (name.startsWith('TCP_') ? `BPF_${name}` : name),
  },
  { name: 'Bluetooth', headers: bluetooth.headers, declare: bluetooth.constants },
];

/** Numbers that no header has under this name, and the C expression that they stand for. */
const expressions: Readonly<Record<string, string>> = {
  // The levels of socket options are protocol numbers; the headers leave out the name of these two.
  SOL_SCTP: 'IPPROTO_SCTP',
  SOL_UDPLITE: 'IPPROTO_UDPLITE',
  // No header has these; udplite(7) says what to write.
  UDPLITE_SEND_CSCOV: '10',
  UDPLITE_RECV_CSCOV: '11',
  // Sizes that are not constants in C.
  SOCKADDR_STORAGE_SIZE: 'sizeof(struct sockaddr_storage)',
  INET_DIAG_MSG_SIZE: 'sizeof(struct inet_diag_msg)',
  // Options of TCP by their numbers at IANA: the kernel names them in its own net/tcp.h only.
  TCPOPT_MD5SIG: '19',
  TCPOPT_AO: '29',
  TCPOPT_MPTCP: '30',
  TCPOPT_FASTOPEN: '34',
  TCPOPT_EXP: '254',
  TCPOPT_FASTOPEN_MAGIC: '0xF989',
};

/** What one family says. A name that it does not know is not in the map. */
async function ask(family: Family, names: readonly string[]): Promise<Map<string, bigint>> {
  const { alias = (name) => name, declare = '', headers } = family;
  // linux/tcp.h of Linux 7 writes TCP_ACCECN_* with a macro that only the kernel has.
  const head = `${includes(headers)}#include <stdio.h>
#ifndef BIT
#define BIT(n) (1 << (n))
#endif
${declare}
#define P(name, ...) printf("%s %lld\\n", #name, (long long)(__VA_ARGS__));`;
  const lines = names.map((name) => `P(${name}, ${expressions[name] ?? alias(name)})`);
  const { printed } = await runLines(head, lines);
  return new Map(
    printed.map((line) => {
      const [name = '', value = ''] = line.split(' ');
      return [name, BigInt(value)];
    }),
  );
}

/** What each family of headers that knows a name says that it is, by the family's name. */
export type Answers = ReadonlyMap<string, bigint>;

/** The answers for each of `names`; none for a name that no header knows. */
export async function askHeaders(names: readonly string[]): Promise<Map<string, Answers>> {
  const told = await Promise.all(families.map((family) => ask(family, names)));
  return new Map(
    names.map((name) => {
      const answers = families.map((family, i) => [family.name, told[i]?.get(name)] as const);
      return [name, new Map(answers.filter((a): a is [string, bigint] => a[1] !== undefined))];
    }),
  );
}

/** Made of all the flags that there are: with each new flag they grow. */
export const grown: ReadonlySet<string> = new Set([
  'SOF_TIMESTAMPING_LAST',
  'SOF_TIMESTAMPING_MASK',
  'SOF_TIMESTAMPING_TX_RECORD_MASK',
]);

/**
 * Whether a number is the C constant. A word of 32 bits may be written as a C int or as a C
 * unsigned; JavaScript's own `1 << 31` is negative.
 */
export function isSame(value: number | bigint, c: bigint): boolean {
  const js = BigInt(value);
  const isWord = (n: bigint) => n >= -0x8000_0000n && n <= 0xffff_ffffn;
  if (isWord(js) && isWord(c)) return BigInt.asIntN(32, js) === BigInt.asIntN(32, c);
  return BigInt.asIntN(64, js) === BigInt.asIntN(64, c);
}
