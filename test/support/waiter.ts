/** Worker threads that block in a call, seen from outside by what /proc says of them. */
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { isBlockedIn, waitUntil } from './child.js';
import { threadStatus } from './proc.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const index = pathToFileURL(join(root, 'dist', 'index.js')).href;

export interface Waiter {
  /** The id of the thread. */
  readonly tid: number;
  /** The value of the expression, once the thread has ended. */
  readonly told: Promise<unknown>;
  /** Whether it still waits. */
  readonly waits: () => boolean;
  /** How often it has gone to sleep: the same number says that nothing has woken it between. */
  readonly sleeps: () => number;
}

const source = (expression: string): string => `
const { parentPort, workerData } = require('node:worker_threads');
const { readlinkSync } = require('node:fs');
import(workerData.index).then((s) => {
  const { data } = workerData;
  const code = (call) => {
    try {
      return ['ok', call()];
    } catch (error) {
      return [error.code, error.syscall];
    }
  };
  parentPort.postMessage(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
  parentPort.postMessage(${expression});
});`;

/** A thread that has ended has no file in /proc. */
function waits(tid: number, syscall: string): boolean {
  try {
    return isBlockedIn(tid, syscall);
  } catch {
    return false;
  }
}

/**
 * A thread that evaluates an expression of the compiled package, `s`, and of `data`; here once it
 * blocks in the system call.
 */
export async function waiter(expression: string, syscall: string, data: unknown): Promise<Waiter> {
  const worker = new Worker(source(expression), { eval: true, workerData: { index, data } });
  const messages: unknown[] = [];
  worker.on('message', (message) => messages.push(message));
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  const tid = messages[0] as number;
  waitUntil(() => isBlockedIn(tid, syscall), `the thread blocks in ${syscall}`);
  return {
    tid,
    told: exited.then(() => messages[1]),
    waits: () => waits(tid, syscall),
    sleeps: () => Number(threadStatus(process.pid, tid, 'voluntary_ctxt_switches')),
  };
}
