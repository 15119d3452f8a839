/** Every function with every wrong argument: named errors, and not one system call. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemError } from '../lib/index.js';
import { countFds } from './support/fds.js';
import {
  calls,
  complaint,
  doubleMisuses,
  functionOf,
  functions,
  marker,
  misuses,
  modules,
  notCalls,
} from './support/misuse.js';

const root = resolve(import.meta.dirname, '..');

/** Closes or disposes of what a right call has opened. */
function giveBack(result: unknown, name: string): void {
  const close = functionOf('sockfd', 'close');
  if (name === 'socket') close(result);
  if (name === 'socketpair' || name === 'pipe') for (const fd of result as number[]) close(fd);
  (result as { dispose?: () => void } | undefined)?.dispose?.();
}

describe('the table of functions', () => {
  for (const [module, exports] of Object.entries(modules)) {
    it(`has every function of ${module}`, () => {
      const exported = Object.keys(exports).filter(
        (name) => typeof exports[name] === 'function' && notCalls[name] === undefined,
      );
      expect(Object.keys(calls[module] ?? {}).sort()).toEqual(exported.sort());
    });
  }

  for (const { module, name } of functions) {
    it(`calls ${name} of ${module} with arguments that are right`, async () => {
      for (const args of calls[module]?.[name] ?? []) {
        const right = args.map((argument) => argument.right());
        try {
          const result = await functionOf(module, name)(...right);
          const pairAt = { socketpair: 3, pipe: 0 }[name];
          if (pairAt !== undefined && module === 'sockfd/raw')
            giveBack([...(right[pairAt] as Int32Array)], name);
          else giveBack(result, name);
        } catch (error) {
          // The descriptor is none: the kernel's answer shows that the arguments reached it.
          expect(error).toBeInstanceOf(SystemError);
        }
      }
    });
  }
});

describe('a wrong argument', () => {
  for (const { module, name } of functions) {
    it(`is refused by name: ${name} of ${module}`, async () => {
      const before = countFds();
      const complaints: string[] = [];
      let n = 0;
      for (const misuse of misuses(module, name)) {
        const said = await complaint(misuse);
        if (said !== undefined) complaints.push(said);
        if (n++ % 64 === 0) globalThis.gc?.();
      }
      expect(complaints).toEqual([]);
      expect(countFds()).toBe(before);
    });
  }
});

describe('two wrong arguments', () => {
  for (const { module, name } of functions) {
    if (calls[module]?.[name]?.every((args) => args.length < 2)) continue;
    it(`are refused by one of their names: ${name} of ${module}`, async () => {
      const before = countFds();
      const said = await Promise.all([...doubleMisuses(module, name)].map(complaint));
      expect(said.filter((text) => text !== undefined)).toEqual([]);
      expect(countFds()).toBe(before);
    });
  }
});

/** The system calls that a misuse could make. Those of memory and threads are the engine's. */
const traced = [
  '%network',
  ...['read', 'write', 'readv', 'writev', 'pread64', 'pwrite64', 'close', 'close_range'],
  ...['dup', 'dup2', 'dup3', 'fcntl', 'ioctl', 'poll', 'ppoll', 'select', 'pselect6'],
  ...[
    'open',
    'openat',
    'pipe',
    'pipe2',
    'epoll_ctl',
    'sendfile',
    'splice',
    'tee',
    'io_uring_enter',
  ],
  ...['epoll_create', 'epoll_create1', 'epoll_wait', 'epoll_pwait', 'eventfd2', 'signalfd4'],
  ...['timerfd_create', 'timerfd_settime', 'timerfd_gettime', 'memfd_create'],
  ...['pidfd_open', 'pidfd_getfd', 'pidfd_send_signal'],
];

/**
 * What the engine does by itself: it tells Node's loop that it has work, by 1 to an eventfd, which no
 * argument here is; and newer ones ask how fast the clock of the processor is.
 */
const ofEngine =
  /^write\(\d+, "\\1(\\0){7}", 8\)\s+= 8$|^openat\(\w+, "\/sys\/devices\/system\/cpu\//;

describe('a wrong argument, in a process of its own', () => {
  let dir: string;
  let program: string;

  beforeAll(() => {
    mkdirSync(join(root, 'out'), { recursive: true });
    dir = mkdtempSync(join(root, 'out/misuse-'));
    const config = join(dir, 'tsconfig.json');
    const [extended, lib, table] = ['tsconfig.json', 'lib', 'test/support/misuse.ts'].map((path) =>
      join(root, path),
    );
    const compilerOptions = { noEmit: false, rootDir: root, outDir: dir };
    writeFileSync(
      config,
      JSON.stringify({ extends: extended, compilerOptions, include: [lib, table] }),
    );
    // By it, the loader of the addon finds its package.
    copyFileSync(join(root, 'package.json'), join(dir, 'package.json'));
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', config]);
    program = join(dir, 'test/support/misuse.js');
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** What strace and the program get: a sanitizer's library is for the program alone. */
  function environment(): { env: NodeJS.ProcessEnv; preload: string[] } {
    const { LD_PRELOAD, ...rest } = process.env;
    const env = { SOCKFD_PREBUILD: root, ...rest };
    return { env, preload: LD_PRELOAD ? ['-E', `LD_PRELOAD=${LD_PRELOAD}`] : [] };
  }

  it('makes no system call', () => {
    const { env, preload } = environment();
    const [logs, done] = [join(dir, 'strace'), join(dir, 'done.json')];
    mkdirSync(logs);
    // A file for each thread: no call is cut in two by one of another thread.
    const log = ['-ff', '-qq', '-o', join(logs, 'thread')];
    const options = [...log, '-e', `trace=${traced.join(',')}`, ...preload];
    execFileSync('strace', [...options, process.execPath, program, 'no-gc', done], { env });
    const isMarker = (call: string, index: number): boolean =>
      call.startsWith(`close(${marker(index)})`);
    const threads = readdirSync(logs).map((name) => {
      return readFileSync(join(logs, name), 'utf8').split('\n');
    });
    const own = threads.find((lines) => lines.some((call) => isMarker(call, 0))) ?? [];

    const found: string[] = [];
    for (const [index, { module, name }] of functions.entries()) {
      const begin = own.findIndex((call) => isMarker(call, index));
      const end = own.findIndex((call) => isMarker(call, index + 1));
      expect(begin, `the marker of ${name}`).toBeGreaterThanOrEqual(0);
      expect(end, `the marker after ${name}`).toBeGreaterThan(begin);
      const made = own.slice(begin + 1, end).filter((call) => !ofEngine.test(call));
      found.push(...made.map((call) => `${module} ${name}: ${call}`));
    }
    expect(found).toEqual([]);
  }, 300_000);

  it('is survived by a process that collects garbage after each', () => {
    const done = join(dir, 'done-gc.json');
    const { env } = environment();
    const preload = process.env.LD_PRELOAD ? { LD_PRELOAD: process.env.LD_PRELOAD } : {};
    execFileSync(process.execPath, ['--expose-gc', program, 'gc', done], {
      env: { ...env, ...preload },
    });
    const complaints = JSON.parse(readFileSync(done, 'utf8')) as string[];
    expect(complaints).toEqual([]);
  }, 300_000);
});
