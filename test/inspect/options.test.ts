import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as sockfd from '../../lib/index.js';
import {
  getsockopt,
  IPPROTO_TCP,
  type OptionInfo,
  optionInfo,
  optionTable,
  SO_BUSY_POLL,
  SO_ERROR,
  SO_PEERPIDFD,
  SO_RCVBUFFORCE,
  SO_RESERVE_MEM,
  SO_RIGHTS_NOTRUNC,
  SO_TYPE,
  SOL_SOCKET,
  SOL_TLS,
  SystemError,
  TCP_AO_INFO,
  TCP_MD5SIG,
  TCP_NODELAY,
} from '../../lib/index.js';
import { kernelVersion } from '../../lib/kernel/version.js';
import type { Option } from '../../lib/structs/option.js';
import { options } from '../../lib/structs/options.js';
import { isRoot, node } from '../support/child.js';
import { expectRefused, guardFds, own } from '../support/sockets.js';
import { levels } from '../support/sockopts/index.js';
import { betweenMarks, strace, straceMissing } from '../support/strace.js';

guardFds();

const byName = new Map(optionTable().map((info) => [info.name, info]));

function named(name: string): OptionInfo {
  const info = byName.get(name);
  if (info === undefined) throw new Error(`${name} is not in the table`);
  return info;
}

describe('optionTable', () => {
  it('has every option of every table, with its row', () => {
    const rows = levels.flatMap(({ name, level, table }) =>
      Object.entries(table).map(([optname, row]) => {
        const { name: option, access = 'both', since, needs = [], needsWhen } = row as Option<0, 0>;
        const known = { levelName: name, level, optname: Number(optname), name: option };
        return { ...known, access, since, needs, needsWhen };
      }),
    );
    const found = optionTable().map(({ supported, how, reason, ...rest }) => rest);
    const sorted = (infos: readonly { level: number; optname: number }[]) =>
      infos.toSorted((a, b) => a.level - b.level || a.optname - b.optname);
    expect(sorted(found)).toEqual(sorted(rows));
    expect(levels.map(({ level }) => level).sort()).toEqual(
      Object.keys(options).map(Number).sort(),
    );
  });

  it('says of each what its sockets of the tests answer', (context) => {
    const denied: string[] = [];
    const differ: unknown[] = [];
    for (const { level, trials, make } of levels) {
      for (const [name, trial] of Object.entries(trials)) {
        const { optname, supported, access } = named(name);
        if (access === 'write') continue;
        let code = 'ok';
        try {
          const memory = new Uint8Array(trial.size ?? 1024);
          getsockopt((trial.on ?? make)(), level, optname, memory);
          if (name === 'SO_PEERPIDFD') own(new Int32Array(memory.buffer)[0] ?? -1);
        } catch (error) {
          if (!(error instanceof SystemError)) throw error;
          code = error.code;
          // There is no socket of TLS, or of the family.
          if (level === SOL_TLS && code === 'ENOENT') code = 'ENOPROTOOPT';
          if (error.syscall === 'socket' && code === 'EAFNOSUPPORT') code = 'ENOPROTOOPT';
          if (['EPERM', 'EACCES'].includes(code) && error.syscall === 'socket') denied.push(name);
        }
        // What netfilter offers is there once its module is.
        if (denied.includes(name) || name.endsWith('SO_ORIGINAL_DST')) continue;
        if (supported === (code === 'ENOPROTOOPT')) differ.push([name, supported, code]);
      }
    }
    expect(differ).toEqual([]);
    if (denied.length > 0) context.skip(`${denied.join(' ')} need a socket for root`);
  });

  it('has nothing that the trials lack for want of ENOPROTOOPT', () => {
    for (const { trials } of levels) {
      for (const [name, { lacking }] of Object.entries(trials)) {
        if (lacking?.[0] !== 'ENOPROTOOPT') continue;
        const { supported, reason } = named(name);
        if (!supported) expect(reason).toBeTruthy();
      }
    }
    // Of this one the kernel lacks what it is for, not the option.
    expect(named('SO_RESERVE_MEM').supported).toBe(kernelVersion() >= 5016);
  });

  it('supports no option that is newer than the kernel, and says so', () => {
    const newer = optionTable().filter(
      ({ since }) => since !== undefined && kernelVersion(since) > kernelVersion(),
    );
    for (const { name, supported, reason, since } of newer) {
      expect([name, supported]).toEqual([name, false]);
      expect(reason).toMatch(`new in Linux ${since}; this is `);
    }
  });

  it('supports what every kernel of this age has', () => {
    const names =
      'SO_REUSEADDR SO_TYPE SO_LINGER SO_RCVTIMEO SO_BINDTODEVICE SO_ATTACH_FILTER SO_PEERCRED ' +
      'SO_DETACH_FILTER SO_RCVBUFFORCE TCP_NODELAY TCP_INFO TCP_CONGESTION TCP_REPAIR_OPTIONS ' +
      'TCP_REPAIR_WINDOW IP_TTL IP_HDRINCL IPV6_V6ONLY IPV6_CHECKSUM UDP_CORK';
    const lacking = names.split(' ').filter((name) => !named(name).supported);
    expect(lacking).toEqual([]);
  });
});

describe('optionInfo', () => {
  it('tells what the table tells', () => {
    for (const info of [named('SO_MARK'), named('TCP_ULP'), named('SO_INQ')]) {
      expect(optionInfo(info.level, info.optname)).toEqual(info);
    }
    const { supported, how, reason } = named('SO_RCVBUFFORCE');
    expect(optionInfo(SOL_SOCKET, SO_RCVBUFFORCE)).toEqual({
      level: 1,
      levelName: 'SOL_SOCKET',
      optname: 33,
      name: 'SO_RCVBUFFORCE',
      access: 'write',
      since: undefined,
      needs: ['CAP_NET_ADMIN'],
      needsWhen: undefined,
      ...{ supported, how, reason },
    });
    expect({ supported, how }).toEqual({
      supported: true,
      how: isRoot ? 'asked the kernel' : 'kernel version',
    });
    expect(optionInfo(SOL_SOCKET, SO_TYPE)?.access).toBe('read');
    expect(optionInfo(IPPROTO_TCP, TCP_NODELAY)?.access).toBe('both');
    expect(optionInfo(SOL_SOCKET, SO_BUSY_POLL)?.needsWhen).toBe('raised, before Linux 6.4');
  });

  it('tells by the kernel what its version does not tell', () => {
    const reserve = optionInfo(SOL_SOCKET, SO_RESERVE_MEM);
    expect(reserve?.how).toBe('asked the kernel');
    for (const optname of [TCP_MD5SIG, TCP_AO_INFO]) {
      const told = optionInfo(IPPROTO_TCP, optname);
      expect(told?.how).toBe('asked the kernel');
      if (told?.supported === false) expect(told.reason).toMatch(/ENOPROTOOPT|new in Linux/);
    }
    const set = () => {
      const fd = sockfd.socket(sockfd.AF_INET, sockfd.SOCK_STREAM);
      try {
        sockfd.setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, {
          addr: { family: sockfd.AF_INET, addr: '127.0.0.1', port: 0 },
          key: 'x',
        });
        return true;
      } catch {
        return false;
      } finally {
        sockfd.close(fd);
      }
    };
    expect(optionInfo(IPPROTO_TCP, TCP_MD5SIG)?.supported).toBe(set());
  });

  it('tells by the version of the kernel what cannot be asked without a capability', () => {
    const body = `nobody();
const told = s.optionTable();
const find = (name) => told.find((info) => info.name === name);
tell([find('IPV6_HDRINCL'), find('SO_MARK'), find('SO_RCVBUFFORCE')]
  .map(({ supported, how, reason }) => [supported, how, reason ?? null]));
tell(told.filter(({ how }) => how === 'asked the kernel').map(({ name, supported }) => [name, supported]));`;
    const [three, asked] = node(body);
    expect(three).toEqual([
      [true, 'kernel version', 'not asked: a raw IPv6 socket needs CAP_NET_RAW'],
      [true, 'asked the kernel', null],
      [true, 'kernel version', 'not asked: without CAP_NET_ADMIN it is EPERM'],
    ]);
    expect(named('IPV6_HDRINCL').how).toBe(isRoot ? 'asked the kernel' : 'kernel version');
    // What the kernel tells does not depend on who asks.
    const known = asked as [name: string, supported: boolean][];
    expect(known).toEqual(known.map(([name]) => [name, named(name).supported]));
  });

  it('knows nothing of what is in no table, whatever the key', () => {
    expect(optionInfo(SOL_SOCKET, 9999)).toBeUndefined();
    expect(optionInfo(9999, SO_TYPE)).toBeUndefined();
    expect(optionInfo(SOL_SOCKET, SO_RIGHTS_NOTRUNC)?.name).toBe('SO_RIGHTS_NOTRUNC');
    expectRefused(() => optionInfo('1' as never, 1), TypeError, 'level');
    expectRefused(() => optionInfo(1, 1.5), RangeError, 'optname');
  });

  it('says when no socket can be opened', () => {
    const body = `nofile(64);
const fds = [];
for (let i = 0; i < 100; i++) {
  try { fds.push(s.socket(s.AF_UNIX, s.SOCK_DGRAM)); } catch { break; }
}
tell([code(() => s.optionInfo(s.SOL_SOCKET, s.SO_TYPE)), fds.length < 100]);
fds.forEach((fd) => s.close(fd));
tell(s.optionInfo(s.SOL_SOCKET, s.SO_TYPE).supported);`;
    expect(node(body)).toEqual([[['EMFILE', 'socket'], true], true]);
  });
});

describe('asking', () => {
  it('opens no pidfd, and closes all that it opened', () => {
    expect(optionInfo(SOL_SOCKET, SO_PEERPIDFD)?.supported).toBe(kernelVersion() >= 6005);
    expect(optionInfo(SOL_SOCKET, SO_ERROR)?.supported).toBe(true);
    // guardFds() sees to the rest.
  });

  it('makes no call but on sockets of its own, and sets no more than an int', (context) => {
    if (straceMissing !== undefined) context.skip(straceMissing);
    const index = join(import.meta.dirname, '../../dist/index.js');
    const program = `const s = await import(${JSON.stringify(index)});
const mark = () => { try { s.close(-4242); } catch {} };
mark();
s.optionTable();
mark();`;
    const lines = betweenMarks(
      strace(
        ['-e', 'trace=%network,close,dup,pidfd_open'],
        [process.execPath, '--input-type=module', '-e', program],
      ),
    );
    const open = new Set<string>();
    const strangers: string[] = [];
    let asked = 0;
    for (const line of lines) {
      const [, call = '', fd = ''] = /^(\w+)\((-?\d+)?/.exec(line) ?? [];
      const opened = call === 'socket' ? /= (-?\d+)/.exec(line)?.[1] : undefined;
      if (opened !== undefined && opened !== '-1') open.add(opened);
      else if (opened === '-1' || (call === 'bind' && line.includes('AF_ALG') && open.has(fd))) {
        // There is no such family, or it is told the algorithm.
      } else if (call === 'socketpair') {
        for (const each of /\[(\d+), (\d+)\]/.exec(line)?.slice(1) ?? []) open.add(each);
      } else if (call === 'close' && open.delete(fd)) {
        // It was one of its own.
      } else if (call === 'getsockopt' && open.has(fd)) asked++;
      else if (call === 'setsockopt' && open.has(fd) && / 4\) += /.test(line)) asked++;
      else strangers.push(line);
    }
    // Where no socket is to be had, nothing can be asked.
    const nowhere = /EAFNOSUPPORT|not asked: a .* socket needs/;
    const there = optionTable().filter(({ reason = '' }) => !nowhere.test(reason));
    expect(asked).toBeGreaterThanOrEqual(there.length);
    // The connection for TLS is to itself.
    const own = ['SO_LINGER', 'sin_addr', 'sin_addr', 'sin_addr', 'TCP_ULP'];
    expect(strangers.map((line) => /SO_LINGER|TCP_ULP|sin_addr/.exec(line)?.[0])).toEqual(own);
    expect(
      strangers.filter((line) => /sin_addr/.test(line) && !line.includes('127.0.0.1')),
    ).toEqual([]);
    expect([...open]).toEqual([]);
  });
});
