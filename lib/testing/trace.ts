/** Records calls as they are made, and writes them as strace(1) does. */
import { errnoName, SystemError } from '../kernel/error.js';
import { AF_INET, AF_INET6 } from '../structs/family.js';
import { IPPROTO_TCP } from '../structs/ip.js';
import type { SockAddr } from '../structs/sockaddr.js';
import { SO_RCVBUF, SOL_SOCKET } from '../structs/socket.js';
import { TCP_DEFER_ACCEPT } from '../structs/tcp.js';
import { MSG_DONTWAIT } from '../syscalls/message.js';
import {
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
} from '../syscalls/socket.js';
import type { Calls } from './paths.js';

/** One call as it was made. */
export interface TracedCall {
  /** The system call's own name: recv of the C library is recvfrom. */
  syscall: string;
  /** The whole line. */
  text: string;
}

type Call = (...args: never[]) => unknown;

/** The words of `value`: the names of its bits, and what is left in hexadecimal. */
function flags(value: number, names: Record<string, number>): string {
  const words: string[] = [];
  let rest = value;
  for (const [name, bit] of Object.entries(names)) {
    if ((rest & bit) !== bit) continue;
    words.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) words.push(`0x${(rest >>> 0).toString(16)}`);
  return words.length === 0 ? '0' : words.join('|');
}

function one(value: number, names: Record<string, number>): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value);
}

const families = { AF_INET, AF_INET6 };
const levels = { SOL_SOCKET, SOL_TCP: IPPROTO_TCP };
const messageFlags = { MSG_DONTWAIT };
const hows = { SHUT_RD, SHUT_WR, SHUT_RDWR };

function type(value: number): string {
  return flags(value, { SOCK_STREAM, SOCK_CLOEXEC, SOCK_NONBLOCK });
}

function sockaddr(addr: SockAddr): string {
  if (addr.family === AF_INET) {
    const inet = `sin_port=htons(${addr.port}), sin_addr=inet_addr("${addr.addr}")`;
    return `{sa_family=AF_INET, ${inet}}`;
  }
  if (addr.family === AF_INET6) {
    const { port, addr: text, flowinfo = 0, scope_id = 0 } = addr;
    return (
      `{sa_family=AF_INET6, sin6_port=htons(${port}), sin6_flowinfo=htonl(${flowinfo}), ` +
      `inet_pton(AF_INET6, "${text}", &sin6_addr), sin6_scope_id=${scope_id}}`
    );
  }
  return `{sa_family=${addr.family}}`;
}

const sizeOf = (addr: SockAddr): number => (addr.family === AF_INET6 ? 28 : 16);

/** Memory, of which strace shows the first 32 bytes. */
function memory(bytes: Uint8Array, length: number): string {
  const shown = Buffer.from(bytes.subarray(0, Math.min(length, 32))).toString('latin1');
  return `${JSON.stringify(shown)}${length > 32 ? '...' : ''}`;
}

/** An address and its length, both written by the kernel. */
const named = (addr: SockAddr): string => `${sockaddr(addr)}, [128 => ${sizeOf(addr)}]`;

/** How the system call of each function is written: its name, its arguments, its number. */
const writers: {
  [Name in keyof Calls]: (
    args: Parameters<Calls[Name]>,
    result: ReturnType<Calls[Name]> | undefined,
  ) => [syscall: string, args: string, result: number];
} = {
  socket: ([domain, kind], fd) => [
    'socket',
    `${one(domain, families)}, ${type(kind)}, IPPROTO_IP`,
    fd ?? -1,
  ],
  bind: ([fd, addr]) => [
    'bind',
    `${fd}, ${sockaddr(addr as SockAddr)}, ${sizeOf(addr as SockAddr)}`,
    0,
  ],
  connect: ([fd, addr]) => [
    'connect',
    `${fd}, ${sockaddr(addr as SockAddr)}, ${sizeOf(addr as SockAddr)}`,
    0,
  ],
  listen: ([fd, backlog]) => ['listen', `${fd}, ${backlog}`, 0],
  accept: ([fd], result) => [
    'accept',
    `${fd}, ${result ? named(result.addr) : '…'}`,
    result?.fd ?? -1,
  ],
  getsockname: ([fd], addr) => ['getsockname', `${fd}, ${addr ? named(addr) : '…'}`, 0],
  shutdown: ([fd, how]) => ['shutdown', `${fd}, ${one(how, hows)}`, 0],
  send: ([fd, buf, bits = 0], sent) => {
    const bytes = typeof buf === 'string' ? Buffer.from(buf) : (buf as Uint8Array);
    const what = `${memory(bytes, bytes.byteLength)}, ${bytes.byteLength}`;
    return ['sendto', `${fd}, ${what}, ${flags(bits, messageFlags)}, NULL, 0`, sent ?? -1];
  },
  recv: ([fd, buf, bits = 0], got = -1) => {
    const what = `${got < 0 ? '…' : memory(buf as Uint8Array, got)}, ${buf.byteLength}`;
    return ['recvfrom', `${fd}, ${what}, ${flags(bits, messageFlags)}, NULL, NULL`, got];
  },
  setsockopt: (args) => {
    const [fd, level, optname, value] = args as unknown as [number, number, number, number];
    const names = level === SOL_SOCKET ? { SO_RCVBUF } : { TCP_DEFER_ACCEPT };
    return ['setsockopt', `${fd}, ${one(level, levels)}, ${one(optname, names)}, [${value}], 4`, 0];
  },
};

/** What strerror(3) says of the errors that the paths meet. */
const messages: Record<string, string> = {
  EINPROGRESS: 'Operation now in progress',
  EAGAIN: 'Resource temporarily unavailable',
};

function failure(error: unknown): string {
  if (!(error instanceof SystemError)) return '?';
  const code = errnoName(error.errno);
  return `-1 ${code}${messages[code] ? ` (${messages[code]})` : ''}`;
}

/** The same calls, each of which is made and then told to `record`. */
export function trace(calls: Calls, record: (call: TracedCall) => void): Calls {
  const traced = Object.entries(calls).map(([name, call]) => {
    const write = writers[name as keyof Calls] as unknown as (
      args: unknown[],
      result: unknown,
    ) => [string, string, number];
    const run = (...args: unknown[]): unknown => {
      try {
        const result = (call as unknown as (...args: unknown[]) => unknown)(...args);
        const [syscall, text, number] = write(args, result);
        record({ syscall, text: `${syscall}(${text}) = ${number}` });
        return result;
      } catch (error) {
        const [syscall, text] = write(args, undefined);
        record({ syscall, text: `${syscall}(${text}) = ${failure(error)}` });
        throw error;
      }
    };
    return [name, run as Call];
  });
  return Object.fromEntries(traced) as Calls;
}
