/**
 * The native addons: where they are found, and what they offer. The only file that touches the
 * binaries.
 *
 * Each function of `Native` makes the one system call of its name. It returns what the call
 * returned, or `-errno`; it throws nothing but TypeError and RangeError, and then made no call.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Buf } from './bytes.js';

/** Memory that receives one 32-bit word: the length that C writes through a `socklen_t *`. */
export type LengthWord = Uint32Array | Int32Array;

/**
 * Many messages, in memory of the caller: native/message.cc says how they lie in it. Where `iov` is
 * a list, it is of the messages from `offset` on.
 */
type NativeVector = [
  iov: Buf | readonly Buf[],
  lengths: Uint32Array,
  names: Buf | null,
  control: Buf | null,
  offset: number,
  length: number | undefined,
];

/** The functions of the addon, in the order of its tables. */
export interface Native {
  epoll_create(size: number): number;
  epoll_create1(flags?: number): number;
  epoll_ctl(
    epfd: number,
    op: number,
    fd: number,
    ...event: [] | [events: number, low: number, high: number]
  ): number;
  epoll_wait(epfd: number, events: Buf, maxevents: number | undefined, timeout: number): number;
  epoll_pwait(
    epfd: number,
    events: Buf,
    maxevents: number | undefined,
    timeout: number,
    sigmask: Buf | null,
  ): number;
  epoll_pwait2(
    epfd: number,
    events: Buf,
    maxevents: number | undefined,
    timeout: Buf | null,
    sigmask: Buf | null,
  ): number;
  eventfd(initval: number, flags?: number): number;
  clock_gettime(clockid: number, tp: Buf): number;
  timerfd_create(clockid: number, flags?: number): number;
  timerfd_settime(fd: number, flags: number, new_value: Buf, old_value?: Buf | null): number;
  timerfd_gettime(fd: number, curr_value: Buf): number;
  signalfd(fd: number, mask: Buf | null, flags: number): number;
  sigprocmask(how: number, set: Buf | null, oldset?: Buf | null): number;
  pidfd_open(pid: number, flags?: number): number;
  pidfd_getfd(pidfd: number, targetfd: number, flags?: number): number;
  pidfd_send_signal(pidfd: number, sig: number, info?: null, flags?: number): number;
  memfd_create(name: Buf | string, flags?: number): number;
  read(fd: number, buf: Buf, offset?: number, length?: number): number;
  write(fd: number, buf: Buf | string, offset?: number, length?: number): number;
  readv(fd: number, bufs: readonly Buf[]): number;
  writev(fd: number, bufs: readonly Buf[]): number;
  close(fd: number): number;
  dup(oldfd: number): number;
  dup2(oldfd: number, newfd: number): number;
  dup3(oldfd: number, newfd: number, flags: number): number;
  pipe(pipefd: Buf): number;
  pipe2(pipefd: Buf, flags?: number): number;
  close_range(first: number, last: number, flags: number): number;
  fcntl(fd: number, cmd: number, arg?: number | Buf): number;
  ioctl(fd: number, request: number, arg?: number | Buf): number;
  send(fd: number, buf: Buf | string, flags?: number, offset?: number, length?: number): number;
  recv(fd: number, buf: Buf, flags?: number, offset?: number, length?: number): number;
  sendto(
    fd: number,
    buf: Buf | string,
    flags: number,
    addr: Buf | null,
    offset?: number,
    length?: number,
  ): number;
  recvfrom(
    fd: number,
    buf: Buf,
    flags?: number,
    addr?: Buf | null,
    addrlen?: LengthWord | null,
    offset?: number,
    length?: number,
  ): number;
  sendmsg(
    fd: number,
    iov: readonly Buf[],
    flags: number,
    name: Buf | null,
    control: Buf | null,
  ): number;
  recvmsg(
    fd: number,
    iov: readonly Buf[],
    flags: number,
    name: Buf | null,
    control: Buf | null,
    told: Uint32Array,
  ): number;
  sendmmsg(fd: number, flags: number, ...vector: NativeVector): number;
  recvmmsg(fd: number, flags: number, ...args: [...NativeVector, timeout: Buf | null]): number;
  zerocopyBuffer(size: number): ArrayBuffer | number;
  if_nametoindex(ifname: string): number;
  if_indextoname(ifindex: number, ifname: Buf): number;
  poll(fds: Buf, timeout: number): number;
  ppoll(fds: Buf, timeout: Buf | null, sigmask: Buf | null): number;
  select(
    nfds: number,
    readfds: Buf | null,
    writefds: Buf | null,
    exceptfds: Buf | null,
    timeout: Buf | null,
  ): number;
  pselect(
    nfds: number,
    readfds: Buf | null,
    writefds: Buf | null,
    exceptfds: Buf | null,
    timeout: Buf | null,
    sigmask: Buf | null,
  ): number;
  socket(domain: number, type: number, protocol?: number): number;
  socketpair(domain: number, type: number, protocol: number, sv: Buf): number;
  bind(fd: number, addr: Buf | null): number;
  connect(fd: number, addr: Buf | null): number;
  listen(fd: number, backlog: number): number;
  accept(fd: number, addr?: Buf | null, addrlen?: LengthWord | null): number;
  accept4(fd: number, addr?: Buf | null, addrlen?: LengthWord | null, flags?: number): number;
  getsockname(fd: number, addr: Buf, addrlen?: LengthWord | null): number;
  getpeername(fd: number, addr: Buf, addrlen?: LengthWord | null): number;
  shutdown(fd: number, how: number): number;
  getsockopt(
    fd: number,
    level: number,
    optname: number,
    optval: Buf,
    optlen?: LengthWord | null,
  ): number;
  setsockopt(fd: number, level: number, optname: number, optval: number | string | Buf): number;
  /** The one that makes more system calls: mmap(2), getsockopt(2), munmap(2). */
  tcp_zerocopy_receive(fd: number, zc: Buf, mapped?: Buf | null, copybuf?: Buf | null): number;
  mptcp_full_info(fd: number, info: Buf, subflow_info: Buf | null, tcp_info: Buf | null): number;
  sendfile(out_fd: number, in_fd: number, offset: Buf | null, count: number): number;
  splice(
    fd_in: number,
    off_in: Buf | null,
    fd_out: number,
    off_out: Buf | null,
    len: number,
    flags?: number,
  ): number;
  tee(fd_in: number, fd_out: number, len: number, flags?: number): number;
}

/** The folder of the package, wherever in it this code is; and what loads files from there. */
function ours(): { root: string; require: NodeJS.Require } {
  try {
    const require = createRequire(import.meta.url);
    return { root: dirname(require.resolve('sockfd/package.json')), require };
  } catch {
    throw new Error(
      'sockfd may not read its package.json, or was bundled away from it and from its binary; ' +
        'mark it external in the bundler',
    );
  }
}

/** The watcher: an epoll descriptor that is joined to the event loop. */
export interface Watcher {
  /** The descriptor. The watcher closes it when its environment ends. */
  readonly epfd: number;
  /** The process stays. */
  ref(): void;
  /** The process may end: how a watcher begins. */
  unref(): void;
}

/** The functions of the addon that joins an epoll descriptor to the event loop. */
interface WatcherAddon {
  /** Calls `callback` whenever there are events. @returns the watcher, or `-errno` */
  watch(callback: () => void): Watcher | number;
}

/** Where the first of the addons was found: without a descriptor left nothing can be looked for. */
let found: string | undefined;

/** Where a binary may be that npm or node-gyp has put there. */
const FOLDERS = ['prebuilds', 'build/Release'];

/** Why no binary was found: the loader takes a folder that may not be read for one without any. */
function notFound(root: string): Error {
  for (const folder of FOLDERS.map((name) => join(root, name))) {
    try {
      readdirSync(folder);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') continue;
      return failure(`sockfd could not look for its binary in ${folder}`, cause);
    }
  }
  return new Error(
    `sockfd has no binary for this ${process.arch} machine's C library and none was built; ` +
      'with make and g++ installed, build it: ' +
      `npm install --no-save node-gyp node-addon-api && npx node-gyp rebuild -C '${root}'`,
  );
}

/** An error that says what could not be done, and why; of the same code as its cause. */
function failure(what: string, cause: unknown): Error {
  const { message, code } = cause as NodeJS.ErrnoException;
  const error = new Error(`${what}: ${message}`, { cause });
  return code === undefined ? error : Object.assign(error, { code });
}

/** Loads one of the two addons, which lie beside each other. */
function load(name: 'sockfd' | 'watcher'): unknown {
  const { platform, arch } = process;
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) {
    throw new Error(`sockfd runs on Linux on x64 and arm64 only; this is ${platform} on ${arch}`);
  }
  const { root, require } = ours();
  const find = require('node-gyp-build') as { path(dir: string): string };
  let path: string;
  try {
    // It says where they are, and for which C library; not which of the two.
    found ??= find.path(root);
    path = join(dirname(found), basename(found).replace(/^[^.]+/, name));
  } catch {
    throw notFound(root);
  }
  try {
    return require(path);
  } catch (cause) {
    throw failure(`sockfd could not load ${path}`, cause);
  }
}

export const native: Native = load('sockfd') as Native;

/**
 * Makes a watcher. Its addon is loaded when it is first wanted: it needs libuv, which the calls do
 * not.
 */
export function watch(callback: () => void): Watcher | number {
  let addon: WatcherAddon;
  try {
    addon = load('watcher') as WatcherAddon;
  } catch (error) {
    // That there is no descriptor left, the linker says in words only.
    const epfd = native.epoll_create1(0);
    if (epfd < 0) return epfd;
    native.close(epfd);
    throw error;
  }
  return addon.watch(callback);
}
