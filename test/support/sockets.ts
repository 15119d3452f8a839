/**
 * The descriptors of a test. What a test opens it owns: all of it is closed when the test ends, and
 * then as many descriptors must be open as before.
 */
import { spawn } from 'node:child_process';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  accept,
  bind,
  connect,
  EBADF,
  errnoName,
  getsockname,
  listen,
  SOCK_DGRAM,
  SOCK_STREAM,
  type SockAddrIn,
  type SockAddrIn6,
  SystemError,
  socket,
  socketpair,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { countFds } from './fds.js';

const owned = new Set<number>();

/** Takes a descriptor into the care of the test. */
export function own(fd: number): number {
  owned.add(fd);
  return fd;
}

/** The descriptor is no longer the test's: it was closed, or never was one. */
export function disown(fd: number): number {
  owned.delete(fd);
  return fd;
}

/** Closes a descriptor of the test before the test ends. */
export function shut(fd: number): void {
  expect(raw.close(disown(fd))).toBe(0);
}

/** A descriptor that is not open. */
export function closedFd(): number {
  const fd = socket(AF_UNIX, SOCK_DGRAM);
  raw.close(fd);
  return fd;
}

/** Called once in a file: checks every test in it for descriptors that it left open. */
export function guardFds(): void {
  let before = 0;
  // The first asynchronous child makes the event loop open a pipe for SIGCHLD, which stays.
  beforeAll(async () => {
    await new Promise((resolve) => spawn('true').once('close', resolve));
  });
  beforeEach(() => {
    before = countFds();
  });
  afterEach(() => {
    const closed = [...owned].map((fd) => raw.close(fd));
    owned.clear();
    expect(closed).not.toContain(-EBADF);
    expect(countFds()).toBe(before);
  });
}

/** Asserts that `call` fails with the error `code` of the system call `syscall`. */
export function expectError(call: () => unknown, syscall: string, code: string): SystemError {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(SystemError);
  const failure = error as SystemError;
  expect({ syscall: failure.syscall, code: failure.code }).toEqual({ syscall, code });
  expect(failure.errno).toBeLessThan(0);
  expect(errnoName(failure.errno)).toBe(code);
  expect(failure.message.startsWith(`${syscall} ${code}`)).toBe(true);
  return failure;
}

/** Asserts that `call` refuses a JavaScript value, and names the argument. */
export function expectRefused(
  call: () => unknown,
  kind: typeof TypeError | typeof RangeError,
  argument: string,
): void {
  expect(call).toThrow(kind);
  expect(call).toThrow(`The "${argument}" argument`);
  const code = kind === TypeError ? 'ERR_INVALID_ARG_TYPE' : 'ERR_OUT_OF_RANGE';
  expect(call).toThrow(expect.objectContaining({ code }));
}

export type InetAddr = SockAddrIn | SockAddrIn6;

export const LOOPBACK: SockAddrIn = { family: AF_INET, addr: '127.0.0.1', port: 0 };

export function open(domain: number, type: number, protocol = 0): number {
  return own(socket(domain, type, protocol));
}

/** A bound socket, and the address that it got. */
export function bound(type: number, addr: InetAddr = LOOPBACK): { fd: number; addr: InetAddr } {
  const fd = open(addr.family, type);
  bind(fd, addr);
  return { fd, addr: getsockname(fd) as InetAddr };
}

/** A TCP listener on loopback. */
export function listener(
  backlog = 8,
  addr: InetAddr = LOOPBACK,
  flags = 0,
): { fd: number; addr: InetAddr } {
  const listening = bound(SOCK_STREAM | flags, addr);
  listen(listening.fd, backlog);
  return listening;
}

/** Both ends of a TCP connection, and its listener. */
export function tcpPair(addr: InetAddr = LOOPBACK): {
  client: number;
  server: number;
  listener: number;
  addr: InetAddr;
} {
  const listening = listener(8, addr);
  const client = open(addr.family, SOCK_STREAM);
  connect(client, listening.addr);
  const server = own(accept(listening.fd).fd);
  return { client, server, listener: listening.fd, addr: listening.addr };
}

export function unixPair(type = SOCK_STREAM): [number, number] {
  const [a, b] = socketpair(AF_UNIX, type);
  return [own(a), own(b)];
}

/** A datagram socket hears nobody from then on but itself: others are refused at its port. */
export function refuse(fd: number): void {
  connect(fd, getsockname(fd));
}

/**
 * A port of loopback that refuses: nobody else can take it meanwhile, for it is taken, by a TCP socket
 * that does not listen, or by a datagram socket that hears nobody.
 */
export function refusingAddr(type = SOCK_STREAM, addr: InetAddr = LOOPBACK): InetAddr {
  const taken = bound(type, addr);
  if (type === SOCK_DGRAM) refuse(taken.fd);
  return taken.addr;
}
