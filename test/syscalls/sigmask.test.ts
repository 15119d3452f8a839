/**
 * The signal mask of ppoll, pselect, epoll_pwait and epoll_pwait2: set, and set back, in one step
 * with the waiting. Signals are sent to the main thread of a child, by tgkill(2): what is sent to
 * the process, another of Node's threads would take.
 */
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { eventfd, eventfd_write } from '../../lib/index.js';
import { blocked, isBlockedIn, node, waitUntil } from '../support/child.js';
import { signalsIn, tgkill } from '../support/proc.js';
import { guardFds, own } from '../support/sockets.js';
import { strace, straceMissing } from '../support/strace.js';

guardFds();

const { SIGUSR2 } = constants.signals;

/** Each call with a mask, waiting for descriptor 3 for half a minute. */
const calls: [name: string, call: (mask: string) => string][] = [
  ['ppoll', (mask) => `s.ppoll([{ fd: 3, events: s.POLLIN }], 30000, ${mask})`],
  ['pselect', (mask) => `s.pselect(4, new s.FdSet([3]), null, null, 30000, ${mask})`],
  ['epoll_pwait', (mask) => `s.epoll_pwait(epfd, 1, 30000, ${mask}).length`],
  ['epoll_pwait2', (mask) => `s.epoll_pwait2(epfd, 1, { sec: 30, nsec: 0 }, ${mask}).length`],
];

const head = `const SIGUSR2 = ${SIGUSR2};
const epfd = s.epoll_create1();
s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, 3, { events: s.EPOLLIN });
let handled = 0;
process.on('SIGUSR2', () => handled++);
const later = () => new Promise((resolve) => setTimeout(resolve, 1));
const until = async (n) => { for (let i = 0; i < 5000 && handled < n; i++) await later(); };
`;

describe.each(calls)('the mask of %s(2)', (name, call) => {
  it('lets a signal through that came before and was held back: EINTR, not a lost wake-up', async () => {
    // With sigprocmask and poll, the signal would come between the two, and poll sleep on.
    const fd = own(eventfd(0));
    const body = `${head}s.sigprocmask(s.SIG_BLOCK, [SIGUSR2]);
tell('held back');
s.poll([{ fd: 3, events: s.POLLIN }], 30000);
s.eventfd_read(3);
tell(code(() => ${call('[]')}));
tell(s.sigprocmask(s.SIG_BLOCK, null).includes(SIGUSR2));
await until(1);
tell(handled);`;
    const act = (pid: number): void => {
      tgkill(pid, pid, SIGUSR2);
      expect(signalsIn(pid, pid, 'SigPnd')).toEqual([SIGUSR2]);
      expect(isBlockedIn(pid, 'poll')).toBe(true);
      eventfd_write(fd, 1);
    };
    expect(await blocked(body, 'poll', act, [fd])).toEqual(['held back', ['EINTR', name], true, 1]);
  });

  it('holds a signal back during the call, and no longer', async () => {
    const fd = own(eventfd(0));
    const body = `${head}tell('ready');
tell(code(() => ${call('[SIGUSR2]')}));
tell(s.sigprocmask(s.SIG_BLOCK, null).includes(SIGUSR2));
await until(1);
tell(handled);`;
    const act = (pid: number): void => {
      waitUntil(() => signalsIn(pid, pid, 'SigBlk').includes(SIGUSR2), 'the mask is set');
      tgkill(pid, pid, SIGUSR2);
      expect(signalsIn(pid, pid, 'SigPnd')).toEqual([SIGUSR2]);
      expect(isBlockedIn(pid, name)).toBe(true);
      eventfd_write(fd, 1);
    };
    expect(await blocked(body, name, act, [fd])).toEqual(['ready', ['ok', 1], false, 1]);
  });

  it('is no mask at all when it is null: a signal ends the call', async () => {
    const fd = own(eventfd(0));
    const body = `${head}tell('ready');
tell(code(() => ${call('null')}));`;
    const act = (pid: number): void => tgkill(pid, pid, SIGUSR2);
    expect(await blocked(body, name, act, [fd])).toEqual(['ready', ['EINTR', name]]);
  });
});

describe('sigprocmask(2)', () => {
  it('changes the mask of this thread, as /proc shows, and tells what it was', () => {
    const body = `const { readFileSync } = await import('node:fs');
const blocked = () => {
  const word = /^SigBlk:\\s*(\\w+)/m.exec(readFileSync('/proc/thread-self/status', 'utf8'))[1];
  return s.decodeSigset(BigUint64Array.of(BigInt('0x' + word)));
};
const step = (how, set) => tell([s.sigprocmask(how, set), blocked()]);
step(s.SIG_SETMASK, []);
step(s.SIG_BLOCK, [10, 12, 64]);
step(s.SIG_UNBLOCK, [12]);
step(s.SIG_BLOCK, null);
step(s.SIG_SETMASK, [2]);
// Those that cannot be blocked are passed over.
step(s.SIG_BLOCK, [9, 19]);
tell(code(() => s.sigprocmask(7, [])));
const old = new Uint8Array(8);
tell([raw.sigprocmask(7, []), raw.sigprocmask(s.SIG_BLOCK, null, old), s.decodeSigset(old)]);`;
    const [first, ...rest] = node(body) as [[number[], number[]], ...unknown[]];
    // Node blocks nothing in its main thread, or SIGUSR1, for which the debugger has a thread.
    expect(first[0].filter((signal) => signal !== constants.signals.SIGUSR1)).toEqual([]);
    expect(first[1]).toEqual([]);
    expect(rest).toEqual([
      [[], [10, 12, 64]],
      [
        [10, 12, 64],
        [10, 64],
      ],
      [
        [10, 64],
        [10, 64],
      ],
      [[10, 64], [2]],
      [[2], [2]],
      ['EINVAL', 'sigprocmask'],
      [-22, 0, [2]],
    ]);
  });

  it('is of the one thread: a signal to the process is taken by another', () => {
    const body = `s.sigprocmask(s.SIG_BLOCK, [${SIGUSR2}]);
let handled = 0;
process.on('SIGUSR2', () => handled++);
process.kill(process.pid, 'SIGUSR2');
for (let i = 0; i < 5000 && handled === 0; i++) await new Promise((done) => setTimeout(done, 1));
tell(handled);`;
    expect(node(body)).toEqual([1]);
  });

  it('is inherited by the threads that this thread starts', () => {
    const body = `const { Worker } = await import('node:worker_threads');
const { readFileSync } = await import('node:fs');
s.sigprocmask(s.SIG_SETMASK, [10, 12]);
const source = \`const { readFileSync } = require('node:fs');
require('node:worker_threads').parentPort.postMessage(
  readFileSync('/proc/thread-self/status', 'utf8'));\`;
const status = await new Promise((done) =>
  new Worker(source, { eval: true, execArgv: [] }).once('message', done));
tell(s.decodeSigset(BigUint64Array.of(BigInt('0x' + /^SigBlk:\\s*(\\w+)/m.exec(status)[1]))));`;
    expect(node(body)).toEqual([[10, 12]]);
  });
});

describe('sigprocmask(2)', () => {
  it('asks the kernel for the old mask where somebody wants it, as strace sees', (context) => {
    if (straceMissing !== undefined) context.skip(straceMissing);
    const raw = JSON.stringify(new URL('../../dist/raw.js', import.meta.url).href);
    const body = `import { SIG_BLOCK, sigprocmask } from ${raw};
sigprocmask(SIG_BLOCK, [44]);
sigprocmask(SIG_BLOCK, [45], new Uint8Array(8));`;
    const { threads } = strace(
      ['-e', 'trace=rt_sigprocmask'],
      [process.execPath, '--input-type=module', '-e', body],
    );
    const masks = threads.flat().map((line) => /SIG_BLOCK, \[(RT_\d+)\], (NULL|\[)/.exec(line));
    expect(masks.flatMap((found) => (found === null ? [] : [found.slice(1)]))).toEqual([
      ['RT_12', 'NULL'],
      ['RT_13', '['],
    ]);
  });
});
