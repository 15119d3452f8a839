/** What a process does that uses sockfd/promises: its system calls, its end, its workers. */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { node } from '../support/child.js';
import { betweenMarks, strace, straceMissing } from '../support/strace.js';

const url = (file: string): string =>
  JSON.stringify(pathToFileURL(join(resolve(import.meta.dirname, '../..'), 'dist', file)).href);

const head = `
  import * as s from ${url('index.js')};
  import * as raw from ${url('raw.js')};
  import * as promises from ${url('promises.js')};
  const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_NONBLOCK);
  const buf = new Uint8Array(64);
  const mark = () => raw.close(-4242);
  const turns = async (n) => { for (; n > 0; n--) await new Promise((r) => setImmediate(r)); };
`;

/** How Node wakes one of its other threads, whenever it likes: an eventfd gets a 1. */
const wakes = /^write\(\d+, "\\1(\\0){7}", 8\)/;

/** The names of the system calls between the marks of a program. */
function traced(
  body: string,
  calls = '%network,read,write,epoll_ctl,epoll_wait,epoll_pwait,epoll_create1,fcntl',
): string[] {
  const command = [process.execPath, '--input-type=module', '-e', head + body];
  const done = strace(['-e', `trace=${calls},close`], command);
  expect(done.stderr).toBe('');
  const lines = betweenMarks(done).filter((line) => !wakes.test(line));
  return lines.map((line) => line.replace(/\(.*/s, ''));
}

describe.skipIf(straceMissing)('the system calls', () => {
  it('of a call that can be completed at once are that call', () => {
    const body = `
      mark();
      await promises.send(b, 'hello');
      await promises.recv(a, buf);
      await promises.sendto(b, 'x', 0, null);
      await promises.recvfrom(a, buf, { timeout: 1000 });
      await promises.sendmsg(b, { iov: [buf] }, { signal: new AbortController().signal });
      await promises.recvmsg(a, { iov: [buf] });
      await promises.write(b, 'y');
      await promises.read(a, buf);
      mark();
      raw.close(a);
      raw.close(b);`;
    expect(traced(body)).toEqual([
      ...['sendto', 'recvfrom', 'sendto', 'recvfrom', 'sendmsg', 'recvmsg'],
      ...['fcntl', 'write', 'fcntl', 'read'],
    ]);
  });

  it('of waiting again are none but the call', () => {
    const body = `
      const waiting = promises.recv(a, buf);
      raw.send(b, 'x');
      await waiting;
      mark();
      const again = promises.recv(a, buf);
      mark();
      raw.send(b, 'x');
      await again;`;
    expect(traced(body)).toEqual(['recvfrom']);
  });

  it('of many who wait for one descriptor are one, and one to look after it', () => {
    const body = `
      const [c, d] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_NONBLOCK);
      const one = promises.recv(a, buf);
      raw.send(b, 'x');
      await one;
      await promises.recv(c, buf, { timeout: 0 }).catch(() => {});
      const waiting = [];
      const wait = (fd) => {
        for (let i = 0; i < 20; i++) waiting.push(promises.recv(fd, new Uint8Array(1)));
      };
      // They are looked after in 5 ms, by a timer that is due earlier than these.
      const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      mark();
      wait(c);
      await later(6);
      wait(a);
      await later(60);
      mark();
      for (const fd of [b, d]) raw.send(fd, new Uint8Array(20));
      await Promise.all(waiting);`;
    expect(traced(body, 'epoll_ctl')).toEqual(new Array(4).fill('epoll_ctl'));
  });

  it('of many who wait for one are as many as get something, and one', () => {
    const body = `
      await promises.recv(b, buf, { timeout: 0 }).catch(() => {});
      mark();
      const all = [1, 2, 3, 4].map(() => promises.recv(a, buf, 0, 0, 1));
      raw.send(b, 'xy');
      await Promise.all(all.slice(0, 2));
      mark();
      raw.send(b, 'xy');
      await Promise.all(all);`;
    // The first finds nothing before it waits; the third finds nothing left, so the fourth asks not.
    expect(traced(body, 'recvfrom')).toEqual(new Array(4).fill('recvfrom'));
  });

  it('of a descriptor that is waited for again and again are few, and end', () => {
    const body = `
      const serve = async () => {
        const waiting = promises.recv(a, buf);
        raw.send(b, 'x');
        await waiting;
      };
      await serve();
      const last = promises.recv(a, buf);
      mark();
      await new Promise((resolve) => setTimeout(resolve, 300));
      mark();
      raw.send(b, 'x');
      await last;`;
    const calls = traced(body, 'epoll_ctl,epoll_wait,epoll_pwait');
    // Looked after once; and then the event loop sleeps, and is not woken 200 times a second.
    expect(calls.filter((call) => call === 'epoll_ctl')).toHaveLength(1);
    expect(calls.length).toBeLessThan(20);
  });

  it('do not go on while an error queue that nobody reads is full', () => {
    const body = `
      const fd = s.socket(s.AF_INET, s.SOCK_DGRAM | s.SOCK_NONBLOCK);
      const other = s.socket(s.AF_INET, s.SOCK_DGRAM);
      s.bind(other, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
      const nowhere = s.getsockname(other);
      // It keeps the port from others, and hears nobody but itself.
      s.connect(other, nowhere);
      s.setsockopt(fd, s.IPPROTO_IP, s.IP_RECVERR, true);
      s.sendto(fd, 'x', 0, nowhere);
      // The error itself is fetched; that it is in the queue remains.
      raw.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR, new Int32Array(1));
      const waiting = promises.recv(fd, buf).catch((error) => error.code);
      mark();
      await turns(100);
      mark();
      s.close(fd);
      if ((await waiting) !== 'EBADF') throw new Error(await waiting);`;
    const calls = traced(body, 'recvfrom');
    expect(calls.length).toBeLessThan(5);
  });

  it('of one who never waits open no epoll descriptor and load no libuv', () => {
    const body = `
      await promises.send(b, 'hello');
      await promises.recv(a, buf);
      import { readFileSync } from 'node:fs';
      process.stdout.write(JSON.stringify(/watcher\\.node/.test(readFileSync('/proc/self/maps'))));
      const waiting = promises.recv(a, buf);
      process.stdout.write(JSON.stringify(/watcher\\.node/.test(readFileSync('/proc/self/maps'))));
      raw.send(b, 'x');
      await waiting;`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', head + body]);
    expect(stdout.toString()).toBe('falsetrue');
  });
});

/** How a program ends, and what it prints. */
function ended(body: string): { status: number | null; signal: string | null; stdout: string } {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', head + body],
    { encoding: 'utf8', timeout: 45_000 },
  );
  return { status, signal, stdout: stdout + stderr };
}

describe('a process', () => {
  it('stays while something is waited for, and then ends by itself', () => {
    const body = `
      promises.recv(a, buf).then((n) => console.log('got', n));
      setTimeout(() => raw.send(b, 'x'), 50).unref();
      process.on('exit', () => console.log('exit'));`;
    // Node's timers that are unref'ed fire as long as something else keeps the loop.
    expect(ended(body)).toEqual({ status: 0, signal: null, stdout: 'got 1\nexit\n' });
  });

  it.each([
    [
      'was given up',
      `const c = new AbortController();
      promises.recv(a, buf, { signal: c.signal }).catch((error) => console.log(error.name));
      c.abort();`,
      'AbortError\n',
    ],
    [
      'was late',
      `promises.recv(a, buf, { timeout: 10 }).catch((e) => console.log(e.name));`,
      'TimeoutError\n',
    ],
    [
      'was closed',
      `promises.recv(a, buf).catch((error) => console.log(error.code));
      s.close(a);`,
      'EBADF\n',
    ],
    [
      'was detached',
      `promises.recv(a, buf).catch((error) => console.log(error.code));
      promises.detach(a);`,
      'ECANCELED\n',
    ],
    ['was polled', `console.log(await promises.poll([{ fd: a, events: 1 }], 10));`, '0\n'],
  ])('ends by itself when what it waited for %s', (_why, body, stdout) => {
    expect(ended(body)).toEqual({ status: 0, signal: null, stdout });
  });

  it('can end while something is waited for', () => {
    const body = `
      promises.recv(a, buf);
      setImmediate(() => process.exit(7));`;
    expect(ended(body)).toEqual({ status: 7, signal: null, stdout: '' });
  });

  it('hears of what a promise of it throws as of any other', () => {
    const body = `
      process.on('uncaughtException', (error, origin) => {
        console.log(origin, error.message);
        raw.send(b, 'y');
      });
      promises.recv(a, buf).then(() => { throw new Error('mine'); });
      promises.recv(a, buf).then(() => console.log('the next is served'));
      raw.send(b, 'x');`;
    const { status, stdout } = ended(body);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'unhandledRejection mine\nthe next is served\n',
    });
  });

  it('is told when no descriptor is left for epoll, and waits when there is one again', () => {
    const body = `nofile('64:');
      const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_NONBLOCK);
      const buf = new Uint8Array(8);
      const held = [];
      for (let fd = 0; (fd = raw.dup(a)) >= 0; ) held.push(fd);
      const why = (error) => tell([error.name, error.code, error.syscall]);
      await promises.recv(a, buf).catch(why);
      await promises.poll([{ fd: a, events: s.POLLIN }]).catch(why);
      try {
        promises.watch(a, s.EPOLLIN, () => undefined);
      } catch (error) {
        why(error);
      }
      s.close(held.pop());
      const waiting = promises.recv(a, buf);
      s.send(b, 'x');
      tell(await waiting);`;
    const full = ['SystemError', 'EMFILE', 'epoll_create1'];
    expect(node(body)).toEqual([full, full, full, 1]);
  });

  it('waits for standard input, which is 0, until that is another file', () => {
    const body = `
      s.dup2(a, 0);
      const fds = [{ fd: 0, events: s.POLLIN }];
      const waiting = promises.poll(fds);
      setImmediate(() => raw.send(b, 'x'));
      console.log(await waiting, fds[0].revents);
      const [c, d] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      s.recv(0, buf);
      for (const replace of [() => s.dup2(c, 0), () => s.dup3(d, 0, 0)]) {
        const reading = promises.recv(0, buf);
        replace();
        console.log(await reading.catch((error) => error.code));
      }
      process.exit();`;
    expect(ended(body)).toEqual({ status: 0, signal: null, stdout: '1 1\nEBADF\nEBADF\n' });
  });

  it('keeps its epoll descriptor to itself: a child has none', () => {
    const body = `
      import { execFileSync } from 'node:child_process';
      const list = (whose) => execFileSync('ls', ['-l', '/proc/' + whose + '/fd']).toString();
      const count = (text) => text.split('eventpoll').length - 1;
      const before = count(list(process.pid));
      const waiting = promises.recv(a, buf);
      console.log(count(list(process.pid)) - before, count(list('self')));
      raw.send(b, 'x');
      await waiting;`;
    expect(ended(body)).toEqual({ status: 0, signal: null, stdout: '1 0\n' });
  });

  it('keeps the context of who waits', () => {
    const body = `
      import { AsyncLocalStorage } from 'node:async_hooks';
      const storage = new AsyncLocalStorage();
      const wait = (fd, name) => storage.run(name, async () => {
        await promises.recv(fd, buf);
        console.log(name, storage.getStore());
      });
      wait(a, 'one');
      wait(b, 'two');
      raw.send(b, 'x');
      raw.send(a, 'x');`;
    expect(ended(body).stdout.split('\n').sort()).toEqual(['', 'one one', 'two two']);
  });

  it.each([
    ['completed', 'await promises.send(b, "x"); await promises.recv(a, buf);'],
    ['completed by poll', 'await promises.poll([{ fd: b, events: s.POLLOUT }]);'],
    ['completed by poll with nothing', 'await promises.poll([{ fd: a, events: s.POLLIN }], 0);'],
    ['refused', 'await promises.accept(a).catch(() => {});'],
    ['given up', 'await promises.recv(a, buf, { signal: over }).catch(() => {});'],
    ['given up by poll', 'await promises.poll([], { signal: over }).catch(() => {});'],
  ])('has its timers while calls are %s at once without end', (_how, calls) => {
    const body = `
      const over = AbortSignal.abort();
      let on = true;
      setTimeout(() => { on = false; }, 5);
      let n = 0;
      for (; on && n < 200_000; n++) { ${calls} }
      console.log(n > 0 && !on);`;
    expect(ended(body)).toEqual({ status: 0, signal: null, stdout: 'true\n' });
  });
});

describe('workers', () => {
  const worker = `
    import { Worker } from 'node:worker_threads';
    import { readdirSync } from 'node:fs';
    const count = () => readdirSync('/proc/self/fd').length;
    const start = (body, data) => new Worker(
      \`const { parentPort, workerData } = require('node:worker_threads');
       Promise.all([import(workerData.url + 'index.js'), import(workerData.url + 'promises.js')])
         .then(async ([s, promises]) => { \${body} });\`,
      { eval: true, execArgv: [], workerData: { url: ${url('/')}, ...data } });
    const message = (w) => new Promise((r, j) => { w.once('message', r); w.once('error', j); });
    const exit = (w) => new Promise((r) => w.once('exit', r));
  `;

  it('have each an epoll descriptor, and leave none behind', () => {
    const body = `${worker}
      const first = start('parentPort.postMessage(0)', {});
      await exit(first);
      const before = count();
      for (let round = 0; round < 3; round++) {
        await Promise.all(Array.from({ length: 4 }, async () => {
          const [x, y] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
          const w = start(\`
            const buf = new Uint8Array(8);
            for (let i = 0; i < 100; i++) {
              const n = await promises.recv(workerData.x, buf);
              await promises.send(workerData.x, buf, 0, 0, n);
            }
            parentPort.postMessage('done');\`, { x });
          const ended = exit(w);
          const said = message(w);
          const mine = new Uint8Array(8);
          for (let i = 0; i < 100; i++) {
            await promises.send(y, 'ping');
            if ((await promises.recv(y, mine)) !== 4) throw new Error('lost');
          }
          tell(await said);
          tell(await ended);
          s.close(x);
          s.close(y);
        }));
      }
      // The watcher of this thread stays.
      tell(count() - before);`;
    const told = node(body);
    expect(told.pop()).toBe(1);
    expect(told.filter((each) => each === 'done')).toHaveLength(12);
    expect(told.filter((each) => each === 0)).toHaveLength(12);
  }, 60_000);

  it('can be terminated while they wait, and in the midst of being called', () => {
    const body = `${worker}
      const first = start('parentPort.postMessage(0)', {});
      await exit(first);
      const before = count();
      for (let round = 0; round < 8; round++) {
        const [x, y] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
        const w = start(\`
          const buf = new Uint8Array(8);
          promises.recv(workerData.x, buf, 0, { timeout: 100000 });
          promises.poll([{ fd: workerData.x, events: 1 }]);
          const [c, d] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
          workerData.fds.set([c, d]);
          parentPort.postMessage('waits');
          for (;;) {
            const one = promises.recv(c, buf);
            s.send(d, 'x');
            await one;
          }\`, { x, fds: new Int32Array(new SharedArrayBuffer(8)) });
        await message(w);
        if (round % 2) s.send(y, 'now');
        await w.terminate();
        s.close(x);
        s.close(y);
      }
      tell(count() - before - 16);`;
    expect(node(body)).toEqual([0]);
  }, 60_000);
});
