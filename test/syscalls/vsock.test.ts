import { openSync } from 'node:fs';
import { describe, expect, it, type TestContext } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  AF_VSOCK,
  bind,
  connect,
  getsockname,
  getsockopt,
  ioctl,
  SO_VM_SOCKETS_BUFFER_MAX_SIZE,
  SO_VM_SOCKETS_BUFFER_MIN_SIZE,
  SO_VM_SOCKETS_BUFFER_SIZE,
  SO_VM_SOCKETS_CONNECT_TIMEOUT,
  SOCK_STREAM,
  SystemError,
  setsockopt,
  VMADDR_CID_ANY,
  VMADDR_PORT_ANY,
} from '../../lib/index.js';
import { expectError, guardFds, own } from '../support/sockets.js';

guardFds();

function vsock(context: TestContext): number {
  try {
    return own(sockfd.socket(AF_VSOCK, SOCK_STREAM));
  } catch (error) {
    if (error instanceof SystemError && error.code === 'EAFNOSUPPORT') {
      context.skip('this kernel has no AF_VSOCK');
    }
    throw error;
  }
}

describe('AF_VSOCK', () => {
  it('keeps the size of the buffer within its limits', (context) => {
    const fd = vsock(context);
    const size = () => getsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE);
    setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MIN_SIZE, 4096);
    setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_MAX_SIZE, 65_536);
    expect(size()).toBe(65_536);
    setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, 1);
    expect(size()).toBe(4096);
    setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_BUFFER_SIZE, 10_000);
    expect(size()).toBe(10_000);
  });

  it('refuses a time that is none with ERANGE, and an option that Linux has not', (context) => {
    const fd = vsock(context);
    const wait = (sec: number, usec: number) => () =>
      setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, { sec, usec });
    expectError(wait(-1, 0), 'setsockopt', 'ERANGE');
    expectError(wait(0, 1_000_000), 'setsockopt', 'ERANGE');
    const bytes = new Uint8Array(4);
    for (const optname of [
      sockfd.SO_VM_SOCKETS_PEER_HOST_VM_ID,
      sockfd.SO_VM_SOCKETS_TRUSTED,
      sockfd.SO_VM_SOCKETS_NONBLOCK_TXRX,
    ]) {
      expectError(() => getsockopt(fd, AF_VSOCK, optname, bytes), 'getsockopt', 'ENOPROTOOPT');
    }
  });

  it('has names of 32-bit numbers: a port of the kernel’s choice, at any of its ids', (context) => {
    const fd = vsock(context);
    bind(fd, { family: AF_VSOCK, cid: VMADDR_CID_ANY, port: VMADDR_PORT_ANY });
    const name = getsockname(fd) as sockfd.SockAddrVm;
    expect(name).toEqual({ family: AF_VSOCK, cid: VMADDR_CID_ANY, port: expect.any(Number) });
    // vsock(7): ports below 1024 are privileged.
    expect(name.port).toBeGreaterThanOrEqual(1024);
    expect(name.port).toBeLessThan(VMADDR_PORT_ANY);
    sockfd.listen(fd, 1);
    expect(getsockopt(fd, sockfd.SOL_SOCKET, sockfd.SO_ACCEPTCONN)).toBe(true);
  });

  it('has a machine to reach, or fails with ENODEV', (context) => {
    const fd = vsock(context);
    setsockopt(fd, AF_VSOCK, SO_VM_SOCKETS_CONNECT_TIMEOUT, { sec: 0, usec: 1 });
    const addr = { family: AF_VSOCK, cid: sockfd.VMADDR_CID_LOCAL, port: 1 } as const;
    let error: unknown;
    try {
      connect(fd, addr);
    } catch (thrown) {
      error = thrown;
    }
    // ENODEV without the module vsock_loopback; with it nobody listens there.
    const { code, syscall } = error as SystemError;
    expect(['ENODEV', 'ECONNRESET', 'ETIMEDOUT']).toContain(code);
    expect(syscall).toBe('connect');
  });

  it('tells the context id of this machine to whoever may open /dev/vsock', (context) => {
    let fd: number;
    try {
      fd = own(openSync('/dev/vsock', 'r'));
    } catch (error) {
      context.skip(`/dev/vsock: ${(error as NodeJS.ErrnoException).code}`);
      return;
    }
    const cid = new Uint32Array(1);
    expect(ioctl(fd, sockfd.IOCTL_VM_SOCKETS_GET_LOCAL_CID, cid)).toBe(0);
    // A guest has 3 or more, a host 2, a machine without either VMADDR_CID_ANY.
    expect(cid[0]).toBeGreaterThanOrEqual(sockfd.VMADDR_CID_LOCAL);
  });
});
