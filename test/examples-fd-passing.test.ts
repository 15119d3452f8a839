/** examples/fd-passing.js: what it says is what the kernel says of the two processes. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { kernelVersion } from '../lib/kernel/version.js';
import { isRoot, NOBODY } from './support/child.js';
import { examples } from './support/examples.js';
import { isInstalled, strace, straceMissing } from './support/strace.js';

const program = join(examples, 'fd-passing.js');
const hasPidfds = kernelVersion() >= kernelVersion('6.5');
const [opening = ''] = readFileSync(program, 'utf8').split('\n');

/** What the process `parent` prints, whose child is `child`. */
function said(parent: number, child: number, uid: number, gid: number): string[] {
  const fds = hasPidfds ? 3 : 2;
  return [
    `parent: the file begins with '${opening.slice(0, 14)}'`,
    `parent: sends ${fds} descriptors to ${child}`,
    `child: 'take these' came with ${fds} descriptors`,
    `child: the file goes on with '${opening.slice(14, 34)}'`,
    ...(hasPidfds ? [`child: the pidfd is of ${parent}, which runs`] : []),
    "parent: connected, and 'served by the child'",
    `parent: 'it is me', says pid ${child}, uid ${uid}, gid ${gid}`,
    `parent: SO_PEERCRED has pid ${parent}`,
    ...(hasPidfds ? [`parent: SCM_PIDFD is of ${child}`, 'parent: the child ended'] : []),
  ];
}

/** The number that it prints for the child; that it is the child's, strace says. */
const childIn = (stdout: string): number => Number(/descriptors to (\d+)$/m.exec(stdout)?.[1]);

it('passes what it says to the process that it says', async () => {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  const ended = await once(child, 'close');
  expect(ended).toEqual([0, null]);
  const { pid = 0 } = child;
  const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
  expect(childIn(stdout)).not.toBe(pid);
  expect(stdout.trimEnd().split('\n')).toEqual(said(pid, childIn(stdout), uid, gid));
});

it('needs no privilege, and tells who sent it', (context: TestContext) => {
  if (!isRoot) context.skip('not root: it has none here anyway');
  if (!isInstalled('setpriv')) context.skip('setpriv is not installed');
  const drop = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--bounding-set=-all'];
  const { status, stdout, stderr } = spawnSync('setpriv', [...drop, process.execPath, program], {
    encoding: 'utf8',
    timeout: 45_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const parent = Number(/SO_PEERCRED has pid (\d+)$/m.exec(stdout)?.[1]);
  expect(stdout.trimEnd().split('\n')).toEqual(said(parent, childIn(stdout), NOBODY, NOBODY));
});

it('has the pid that the kernel gave the child', (context: TestContext) => {
  if (straceMissing !== undefined) context.skip(straceMissing);
  const calls = ['-e', 'trace=wait4,recvmsg'];
  const { status, stdout, threads } = strace(calls, [process.execPath, program]);
  expect(status).toBe(0);
  const child = childIn(stdout);
  const lines = threads.flat();
  const waited = lines.flatMap((line) => /^wait4\(.*\) += ([1-9]\d*)$/.exec(line)?.[1] ?? []);
  expect(waited).toEqual([String(child)]);
  const came = lines.filter((line) => line.includes('cmsg_type=SCM_CREDENTIALS'));
  expect(came).toEqual([expect.stringContaining(`{pid=${child}, `)]);
});
