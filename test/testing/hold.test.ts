import { describe, expect, it, onTestFinished } from 'vitest';
import { AF_INET, AF_INET6, AF_UNIX, SOCK_STREAM, SystemError } from '../../lib/index.js';
import {
  type HeldState,
  type HeldStateName,
  heldStates,
  holdState,
  waitForState,
} from '../../lib/testing.js';
import { node, run, waitUntil } from '../support/child.js';
import { countFds } from '../support/fds.js';
import { inodeOf, procNet } from '../support/procnet.js';
import {
  bound,
  closedFd,
  expectError,
  expectRefused,
  guardFds,
  type InetAddr,
  LOOPBACK,
} from '../support/sockets.js';

guardFds();

/** The states as /proc/net/tcp numbers them, which are those of include/net/tcp_states.h. */
const numbers: Record<HeldStateName, number> = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
};

const families: ['tcp' | 'tcp6', InetAddr][] = [
  ['tcp', LOOPBACK],
  ['tcp6', { family: AF_INET6, addr: '::1', port: 0 }],
];

/** The numbers of the states that /proc/net shows of a held socket. */
function shown(table: 'tcp' | 'tcp6', held: HeldState): number[] {
  const { fd, local, remote } = held;
  const rows = procNet(table);
  const inode = fd === undefined ? undefined : inodeOf(fd);
  const mine =
    inode === undefined || held.state === 'TIME_WAIT'
      ? rows.filter((row) => row.localPort === local?.port && row.remotePort === remote?.port)
      : rows.filter((row) => row.inode === inode);
  return mine.map(({ state }) => state);
}

/**
 * The states that are left of a connection, seen from both of its ends, and of the sockets that
 * were held. Each port alone may be in use by somebody else as well.
 */
function left(table: 'tcp' | 'tcp6', { local, remote }: HeldState, inodes: number[]): number[] {
  const ends = [`${local?.port} ${remote?.port}`, `${remote?.port} ${local?.port}`];
  return procNet(table)
    .filter(
      ({ localPort, remotePort, inode }) =>
        ends.includes(`${localPort} ${remotePort}`) || inodes.includes(inode),
    )
    .map(({ state }) => state);
}

const rows = families.flatMap(([table, addr]) =>
  heldStates.map((state) => ({ state, table, addr })),
);

describe('holdState', () => {
  it('knows the eleven states', () => {
    expect([...heldStates].sort()).toEqual(Object.keys(numbers).sort());
  });

  it.each(rows)(
    'holds $state, which /proc/net/$table shows, twenty times',
    ({ state, table, addr }) => {
      for (let n = 0; n < 20; n++) {
        const before = countFds();
        const held = holdState(state, { addr });
        const inodes = held.fds.map(inodeOf);
        try {
          expect(held.state).toBe(state);
          expect(held.observe()?.state).toBe(state);
          // What never listened or connected is in no table: CLOSE is seen by its absence. The
          // kernel writes the table piece by piece: while other sockets come and go, one reading
          // may miss a row or show it twice.
          const expected = String(state === 'CLOSE' ? [] : [numbers[state]]);
          waitUntil(
            () => String(shown(table, held)) === expected,
            `${state} in /proc/net/${table}`,
          );
        } finally {
          held.dispose();
        }
        expect(countFds()).toBe(before);
        const isGone = (): boolean => left(table, held, inodes).every((other) => other === 6);
        waitUntil(isGone, `${state} is gone`);
      }
    },
  );

  it.each(rows)('holds $state as ss shows it, $table', ({ state, addr }) => {
    const names: Partial<Record<HeldStateName, string>> = {
      ESTABLISHED: 'ESTAB',
      SYN_SENT: 'SYN-SENT',
      SYN_RECV: 'SYN-RECV',
      FIN_WAIT1: 'FIN-WAIT-1',
      FIN_WAIT2: 'FIN-WAIT-2',
      TIME_WAIT: 'TIME-WAIT',
      CLOSE_WAIT: 'CLOSE-WAIT',
      LAST_ACK: 'LAST-ACK',
    };
    const held = holdState(state, { addr });
    onTestFinished(() => held.dispose());
    const { local, remote, fd } = held;
    const ports =
      local === undefined || remote === undefined
        ? []
        : ['sport', '=', `:${local.port}`, 'and', 'dport', '=', `:${remote.port}`];
    const lines = run('ss', ['-taneH', ...ports]).split('\n');
    const inode = fd === undefined || state === 'TIME_WAIT' ? undefined : inodeOf(fd);
    const mine = lines.filter(
      (line) => line !== '' && (inode === undefined || line.includes(` ino:${inode} `)),
    );
    const seen = mine.map((line) => line.split(/\s+/)[0]);
    expect(seen).toEqual(state === 'CLOSE' ? [] : [names[state] ?? state]);
    held.dispose();
  });

  it.each(heldStates)('tells whose %s it is, and gives the descriptors that exist', (state) => {
    const held = holdState(state);
    onTestFinished(() => held.dispose());
    const hidden = state === 'SYN_RECV' || state === 'TIME_WAIT';
    expect(held.fd === undefined).toBe(hidden);
    for (const fd of [held.fd, held.peer, held.listener]) {
      if (fd !== undefined) expect(held.fds).toContain(fd);
    }
    expect(new Set(held.fds).size).toBe(held.fds.length);
    expect(held.role).toBe(held.observe()?.role);
    held.dispose();
  });

  it('is disposed of once: again, nothing happens, and no descriptor of others is closed', () => {
    for (const state of heldStates) {
      const held = holdState(state);
      const numbers = [...held.fds];
      expect(numbers.length).toBeGreaterThan(0);
      held.dispose();
      expect(held.fds).toEqual([]);
      // Another now has the same numbers.
      const other = holdState('ESTABLISHED');
      held.dispose();
      held[Symbol.dispose]();
      expect(other.observe()?.state).toBe('ESTABLISHED');
      other.dispose();
    }
  });

  it('is disposed of by Symbol.dispose as well', () => {
    const before = countFds();
    const held = holdState('CLOSING');
    expect(countFds()).toBeGreaterThan(before);
    held[Symbol.dispose]();
    expect(countFds()).toBe(before);
  });

  it('holds many at a time', () => {
    const all = heldStates.flatMap((state) => [holdState(state), holdState(state)]);
    try {
      expect(all.map((held) => held.observe()?.state)).toEqual(all.map(({ state }) => state));
    } finally {
      for (const held of all) held.dispose();
    }
  });

  it('works as an ordinary user, without any capability', () => {
    const body = `nobody();
for (const addr of [lo, { family: s.AF_INET6, addr: '::1', port: 0 }]) {
  for (const state of testing.heldStates) {
    const held = testing.holdState(state, { addr });
    tell([state, held.observe().state]);
    held.dispose();
  }
}
const { readFileSync } = await import('node:fs');
tell(/^CapEff:\\s+(\\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);`;
    const told = node(body);
    expect(told.pop()).toBe('0000000000000000');
    expect(told).toEqual([...heldStates, ...heldStates].map((state) => [state, state]));
  });

  it('refuses what is no state, and opens nothing', () => {
    for (const state of ['NEW_SYN_RECV', 'BOUND_INACTIVE', 'closed', '', 'toString', '__proto__']) {
      expectRefused(() => holdState(state as HeldStateName), RangeError, 'state');
    }
  });

  it.each(heldStates)('leaves no descriptor when the way to %s fails', (state) => {
    // CLOSE is reached by the first call of its path, before anything can fail.
    if (state === 'CLOSE') return expect(holdState(state).dispose()).toBeUndefined();
    const before = countFds();
    const { addr: taken } = bound(SOCK_STREAM);
    expectError(() => holdState(state, { addr: taken as InetAddr }), 'bind', 'EADDRINUSE');
    const foreign = { family: AF_INET, addr: '192.0.2.1', port: 0 } as const;
    expectError(() => holdState(state, { addr: foreign }), 'bind', 'EADDRNOTAVAIL');
    expect(countFds()).toBe(before + 1);
  });

  it('leaves no descriptor when there are none left', () => {
    const body = `nofile(64);
const { readdirSync } = await import('node:fs');
const count = () => readdirSync('/proc/self/fd').length;
const fill = [];
try { for (let n = 0; n < 100; n++) fill.push(s.socket(s.AF_UNIX, s.SOCK_DGRAM)); } catch {}
for (const fd of fill.splice(-3)) s.close(fd);
const before = count();
try { testing.holdState('TIME_WAIT'); } catch (error) { tell([error.message, error.cause.code]); }
tell(count() - before);`;
    const [error, more] = node(body);
    // Three descriptors are enough for both ends and the listener, but not for netlink.
    expect(error).toEqual(['NETLINK_SOCK_DIAG cannot be asked: socket EMFILE', 'EMFILE']);
    expect(more).toBe(0);
  });

  it('is not disturbed by signals: children end at every moment', () => {
    const body = `const { spawn } = await import('node:child_process');
const { setTimeout } = await import('node:timers/promises');
for (let n = 0; n < 40; n++) {
  for (const s of ['0', '0.002', '0.005']) spawn('sleep', [s]);
  tell(code(() => testing.holdState('TIME_WAIT').dispose()));
  await setTimeout(0);
}`;
    expect(node(body)).toEqual(new Array(40).fill(['ok', null]));
  });

  it('takes no address that is not of TCP', () => {
    const addr = { family: AF_UNIX, path: '/x' } as never;
    expectRefused(() => holdState('LISTEN', { addr }), RangeError, 'options.addr.family');
    expectRefused(() => holdState('LISTEN', { addr: '::1' as never }), TypeError, 'options.addr');
  });

  it('takes no time that is none', () => {
    const name = 'options.timeout_ms';
    const before = countFds();
    expectRefused(() => holdState('LISTEN', { timeout_ms: Number.NaN }), RangeError, name);
    expectRefused(() => holdState('LISTEN', { timeout_ms: -1 }), RangeError, name);
    expect(countFds()).toBe(before);
  });
});

describe('waitForState', () => {
  it('returns the TCP_INFO of the state, at once when it is there already', () => {
    const held = holdState('CLOSE_WAIT');
    onTestFinished(() => held.dispose());
    expect(waitForState(held.fd, 'CLOSE_WAIT', 0)).toMatchObject({ state: numbers.CLOSE_WAIT });
    held.dispose();
  });

  it('says what it saw last when the time is over', () => {
    const { fd } = bound(SOCK_STREAM);
    const wait = () => waitForState(fd, 'ESTABLISHED', 5);
    const start = performance.now();
    expect(wait).toThrow(/ is not in ESTABLISHED after 5 ms, but in CLOSE$/);
    expect(performance.now() - start).toBeGreaterThanOrEqual(4.5);
    expect(wait).not.toThrow(SystemError);
  });

  it('fails as getsockopt on a descriptor that is not open', () => {
    expectError(() => waitForState(closedFd(), 'ESTABLISHED', 5), 'getsockopt', 'EBADF');
  });
});
