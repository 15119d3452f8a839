import { describe, expect, it, type TestContext } from 'vitest';
import {
  AF_XDP,
  bind,
  decodeSockaddrXdp,
  EBUSY,
  encodeSockaddrXdp,
  getsockopt,
  if_nametoindex,
  SOCK_RAW,
  SOL_XDP,
  type SockAddrXdpInit,
  setsockopt,
  XDP_COPY,
  XDP_OPTIONS,
  XDP_RX_RING,
  XDP_SHARED_UMEM,
  XDP_UMEM_COMPLETION_RING,
  XDP_UMEM_FILL_RING,
  XDP_UMEM_REG,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { expectDecoded, openOrSkip, withField } from '../support/addresses.js';
import { python, waitUntil } from '../support/child.js';
import { expectError, expectRefused, guardFds, unixPair } from '../support/sockets.js';

guardFds();

describe('struct sockaddr_xdp', () => {
  it('is read back as it was written', () => {
    const addr = { flags: 0x8001, ifindex: 3, queue_id: 0xfedcba98, shared_umem_fd: 7 };
    const bytes = encodeSockaddrXdp(addr);
    expect(bytes.byteLength).toBe(16);
    expectDecoded(decodeSockaddrXdp, bytes, 16, addr);
    const least = encodeSockaddrXdp({ ifindex: 1, queue_id: 0 });
    expect(decodeSockaddrXdp(least)).toMatchObject({ flags: 0, shared_umem_fd: 0 });
  });

  it('refuses fields that are none', () => {
    const wrong = withField<SockAddrXdpInit>(encodeSockaddrXdp, { ifindex: 1, queue_id: 0 });
    expectRefused(wrong('flags', 65536), RangeError, 'addr.flags');
    expectRefused(wrong('ifindex', -1), RangeError, 'addr.ifindex');
    expectRefused(wrong('queue_id', undefined), TypeError, 'addr.queue_id');
    expectRefused(wrong('shared_umem_fd', -1), RangeError, 'addr.shared_umem_fd');
  });
});

const xdp = (context: TestContext): number => openOrSkip(context, 'AF_XDP', AF_XDP, SOCK_RAW);

/** Gives a socket 16 pages to receive into, from a process whose memory they are. */
const REGISTER = `
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
memory = mmap.mmap(-1, 16 * 4096)
address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
# struct xdp_umem_reg as it first was: addr, len, chunk_size, headroom. SOL_XDP, XDP_UMEM_REG.
reg = struct.pack('=QQII', address, 16 * 4096, 4096, 0)
done = libc.setsockopt(3, 283, 4, reg, len(reg))
json.dump([done, ctypes.get_errno()], sys.stdout)`;

/** A socket with memory and rings, which a queue is all that it lacks. */
function ready(context: TestContext): number {
  const fd = xdp(context);
  const [done, errno] = python(REGISTER, null, [fd]) as [number, number];
  if (done !== 0 && [1, 12].includes(errno))
    context.skip(`memory cannot be pinned: errno ${errno}`);
  expect([done, errno]).toEqual([0, 0]);
  for (const ring of [XDP_RX_RING, XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING] as const) {
    setsockopt(fd, SOL_XDP, ring, 64);
  }
  return fd;
}

const lo = { ifindex: if_nametoindex('lo'), queue_id: 0, flags: XDP_COPY };

/** Binds to the queue, once a worker of the kernel has taken it from a socket that was closed. */
function bindToQueue(fd: number): void {
  let result = -EBUSY;
  waitUntil(() => {
    result = raw.bind(fd, encodeSockaddrXdp(lo));
    return result !== -EBUSY;
  }, 'the queue is free');
  expect(result).toBe(0);
}

describe('AF_XDP', () => {
  it('reads each field of the address where it is', (context) => {
    const fd = ready(context);
    const tried = (rest: object) => () => bind(fd, encodeSockaddrXdp({ ...lo, ...rest }));
    expectError(tried({ ifindex: 0x7fffffff }), 'bind', 'ENODEV');
    expectError(tried({ flags: 0x8000 }), 'bind', 'EINVAL');
    expectError(tried({ queue_id: 4096 }), 'bind', 'EINVAL');
    expectError(() => bind(fd, encodeSockaddrXdp(lo).subarray(0, 15)), 'bind', 'EINVAL');
    bindToQueue(fd);
    expect(getsockopt(fd, SOL_XDP, XDP_OPTIONS)).toEqual({ flags: 0 });
    // It has its queue.
    expect(raw.bind(fd, encodeSockaddrXdp(lo))).toBeLessThan(0);
  });

  it('shares the memory of the socket that the address names', (context) => {
    const fd = ready(context);
    bindToQueue(fd);
    const other = xdp(context);
    setsockopt(other, SOL_XDP, XDP_RX_RING, 64);
    const sharing = (shared_umem_fd: number) => () =>
      bind(other, encodeSockaddrXdp({ ...lo, flags: XDP_SHARED_UMEM, shared_umem_fd }));
    expectError(sharing(0x7fffffff), 'bind', 'ENOTSOCK');
    expectError(sharing(unixPair()[0]), 'bind', 'ENOPROTOOPT');
    // It is one that has no memory.
    expectError(sharing(other), 'bind', 'EBADF');
    expect(sharing(fd)).not.toThrow();
  });

  it('needs memory, of which the structure holds an address', (context) => {
    const fd = xdp(context);
    const bytes = new Uint8Array(32);
    const call = () => raw.setsockopt(fd, SOL_XDP, XDP_UMEM_REG, bytes);
    expectRefused(call, TypeError, 'optname');
    setsockopt(fd, SOL_XDP, XDP_RX_RING, 64);
    expectError(() => bind(fd, encodeSockaddrXdp(lo)), 'bind', 'EINVAL');
  });
});
