import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { if_indextoname, if_nametoindex } from '../../lib/index.js';
import { node } from '../support/child.js';
import { expectError, expectRefused, guardFds } from '../support/sockets.js';

guardFds();

/** The interfaces as sysfs has them. */
const interfaces = readdirSync('/sys/class/net')
  .map((name): [string, number] => {
    try {
      return [name, Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'utf8'))];
    } catch {
      // Not an interface: bonding keeps a file of its own here.
      return [name, 0];
    }
  })
  .filter(([, index]) => index > 0);

describe('if_nametoindex(3)', () => {
  it.each(interfaces)('gives the number that sysfs has: %s', (name, index) => {
    expect(if_nametoindex(name)).toBe(index);
  });

  it('fails with ENODEV for a name that no interface has', () => {
    expectError(() => if_nametoindex('no-such-one'), 'if_nametoindex', 'ENODEV');
    expectError(() => if_nametoindex(''), 'if_nametoindex', 'ENODEV');
    expectError(() => if_nametoindex('x'.repeat(15)), 'if_nametoindex', 'ENODEV');
  });

  it('fails with ENOENT, the word of the C library, when no descriptor is left', () => {
    const body = `nofile(64);
const fds = [s.socket(s.AF_INET, s.SOCK_DGRAM)];
try { for (let n = 0; n < 100; n++) fds.push(s.dup(fds[0])); } catch {}
tell([code(() => s.if_nametoindex('lo')), code(() => s.if_indextoname(1))]);`;
    const told = [
      ['ENOENT', 'if_nametoindex'],
      ['ENOENT', 'if_indextoname'],
    ];
    expect(node(body)).toEqual([told]);
  });

  it('refuses a name that no interface can have, before any call', () => {
    expectRefused(() => if_nametoindex('x'.repeat(16)), RangeError, 'ifname');
    expectRefused(() => if_nametoindex('é'.repeat(8)), RangeError, 'ifname');
    expectRefused(() => if_nametoindex('lo\0x'), RangeError, 'ifname');
    expectRefused(() => if_nametoindex(1 as never), TypeError, 'ifname');
    expectRefused(() => if_nametoindex(new Uint8Array(2) as never), TypeError, 'ifname');
  });
});

describe('if_indextoname(3)', () => {
  it.each(interfaces)('gives the name that sysfs has: %s', (name, index) => {
    expect(if_indextoname(index)).toBe(name);
  });

  it('gives names of 15 bytes, of a namespace of its own', () => {
    const body = `const name = 'x'.repeat(15);
tell([s.if_indextoname(s.if_nametoindex(name)), s.if_nametoindex(name)]);
tell(s.if_indextoname(1));`;
    const rename = `ip link set lo name "$(printf 'x%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)"`;
    const wrapper = ['unshare', '-rn', 'sh', '-c', `${rename} && exec "$@"`, 'sh'];
    const name = 'x'.repeat(15);
    expect(node(body, wrapper)).toEqual([[name, 1], name]);
  });

  it('fails with ENXIO for a number that no interface has', () => {
    expectError(() => if_indextoname(0), 'if_indextoname', 'ENXIO');
    expectError(() => if_indextoname(0x7fffffff), 'if_indextoname', 'ENXIO');
    expectError(() => if_indextoname(0xffffffff), 'if_indextoname', 'ENXIO');
  });

  it('names ifindex', () => {
    expectRefused(() => if_indextoname(-1), RangeError, 'ifindex');
    expectRefused(() => if_indextoname(2 ** 32), RangeError, 'ifindex');
    expectRefused(() => if_indextoname(Number.NaN), RangeError, 'ifindex');
    expectRefused(() => if_indextoname('lo' as never), TypeError, 'ifindex');
  });
});
