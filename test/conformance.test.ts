/**
 * A program written with sockfd makes the same system calls as the same program in C: the same
 * calls, with the same arguments, in the same order, with the same results, and no others.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { betweenMarks, isInstalled, normalised, strace, straceMissing } from './support/strace.js';

const programs = join(import.meta.dirname, 'conformance');
const dir = mkdtempSync(join(tmpdir(), 'sockfd-conformance-'));
afterAll(() => rmSync(dir, { recursive: true }));

const ccMissing = isInstalled('cc') ? undefined : 'there is no C compiler';
const pythonMissing = isInstalled('python3') ? undefined : 'python3 is not installed';

/** Calls of the network and on descriptors. */
const CALLS = ['-y', '-s', '64', '-e', 'trace=%network,%desc,rt_sigreturn'];

/** What Node does for itself at any time: memory of V8, and waking its own event loop. */
const ownAffair = /^(mmap|munmap|mprotect|madvise)\(|^write\(\d+<anon_inode:\[eventfd\]>/;

/** The calls between the marks, as strace writes them. Each program has a directory of its own. */
function calls(
  name: string,
  command: readonly string[],
  options: readonly string[] = [],
): { lines: string[]; status: number | null; stdout: string } {
  const cwd = join(dir, name);
  mkdirSync(cwd);
  const traced = strace([...CALLS, ...options], command, cwd);
  const lines = betweenMarks(traced).filter((line) => !ownAffair.test(line));
  return { lines, status: traced.status, stdout: traced.stdout };
}

function c(name: string, args: readonly string[]): string[] {
  const program = join(dir, `${name}-c`);
  execFileSync('cc', ['-w', '-o', program, join(programs, `${name}.c`)]);
  const { lines, status } = calls(`${name}.c`, [program, ...args]);
  expect(status).toBe(0);
  return normalised(lines);
}

const node = (name: string, ...args: string[]): string[] => [
  process.execPath,
  join(programs, `${name}.js`),
  ...args,
];

function sockfd(name: string, args: readonly string[]): string[] {
  const { lines, status } = calls(`${name}.js`, node(name, ...args));
  expect(status).toBe(0);
  return normalised(lines);
}

describe.skipIf(straceMissing)(`under strace (${straceMissing ?? 'at hand'})`, () => {
  describe.skipIf(ccMissing)(`as in C (${ccMissing ?? 'cc at hand'})`, () => {
    // Of a length that both programs see, and free.
    const abstract = `sockfd-conformance-${process.pid}`;

    it.each([
      ['tcp', 42, []],
      ['udp', 25, []],
      ['unix', 53, [abstract]],
      ['errors', 48, []],
      ['epoll', 36, []],
    ] as const)('%s.js makes the same %i calls as the C program', (name, length, args) => {
      const expected = c(name, args);
      expect(expected.filter((line) => !line.startsWith('---'))).toHaveLength(length);
      expect(sockfd(name, args)).toEqual(expected);
    });
  });

  it.skipIf(pythonMissing)(`as in Python (${pythonMissing ?? 'python3 at hand'})`, () => {
    const { lines, status } = calls('python.py', ['python3', join(programs, 'python.py')]);
    expect(status).toBe(0);
    expect(lines.length).toBeGreaterThan(20);
    expect(sockfd('python', [])).toEqual(normalised(lines));
  });

  describe('EINTR is an error like any other', () => {
    /** The calls that are made when `option` befalls the one call of interrupted.js. */
    function interrupted(name: string, option: string): { lines: string[]; stdout: string } {
      return calls(`${option}-${name}`, node('interrupted', name), ['-e', `inject=${option}`]);
    }

    // strace sends the signal as the call begins, and the kernel interrupts it.
    it.each([
      ['accept', 'accept'],
      ['accept4', 'accept4'],
      ['recv', 'recvfrom'],
      ['recvfrom', 'recvfrom'],
      ['readv', 'readv'],
    ])('%s that a signal interrupts is not made again', (name, syscall) => {
      const { lines, stdout } = interrupted(name, `${syscall}:signal=SIGUSR2:when=1`);
      expect(stdout).toBe(`${name} EINTR`);
      // Then comes Node's handler of the signal, from its delivery to its return.
      const [call, signal] = lines;
      expect(call).toMatch(new RegExp(`^${syscall}\\(.* = -1 EINTR`));
      expect(signal).toMatch(/^--- SIGUSR2 /);
      expect(lines.at(-1)).toMatch(/^rt_sigreturn\(/);
      const names = lines.map((line) => /^\w+/.exec(line)?.[0]);
      expect(names.filter((made) => made === syscall)).toEqual([syscall]);
    });

    // strace says EINTR in the kernel's place, each time, and no call is made at all.
    it.each([
      ['accept', 'accept'],
      ['accept4', 'accept4'],
      ['connect', 'connect'],
      ['send', 'sendto'],
      ['sendto', 'sendto'],
      ['recv', 'recvfrom'],
      ['recvfrom', 'recvfrom'],
      ['readv', 'readv'],
      ['writev', 'writev'],
    ])('%s is made once, and EINTR is what it throws', (name, syscall) => {
      const { lines, stdout } = interrupted(name, `${syscall}:error=EINTR:when=1+`);
      expect(stdout).toBe(`${name} EINTR`);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(new RegExp(`^${syscall}\\(.* = -1 EINTR .*\\(INJECTED\\)$`));
    });

    // The dynamic loader does not survive an error of close, so it befalls one file only.
    it.each(['EINTR', 'EIO'])('close is called once, whether it gives %s or not', (code) => {
      const path = join(dir, `closed-${code}`);
      writeFileSync(path, '');
      const options = ['-y', '-P', path, '-e', `inject=close:error=${code}`];
      const { threads, stdout } = strace(options, node('interrupted', 'close', path));
      expect(stdout).toBe(`close ${code}`);
      const closed = threads.flat().filter((line) => line.startsWith('close('));
      expect(closed).toHaveLength(1);
      expect(closed[0]).toContain(`<${path}>) = -1 ${code} `);
    });
  });
});
