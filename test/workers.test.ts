/** The addon in worker threads: loaded at once and again, ended in the middle, fds as numbers. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AF_INET,
  AF_UNIX,
  bind,
  close,
  decodeEpollEvents,
  encodeSockaddr,
  getsockname,
  getsockopt,
  listen,
  recv,
  SO_TYPE,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  send,
  socket,
  socketpair,
} from '../lib/index.js';
import { compiledPackage } from './support/compiled.js';
import { countFds } from './support/fds.js';

const root = resolve(import.meta.dirname, '..');
let dir: string;
let index: string;
/** The binary that it loads. */
const loader = createRequire(import.meta.url)('node-gyp-build') as { path(dir: string): string };
const addon = loader.path(root);

/** Where worker threads find the addon: they cannot load TypeScript, so that lib/ is compiled. */
beforeAll(() => {
  dir = compiledPackage('workers');
  index = pathToFileURL(join(dir, 'dist/index.js')).href;
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

const env = (): NodeJS.ProcessEnv => ({ SOCKFD_PREBUILD: root, ...process.env });

/** A worker that runs `body`, with the package as `s`, the raw form as `raw`, and `data`. */
function spawn(body: string, data: unknown = {}): Worker {
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { index, data } = workerData;
    const raw = import(index.replace('index.js', 'raw.js'));
    Promise.all([import(index), raw]).then(async ([s, raw]) => { ${body} });
  `;
  return new Worker(source, { eval: true, env: env(), workerData: { index, addon, data } });
}

/** What the worker says first. An error in it is thrown. */
async function answer(worker: Worker): Promise<unknown> {
  const [message] = (await once(worker, 'message')) as [unknown];
  return message;
}

/** Runs `body` to its end, and returns what it said. */
async function run(body: string, data: unknown = {}): Promise<unknown> {
  const worker = spawn(body, data);
  const exit = once(worker, 'exit');
  const message = await answer(worker);
  expect(await exit).toEqual([0]);
  return message;
}

/** How many descriptors are open when `body` has run, compared with before. */
async function leaked(body: () => Promise<void>): Promise<number> {
  // The first worker of a process opens what the others use as well.
  await run('parentPort.postMessage(0)');
  const before = countFds();
  await body();
  return countFds() - before;
}

const conversation = `
  const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
  const buf = new Uint8Array(64);
  let total = 0;
  for (let i = 0; i < 200; i++) {
    s.send(a, 'hello ' + i);
    total += s.recv(b, buf);
  }
  const l = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.bind(l, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
  s.listen(l, 1);
  const c = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.connect(c, s.getsockname(l));
  const { fd } = s.accept(l);
  const { state } = s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_INFO);
  for (const each of [a, b, l, c, fd]) s.close(each);
  parentPort.postMessage({ total, state });
`;

describe('eight workers at once', () => {
  it('each load the addon and use sockets, round after round', async () => {
    const rounds = 4;
    const lost = await leaked(async () => {
      for (let round = 0; round < rounds; round++) {
        const said = await Promise.all(Array.from({ length: 8 }, () => run(conversation)));
        for (const message of said) expect(message).toEqual({ total: 1690, state: 1 });
      }
    });
    expect(lost).toBe(0);
  }, 120_000);

  it('share descriptors as numbers', async () => {
    const lost = await leaked(async () => {
      const pairs = Array.from({ length: 8 }, () => socketpair(AF_UNIX, SOCK_STREAM));
      const workers = pairs.map(([, far], i) =>
        run(
          `const buf = new Uint8Array(64);
           const got = s.recv(data.far, buf);
           s.send(data.far, 'worker ' + data.i + ' read ' + got);
           s.close(data.far);
           parentPort.postMessage(data.far);`,
          { far, i },
        ),
      );
      for (const [i, [near]] of pairs.entries()) send(near, 'x'.repeat(i + 1));
      expect(await Promise.all(workers)).toEqual(pairs.map(([, far]) => far));
      for (const [i, [near]] of pairs.entries()) {
        const buf = Buffer.alloc(64);
        expect(buf.toString('latin1', 0, recv(near, buf))).toBe(`worker ${i} read ${i + 1}`);
        // The worker closed its end: for every thread.
        expect(recv(near, buf)).toBe(0);
        close(near);
      }
    });
    expect(lost).toBe(0);
  }, 120_000);

  it('accept from one listener, and hand the connections over', async () => {
    const lost = await leaked(async () => {
      const l = socket(AF_INET, SOCK_STREAM);
      bind(l, { family: AF_INET, addr: '127.0.0.1', port: 0 });
      listen(l, 8);
      const addr = encodeSockaddr(getsockname(l));
      const accepting = Array.from({ length: 8 }, () =>
        run('parentPort.postMessage(s.accept(data.l).fd);', { l }),
      );
      const connecting = Array.from({ length: 8 }, () =>
        run(
          `const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
           s.connect(fd, data.addr);
           s.send(fd, 'x');
           parentPort.postMessage(fd);`,
          { addr },
        ),
      );
      const [accepted, connected] = (await Promise.all([
        Promise.all(accepting),
        Promise.all(connecting),
      ])) as [number[], number[]];
      expect(new Set([...accepted, ...connected]).size).toBe(16);
      for (const fd of accepted) expect(recv(fd, new Uint8Array(8))).toBe(1);
      for (const fd of [...accepted, ...connected, l]) close(fd);
    });
    expect(lost).toBe(0);
  }, 120_000);
});

/** What a worker does for ever, with the ends of a pair that the main thread opened. */
const endless: Record<string, string> = {
  'of non-blocking sends and receives': `
    for (;;) {
      raw.send(near, buf, raw.MSG_DONTWAIT);
      raw.recv(far, buf, raw.MSG_DONTWAIT);
    }`,
  'of poll with a timeout': `
    for (;;) raw.poll([{ fd: far, events: raw.POLLPRI }], 1);`,
  'of errors': `
    for (;;) {
      try { s.recv(-1, buf); } catch {}
      try { s.recv(Symbol(), buf); } catch {}
    }`,
  'of strings and lists': `
    for (;;) {
      raw.send(near, 'x'.repeat(5000), raw.MSG_DONTWAIT);
      raw.readv(far, [new Uint8Array(999), new SharedArrayBuffer(9), new DataView(new ArrayBuffer(9))]);
    }`,
};

describe('a worker that is ended', () => {
  it.each(Object.entries(endless))(
    'in a loop %s leaves what the process has',
    async (_name, loop) => {
      const lost = await leaked(async () => {
        for (let round = 0; round < 3; round++) {
          const pairs = Array.from({ length: 8 }, () =>
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK),
          );
          await Promise.all(
            pairs.map(async ([near, far]) => {
              const body = `
                const { near, far } = data;
                const buf = new Uint8Array(1000);
                parentPort.postMessage('running');
                ${loop}`;
              const worker = spawn(body, { near, far });
              expect(await answer(worker)).toBe('running');
              await worker.terminate();
            }),
          );
          for (const [near, far] of pairs) {
            // The numbers are still those of the pair: a worker's end closes nothing.
            expect(getsockopt(near, SOL_SOCKET, SO_TYPE)).toBe(SOCK_STREAM);
            close(near);
            close(far);
          }
        }
      });
      expect(lost).toBe(0);
    },
    120_000,
  );

  it('leaves its descriptors open for others to close', async () => {
    const lost = await leaked(async () => {
      const worker = spawn(`
        const pair = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
        parentPort.postMessage(pair);
        setInterval(() => {}, 1000);`);
      const [a, b] = (await answer(worker)) as [number, number];
      await worker.terminate();
      expect(send(a, 'still here')).toBe(10);
      expect(recv(b, new Uint8Array(64))).toBe(10);
      close(a);
      close(b);
    });
    expect(lost).toBe(0);
  });

  it('while it loads the addon does no harm', async () => {
    // By require: whoever ends Node's loader of modules leaves open the files that it was reading.
    const source = `require(${JSON.stringify(addon)});`;
    const lost = await leaked(async () => {
      for (let round = 0; round < 4; round++) {
        const workers = Array.from({ length: 8 }, () => new Worker(source, { eval: true }));
        await Promise.all(workers.map((worker) => once(worker, 'online')));
        await Promise.all(workers.map((worker) => worker.terminate()));
      }
    });
    expect(lost).toBe(0);
  }, 120_000);
});

describe('the addon', () => {
  it('loads again and again, one environment after the other', async () => {
    const lost = await leaked(async () => {
      for (let i = 0; i < 20; i++) {
        expect(await run('parentPort.postMessage(s.close.length)')).toBe(1);
      }
    });
    expect(lost).toBe(0);
  }, 120_000);

  it('loads twice in one thread', async () => {
    const said = await run(`
      const native = require(workerData.addon);
      delete require.cache[workerData.addon];
      const twice = require(workerData.addon);
      const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
      s.send(a, 'xy');
      const once = native.recv(b, new Uint8Array(1));
      const again = twice.recv(b, new SharedArrayBuffer(8));
      twice.close(a);
      native.close(b);
      parentPort.postMessage([native === twice, once, again]);`);
    expect(said).toEqual([false, 1, 1]);
  });

  it('keeps no exports of its own between threads', async () => {
    const said = await run(`
      const native = require(workerData.addon);
      native.mine = true;
      parentPort.postMessage(Object.keys(native).length);`);
    const other = await run(`
      const native = require(workerData.addon);
      parentPort.postMessage([Object.keys(native).length, native.mine]);`);
    expect(other).toEqual([(said as number) - 1, undefined]);
  });
});

describe('a call from a callback', () => {
  it('of a timer, an immediate, a promise and a microtask works', async () => {
    const [a, b] = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
    const buf = new Uint8Array(8);
    const schedulers: ((callback: () => void) => unknown)[] = [
      (callback) => setTimeout(callback, 0),
      (callback) => setImmediate(callback),
      (callback) => Promise.resolve().then(callback),
      queueMicrotask,
      (callback) => process.nextTick(callback),
    ];
    try {
      for (const schedule of schedulers) {
        const got = await new Promise<number>((resolve) => {
          schedule(() => {
            send(a, 'x');
            resolve(recv(b, buf));
          });
        });
        expect(got).toBe(1);
      }
    } finally {
      close(a);
      close(b);
    }
  });

  it('throws there what it throws elsewhere', async () => {
    const rejected = Promise.resolve().then(() => close(-1));
    await expect(rejected).rejects.toMatchObject({ code: 'EBADF' });
  });

  it("of the process's end works, in the main thread and in a worker", () => {
    const [a, b] = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
    const worker = `
      import(process.env.INDEX).then((s) => {
        process.on('exit', () => {
          const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
          s.send(a, 'worker');
          process.exitCode = s.recv(b, new Uint8Array(8)) === 6 ? 0 : 9;
        });
      });`;
    const program = `
      const { Worker } = require('node:worker_threads');
      import(process.env.INDEX).then((s) => {
        process.on('exit', (code) => {
          const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
          s.send(a, 'main');
          console.log(code, s.recv(b, new Uint8Array(8)));
        });
        new Worker(${JSON.stringify(worker)}, { eval: true }).on('exit', (code) => {
          process.exitCode = code;
        });
      });`;
    const said = execFileSync(process.execPath, ['-e', program], {
      encoding: 'utf8',
      env: { ...env(), INDEX: index },
    });
    expect(said).toBe('0 4\n');
    close(a);
    close(b);
  });
});

describe('a value of another realm', () => {
  const inOther = (expression: string): unknown => vm.runInNewContext(expression);

  it('is memory: Uint8Array, DataView, ArrayBuffer, SharedArrayBuffer', () => {
    const [a, b] = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK);
    try {
      const kinds = [
        'new Uint8Array(8)',
        'new Float64Array(1)',
        'new DataView(new ArrayBuffer(8))',
        'new ArrayBuffer(8)',
        'new SharedArrayBuffer(8)',
      ];
      for (const kind of kinds) {
        expect(send(a, inOther(kind) as ArrayBuffer), kind).toBe(8);
        expect(recv(b, inOther(kind) as ArrayBuffer), kind).toBe(8);
      }
    } finally {
      close(a);
      close(b);
    }
  });

  const name = [AF_UNIX & 0xff, 0, 0, 0x73, 0x6f, 0x63, 0x6b, 0x66, 0x64, 0x2d, 0x77];

  it.each([
    `Uint8Array.of(${name})`,
    `new DataView(Uint8Array.of(${name}).buffer)`,
    `Uint8Array.of(${name}).buffer`,
  ])('is an encoded address: %s', (expression) => {
    const fd = socket(AF_UNIX, SOCK_STREAM);
    try {
      bind(fd, inOther(expression) as ArrayBuffer);
      expect(getsockname(fd)).toEqual({ family: AF_UNIX, abstract: 'sockfd-w' });
    } finally {
      close(fd);
    }
  });

  it('is the memory of epoll events', () => {
    const events = inOther('Uint32Array.of(1, 7, 0)') as Uint32Array;
    expect(decodeEpollEvents(events, 1)).toEqual([{ events: 1, data: 7 }]);
  });

  it('is an address and a name in bytes', () => {
    const fd = socket(AF_UNIX, SOCK_STREAM);
    try {
      const addr = inOther(`({ family: ${AF_UNIX}, abstract: Uint8Array.of(${name.slice(3)}) })`);
      bind(fd, addr as { family: typeof AF_UNIX; abstract: Uint8Array });
      expect(getsockname(fd)).toEqual({ family: AF_UNIX, abstract: 'sockfd-w' });
    } finally {
      close(fd);
    }
  });
});
