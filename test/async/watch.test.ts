/** Callbacks: what is told, how often, and what ends it. */

import { spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  close,
  close_range,
  dup,
  dup2,
  EPOLLERR,
  EPOLLET,
  EPOLLHUP,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLPRI,
  EPOLLRDHUP,
  MSG_DONTWAIT,
  MSG_OOB,
  recv as recvNow,
  SHUT_WR,
  SO_LINGER,
  SOCK_NONBLOCK,
  SOL_SOCKET,
  send as sendNow,
  setsockopt,
  shutdown,
} from '../../lib/index.js';
import { recv, type Watch, watch } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { fill, registered, turns, warmPromises } from '../support/promises.js';
import {
  closedFd,
  disown,
  expectError,
  expectRefused,
  guardFds,
  listener,
  open,
  own,
  shut,
  tcpPair,
  unixPair,
} from '../support/sockets.js';
import { betweenMarks, strace, straceMissing } from '../support/strace.js';

warmPromises();
guardFds();

const room = (): Uint8Array => new Uint8Array(64);

/** What a watch has told, and a promise of the next. */
class Told {
  readonly events: number[] = [];
  private wake: () => void = () => undefined;

  readonly callback = (events: number): void => {
    this.events.push(events);
    this.wake();
  };

  /** Waits until so much was told. */
  async count(n: number): Promise<number[]> {
    while (this.events.length < n) {
      await new Promise<void>((wake) => {
        this.wake = wake;
      });
    }
    return this.events;
  }
}

describe('watch', () => {
  it('tells what is there already, and not before it has returned', async () => {
    const [a, b] = unixPair();
    sendNow(b, 'x');
    const told = new Told();
    watch(a, EPOLLIN, told.callback);
    expect(told.events).toEqual([]);
    expect(await told.count(1)).toEqual([EPOLLIN]);
  });

  it('tells what others have left there', async () => {
    const [a, b] = unixPair();
    const first = watch(a, EPOLLIN, () => undefined);
    const waiting = recv(a, new Uint8Array(1));
    first.stop();
    sendNow(b, 'xy');
    expect(await waiting).toBe(1);
    // Nothing new comes, and the registration is there: it is told at once all the same.
    const told = new Told();
    watch(a, EPOLLIN, told.callback);
    await turns(3);
    expect(told.events).toEqual([EPOLLIN]);
  });

  it('tells which descriptor it is', async () => {
    const [a, b] = unixPair();
    const told = new Promise((tell) => {
      watch(a, EPOLLIN, (...args) => tell(args));
    });
    sendNow(b, 'x');
    expect(await told).toEqual([EPOLLIN, a]);
  });

  it('tells each change once, whether or not it was taken', async () => {
    const [a, b] = unixPair();
    const told = new Told();
    watch(a, EPOLLIN, told.callback);
    await turns(3);
    expect(told.events).toEqual([]);
    for (let n = 1; n < 4; n++) {
      sendNow(b, 'x');
      expect(await told.count(n)).toHaveLength(n);
      await turns(3);
      expect(told.events).toHaveLength(n);
    }
    expect(recvNow(a, room())).toBe(3);
  });

  it('is not told again of what another is told', async () => {
    const [[a, b], [c, d]] = [unixPair(), unixPair()];
    const [one, two] = [new Told(), new Told()];
    watch(a, EPOLLIN, one.callback);
    watch(c, EPOLLIN, two.callback);
    // Both in one round, and then one of them in a round of its own.
    for (const fd of [b, d]) sendNow(fd, 'x');
    await Promise.all([one.count(1), two.count(1)]);
    sendNow(b, 'x');
    expect(await one.count(2)).toHaveLength(2);
    await turns(3);
    expect(two.events).toEqual([EPOLLIN]);
  });

  it('tells that there is room to write again', async () => {
    const [a, b] = unixPair();
    const told = new Told();
    fill(a);
    watch(a, EPOLLOUT, told.callback);
    await turns(3);
    expect(told.events).toEqual([]);
    const buf = new Uint8Array(1 << 20);
    while (raw.recv(b, buf, MSG_DONTWAIT) > 0);
    expect(await told.count(1)).toContain(EPOLLOUT);
  });

  it('tells the end of a stream, and that nothing more can come or go', async () => {
    const { client, server } = tcpPair();
    const told = new Told();
    watch(server, EPOLLIN | EPOLLRDHUP, told.callback);
    shutdown(client, SHUT_WR);
    expect(await told.count(1)).toEqual([EPOLLIN | EPOLLRDHUP]);
    shutdown(server, SHUT_WR);
    expect((await told.count(2)).at(-1)).toBe(EPOLLIN | EPOLLRDHUP | EPOLLHUP);
  });

  it('tells an error that was not asked for', async () => {
    const { client, server } = tcpPair();
    const told = new Told();
    watch(client, 0, told.callback);
    setsockopt(server, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
    shut(server);
    expect(await told.count(1)).toEqual([EPOLLERR | EPOLLHUP]);
  });

  it('tells urgent data', async () => {
    const { client, server } = tcpPair();
    const told = new Told();
    watch(server, EPOLLPRI, told.callback);
    sendNow(client, 'not urgent');
    await turns(3);
    expect(told.events).toEqual([]);
    sendNow(client, '!', MSG_OOB);
    expect(await told.count(1)).toEqual([EPOLLPRI]);
  });

  it('refuses what cannot be waited for', () => {
    const file = own(openSync(import.meta.filename, 'r'));
    expectError(() => watch(file, EPOLLIN, () => undefined), 'epoll_ctl', 'EPERM');
    for (const fd of [closedFd(), -1]) {
      expectError(() => watch(fd, EPOLLIN, () => undefined), 'epoll_ctl', 'EBADF');
    }
  });
});

describe('the end of a watch', () => {
  it('is stop: nothing is told any more, and the descriptor stays open', async () => {
    const [a, b] = unixPair();
    const told = new Told();
    const watching = watch(a, EPOLLIN, told.callback);
    expect(watching).toMatchObject({ fd: a, active: true });
    expect(registered(a)).toHaveLength(1);
    watching.stop();
    watching.stop();
    expect(watching.active).toBe(false);
    expect(registered(a)).toEqual([]);
    sendNow(b, 'x');
    await turns(3);
    expect(told.events).toEqual([]);
    expect(recvNow(a, room())).toBe(1);
  });

  it.each<[string, (fd: number) => void]>([
    ['close', (fd) => close(disown(fd))],
    ['close of sockfd/raw', (fd) => raw.close(disown(fd))],
    ['close_range', (fd) => close_range(disown(fd), fd)],
    ['dup2', (fd) => dup2(unixPair()[0], fd)],
  ])('is %s, and is not told', async (_how, by) => {
    const [a, b] = unixPair();
    const told = new Told();
    const watching = watch(a, EPOLLIN, told.callback);
    own(dup(a));
    by(a);
    expect(watching.active).toBe(false);
    sendNow(b, 'for the duplicate');
    await turns(3);
    expect(told.events).toEqual([]);
    // Nothing is left that these could do.
    watching.stop();
    expect(watching.ref().unref()).toBe(watching);
  });

  it('can be its own doing', async () => {
    const [a, b] = unixPair();
    const told = new Told();
    const watching = watch(a, EPOLLIN, (events) => {
      watching.stop();
      told.callback(events);
    });
    sendNow(b, 'x');
    await told.count(1);
    sendNow(b, 'y');
    await turns(3);
    expect(told.events).toEqual([EPOLLIN]);
  });

  it('can be the doing of another that is told of the same', async () => {
    const [a, b] = unixPair();
    const [told, never, always] = [new Told(), new Told(), new Told()];
    let second: Watch | undefined;
    watch(a, EPOLLIN, (events) => {
      second?.stop();
      told.callback(events);
    });
    second = watch(a, EPOLLIN, never.callback);
    watch(a, EPOLLIN, always.callback);
    sendNow(b, 'x');
    await always.count(1);
    expect(told.events).toEqual([EPOLLIN]);
    expect(never.events).toEqual([]);
  });

  it('may be followed by another of the same number in the callback', async () => {
    const [a, b] = unixPair();
    const [told, next] = [new Told(), new Told()];
    let other = -1;
    watch(a, EPOLLIN, (events) => {
      shut(a);
      const [c, d] = unixPair();
      other = c === a ? d : c;
      watch(a, EPOLLIN, next.callback);
      told.callback(events);
    });
    sendNow(b, 'x');
    await told.count(1);
    await turns(3);
    expect(next.events).toEqual([]);
    sendNow(other, 'y');
    expect(await next.count(1)).toEqual([EPOLLIN]);
    expect(told.events).toHaveLength(1);
  });
});

describe('beside others on the same descriptor', () => {
  it('each is told what it watches for', async () => {
    const [a, b] = unixPair();
    const [reads, writes] = [new Told(), new Told()];
    watch(a, EPOLLIN, reads.callback);
    watch(a, EPOLLOUT, writes.callback);
    expect(await writes.count(1)).toEqual([EPOLLOUT]);
    sendNow(b, 'x');
    await reads.count(1);
    expect(new Set(reads.events)).toEqual(new Set([EPOLLIN]));
    expect(new Set(writes.events)).toEqual(new Set([EPOLLOUT]));
    // Edge-triggered, also after the second has changed what the first had registered.
    const told = [...reads.events, ...writes.events];
    await turns(5);
    expect([...reads.events, ...writes.events]).toEqual(told);
  });

  it('a watch that begins in a callback is not told in that round', async () => {
    const [a, b] = unixPair();
    const told = new Told();
    let begun = 0;
    watch(a, EPOLLIN, () => {
      if (begun++ === 0) watch(a, EPOLLIN, told.callback);
      expect(told.events).toEqual([]);
    });
    sendNow(b, 'x');
    // What is there already is told to it, in a round of its own.
    expect(await told.count(1)).toEqual([EPOLLIN]);
  });

  it('a promise waits, and is served', async () => {
    const [a, b] = unixPair();
    const told = new Told();
    watch(a, EPOLLIN, told.callback);
    const waiting = recv(a, room());
    sendNow(b, 'hello');
    expect(await waiting).toBe(5);
    await told.count(1);
    sendNow(b, 'x');
    await told.count(2);
    expect(recvNow(a, room())).toBe(1);
  });
});

describe('the events of a watch', () => {
  it('are refused with EPOLLET, and it says why', () => {
    const [a] = unixPair();
    expectRefused(() => watch(a, EPOLLIN | EPOLLET, () => undefined), RangeError, 'events');
    expect(() => watch(a, EPOLLIN | EPOLLET, () => undefined)).toThrow('edge-triggered');
    expectRefused(() => watch(a, EPOLLIN | EPOLLONESHOT, () => undefined), RangeError, 'events');
  });
});

describe('a server by callbacks', () => {
  it('gives back each byte to each of 100 connections', async () => {
    const { fd, addr } = listener(128, undefined, SOCK_NONBLOCK);
    const buf = new Uint8Array(1024);
    const take = (connection: number): void => {
      for (;;) {
        const n = raw.recv(connection, buf, MSG_DONTWAIT);
        if (n === 0) shut(connection);
        if (n <= 0) return;
        expect(raw.send(connection, buf, 0, 0, n)).toBe(n);
      }
    };
    watch(fd, EPOLLIN, () => {
      for (;;) {
        const connection = raw.accept4(fd, null, undefined, SOCK_NONBLOCK);
        if (connection < 0) return;
        watch(own(connection), EPOLLIN, () => take(connection));
      }
    });
    const size = 5000;
    const clients = Array.from({ length: 100 }, async (_, i) => {
      const client = open(addr.family, 1);
      expect(raw.connect(client, addr)).toBe(0);
      sendNow(client, new Uint8Array(size).fill(i));
      shutdown(client, SHUT_WR);
      const got: number[] = [];
      for (let n = 1; n > 0; ) {
        const bytes = new Uint8Array(4096);
        n = await recv(client, bytes);
        got.push(...bytes.subarray(0, n));
      }
      return got.length === size && got.every((byte) => byte === i);
    });
    expect(await Promise.all(clients)).toEqual(new Array(100).fill(true));
  });
});

const url = (file: string): string =>
  JSON.stringify(pathToFileURL(join(resolve(import.meta.dirname, '../..'), 'dist', file)).href);

const head = `
  import * as s from ${url('index.js')};
  import { watch } from ${url('promises.js')};
  const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_NONBLOCK);
  const say = (text) => console.log(text);
`;

/** How a program ends, and what it prints. */
function ended(body: string): { status: number | null; stdout: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', head + body],
    { encoding: 'utf8', timeout: 45_000 },
  );
  return { status, stdout: stdout + stderr };
}

describe.skipIf(straceMissing)('the system calls', () => {
  it('of a callback are those that it makes', () => {
    const body = `
      import * as raw from ${url('raw.js')};
      const buf = new Uint8Array(64);
      const mark = () => raw.close(-4242);
      let wake;
      watch(a, s.EPOLLIN, () => {
        raw.recv(a, buf);
        wake();
      });
      const once = () => new Promise((resolve) => {
        wake = resolve;
        raw.send(b, 'x');
      });
      await once();
      mark();
      for (let i = 0; i < 3; i++) await once();
      mark();
      s.close(a);`;
    const done = strace(
      ['-e', 'trace=%network,epoll_ctl,close'],
      [process.execPath, '--input-type=module', '-e', head + body],
    );
    expect(done.stderr).toBe('');
    const calls = betweenMarks(done).map((line) => line.replace(/\(.*/s, ''));
    expect(calls).toEqual(new Array(3).fill(['sendto', 'recvfrom']).flat());
  });
});

describe('a process', () => {
  it.each([
    ['stop', 'watching.stop();'],
    ['close', 's.close(a);'],
    ['unref', 'watching.unref().ref().unref();'],
  ])('stays while something is watched, until %s', (_how, end) => {
    const body = `
      const watching = watch(a, s.EPOLLIN, () => {
        say('told');
        ${end}
      });
      setTimeout(() => s.send(b, 'x'), 20).unref();`;
    expect(ended(body)).toEqual({ status: 0, stdout: 'told\n' });
  });

  it('stays for a watch that is to keep it again', () => {
    const body = `
      const watching = watch(a, s.EPOLLIN, () => {
        say('told');
        watching.stop();
      });
      watching.unref().ref();
      setTimeout(() => s.send(b, 'x'), 20).unref();`;
    expect(ended(body)).toEqual({ status: 0, stdout: 'told\n' });
  });

  it('stays for one while another is unref’ed, closed, and forgotten', () => {
    const body = `
      watch(b, s.EPOLLIN, () => say('never')).unref();
      s.close(b);
      const [c, d] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      const watching = watch(c, s.EPOLLIN, () => {
        say('told');
        watching.stop();
      });
      setTimeout(() => s.send(d, 'x'), 20).unref();`;
    expect(ended(body)).toEqual({ status: 0, stdout: 'told\n' });
  });

  it.each(['ref', 'unref', 'unref().ref', 'ref().unref'])(
    'is kept by what waits, whatever %s does to a watch that has ended',
    (calls) => {
      const body = `
      const [closed, stopped] = [watch(a, s.EPOLLIN, () => {}), watch(b, s.EPOLLIN, () => {})];
      for (const each of [closed, stopped]) each.unref();
      s.close(a);
      stopped.stop();
      for (const each of [closed, stopped]) each.${calls}();
      const [c, d] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      const watching = watch(c, s.EPOLLIN, () => {
        say('told');
        watching.stop();
      });
      setTimeout(() => s.send(d, 'x'), 20).unref();`;
      expect(ended(body)).toEqual({ status: 0, stdout: 'told\n' });
    },
  );

  it('hears of what a callback throws, and the others are called', () => {
    const body = `
      process.on('uncaughtException', (error, origin) => say(origin + ' ' + error.message));
      const pairs = [1, 2, 3].map(() => s.socketpair(s.AF_UNIX, s.SOCK_STREAM));
      let calls = 0;
      const all = pairs.map(([c], i) => watch(c, s.EPOLLIN, () => {
        if (++calls === 6) for (const each of all) each.stop();
        // What comes before the first is told would be told with it.
        if (calls === 3) setImmediate(sendAll);
        throw new Error(String(i));
      }));
      const sendAll = () => { for (const [, d] of pairs) s.send(d, 'x'); };
      sendAll();`;
    const line = (i: number): string => `uncaughtException ${i}\n`;
    const round = [0, 1, 2].map(line).join('');
    expect(ended(body)).toEqual({ status: 0, stdout: round + round });
  });

  it('ends when there was nothing to watch', () => {
    const body = `
      for (const fd of [-1, 12345]) {
        try {
          watch(fd, s.EPOLLIN, () => undefined);
        } catch (error) {
          say(error.code);
        }
      }`;
    expect(ended(body)).toEqual({ status: 0, stdout: 'EBADF\nEBADF\n' });
  });

  it('ends by what a callback throws, where nobody hears of it', () => {
    const { status, stdout } = ended(`
      watch(a, s.EPOLLIN, () => { throw new Error('mine'); });
      s.send(b, 'x');`);
    expect(status).toBe(1);
    expect(stdout).toContain('Error: mine');
  });
});
