import { fchmodSync, fstatSync, ftruncateSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  EPOLL_CTL_ADD,
  EPOLLIN,
  epoll_create1,
  epoll_ctl,
  F_ADD_SEALS,
  F_GET_SEALS,
  F_GETFD,
  F_SEAL_EXEC,
  F_SEAL_FUTURE_WRITE,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  FD_CLOEXEC,
  fcntl,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
  MFD_EXEC,
  MFD_HUGE_2MB,
  MFD_HUGETLB,
  MFD_NOEXEC_SEAL,
  memfd_create,
  write,
} from '../../lib/index.js';
import * as raw from '../../lib/raw.js';
import { python } from '../support/child.js';
import { expectError, expectRefused, guardFds, own, unixPair } from '../support/sockets.js';

guardFds();

const linkOf = (fd: number): string => readlinkSync(`/proc/self/fd/${fd}`);

describe('memfd_create(2)', () => {
  it('opens a file that has a name, but no place', () => {
    const fd = own(memfd_create('my file'));
    expect(linkOf(fd)).toBe('/memfd:my file (deleted)');
    expect(fstatSync(fd).size).toBe(0);
    expect(write(fd, 'hello')).toBe(5);
    expect(fstatSync(fd).size).toBe(5);
    expect(linkOf(own(memfd_create(Buffer.from('é'))))).toBe('/memfd:é (deleted)');
    expect(linkOf(own(memfd_create('')))).toBe('/memfd: (deleted)');
  });

  it('sets close-on-exec only when told', () => {
    expect(fcntl(own(memfd_create('x')), F_GETFD)).toBe(0);
    expect(fcntl(own(memfd_create('x', MFD_CLOEXEC)), F_GETFD)).toBe(FD_CLOEXEC);
  });

  it('is read by another process', () => {
    const fd = own(memfd_create('shared'));
    write(fd, 'from here');
    const script = 'import os; json.dump(os.pread(3, 64, 0).decode(), sys.stdout)';
    expect(python(script, null, [fd])).toBe('from here');
  });

  it('takes names of up to 249 bytes', () => {
    expect(linkOf(own(memfd_create('x'.repeat(249))))).toBe(`/memfd:${'x'.repeat(249)} (deleted)`);
    expectRefused(() => memfd_create('x'.repeat(250)), RangeError, 'name');
    expectRefused(() => memfd_create('é'.repeat(125)), RangeError, 'name');
    expectRefused(() => memfd_create('a\0b'), RangeError, 'name');
    expectRefused(() => memfd_create(1 as never), TypeError, 'name');
    expectRefused(() => memfd_create('x', '0' as never), TypeError, 'flags');
  });

  it('fails with EINVAL for flags that it does not know, or that exclude each other', () => {
    expectError(() => memfd_create('x', 0x100), 'memfd_create', 'EINVAL');
    expectError(() => memfd_create('x', MFD_EXEC | MFD_NOEXEC_SEAL), 'memfd_create', 'EINVAL');
    expect(raw.memfd_create('x', 0x100)).toBe(-22);
  });

  it('has huge pages with MFD_HUGETLB, where there are some', (context) => {
    const fd = raw.memfd_create('huge', MFD_HUGETLB | MFD_HUGE_2MB);
    // ENOENT: not of this size; EINVAL: not at all.
    if (fd === -2 || fd === -22) context.skip('this kernel has no huge pages of 2 MiB');
    own(fd);
    expect(fstatSync(fd).blksize).toBe(2 * 1024 * 1024);
    expect(raw.write(fd, 'x')).toBe(-22);
  });
});

describe('the seals of a memfd', () => {
  it('are none of those that the file allows, at first', () => {
    expect(fcntl(own(memfd_create('x', MFD_ALLOW_SEALING)), F_GET_SEALS)).toBe(0);
    // Without MFD_ALLOW_SEALING it is sealed against seals.
    const closed = own(memfd_create('x'));
    expect(fcntl(closed, F_GET_SEALS)).toBe(F_SEAL_SEAL);
    expectError(() => fcntl(closed, F_ADD_SEALS, F_SEAL_WRITE), 'fcntl', 'EPERM');
  });

  it('forbid to grow, to shrink and to write, one after the other', () => {
    const fd = own(memfd_create('x', MFD_ALLOW_SEALING));
    write(fd, '12345678');
    fcntl(fd, F_ADD_SEALS, F_SEAL_GROW);
    expectError(() => write(fd, '9'), 'write', 'EPERM');
    expect(() => ftruncateSync(fd, 9)).toThrow('EPERM');
    ftruncateSync(fd, 4);
    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK);
    expect(() => ftruncateSync(fd, 3)).toThrow('EPERM');
    const script = `import errno, os
def attempt():
    try: return os.pwrite(3, b'x', 0)
    except OSError as error: return errno.errorcode[error.errno]
json.dump(attempt(), sys.stdout)`;
    expect(python(script, null, [fd])).toBe(1);
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
    expect(python(script, null, [fd])).toBe('EPERM');
    expect(fcntl(fd, F_GET_SEALS)).toBe(F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE);
    const seals = 'import fcntl; json.dump(fcntl.fcntl(3, 1034), sys.stdout)';
    expect(python(seals, null, [fd])).toBe(14);
  });

  it('end with F_SEAL_SEAL', () => {
    const fd = own(memfd_create('x', MFD_ALLOW_SEALING));
    fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
    expect(fcntl(fd, F_GET_SEALS)).toBe(F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
    expectError(() => fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 'fcntl', 'EPERM');
    expectError(() => write(fd, 'x'), 'write', 'EPERM');
  });

  it('have F_SEAL_EXEC with MFD_NOEXEC_SEAL: nobody makes it executable', (context) => {
    const fd = raw.memfd_create('x', MFD_NOEXEC_SEAL);
    if (fd === -22) context.skip('MFD_NOEXEC_SEAL needs Linux 6.3');
    own(fd);
    expect(fstatSync(fd).mode & 0o777).toBe(0o666);
    expect(fcntl(fd, F_GET_SEALS)).toBe(F_SEAL_EXEC);
    expect(() => fchmodSync(fd, 0o777)).toThrow('EPERM');
    const open = own(memfd_create('x', MFD_EXEC));
    expect(fstatSync(open).mode & 0o777).toBe(0o777);
  });

  it('are of a memfd only, and need numbers that are seals', () => {
    const [a] = unixPair();
    const fd = own(memfd_create('x', MFD_ALLOW_SEALING));
    expectError(() => fcntl(a, F_GET_SEALS), 'fcntl', 'EINVAL');
    expectError(() => fcntl(a, F_ADD_SEALS, F_SEAL_GROW), 'fcntl', 'EINVAL');
    expectError(() => fcntl(fd, F_ADD_SEALS, 0x1000), 'fcntl', 'EINVAL');
    expectRefused(() => fcntl(fd, F_ADD_SEALS, new Uint8Array(4)), TypeError, 'arg');
  });
});

it('a memfd is a regular file, and none that epoll waits for', () => {
  const epfd = own(epoll_create1());
  const fd = own(memfd_create('x'));
  expect(fstatSync(fd).isFile()).toBe(true);
  const add = () => epoll_ctl(epfd, EPOLL_CTL_ADD, fd, { events: EPOLLIN });
  expectError(add, 'epoll_ctl', 'EPERM');
});
