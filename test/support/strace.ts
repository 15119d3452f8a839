/** strace(1) as a witness: which system calls a program makes, and with which arguments. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why there is no strace here; undefined when there is. Some sandboxes forbid ptrace. */
export const straceMissing = tryStrace();

function tryStrace(): string | undefined {
  const { status, error } = spawnSync('strace', ['-o', '/dev/null', 'true'], { timeout: 10_000 });
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : 'strace may not trace here';
}

/** Whether `command` can be run. */
export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command]).status === 0;
}

export interface Traced {
  status: number | null;
  stdout: string;
  stderr: string;
  /** The lines of each thread, in the order in which it made the calls. */
  threads: string[][];
}

/** Runs `command` under strace with further `options`; every thread is written for itself. */
export function strace(
  options: readonly string[],
  command: readonly string[],
  cwd?: string,
): Traced {
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-strace-'));
  try {
    // A file for each thread: no call is cut in two by one of another thread.
    const args = ['-ff', '-q', '-o', join(dir, 'trace'), ...options, '--', ...command];
    const { status, stdout, stderr, error } = spawnSync('strace', args, {
      cwd,
      encoding: 'utf8',
      timeout: 100_000,
      maxBuffer: 1 << 26,
    });
    if (error !== undefined) throw error;
    const threads = readdirSync(dir).map((file) =>
      readFileSync(join(dir, file), 'latin1').trimEnd().split('\n'),
    );
    return { status, stdout, stderr, threads };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A program tells where it begins and ends by closing this, which is never open. */
const MARK = 'close(-4242)';

/** What the thread that made the marks did between them. */
export function betweenMarks({ threads, stderr }: Traced): string[] {
  for (const lines of threads) {
    const marks = lines.flatMap((line, i) => (line.startsWith(MARK) ? [i] : []));
    if (marks.length === 2) return lines.slice((marks[0] ?? 0) + 1, marks[1]);
  }
  throw new Error(`the program did not make its two marks: ${stderr}`);
}

/** Replaces what `pattern` finds by its number in the order of appearance. */
function numbered(pattern: RegExp, write: (number: number) => string): (line: string) => string {
  const seen = new Map<string, number>();
  return (line) =>
    line.replace(pattern, (found: string) => {
      const number = seen.get(found) ?? seen.size;
      seen.set(found, number);
      return write(number);
    });
}

/**
 * The lines without what differs from one run to the next, and nothing else: descriptors and ports
 * are numbered as they appear; process ids, addresses of memory and the measurements of TCP_INFO go.
 * Their lengths stay. With `-y` strace writes an open
 * descriptor as `3<socket:[5701]>`, so that the same number of another file is another one.
 */
export function normalised(lines: readonly string[]): string[] {
  const names = new Map<string, string>();
  const latest = new Map<string, string>();
  const open = (found: string, number: string): string => {
    const name = names.get(found) ?? `fd${names.size}`;
    names.set(found, name);
    latest.set(number, name);
    return name;
  };
  // Without a file: one that is closed, or that strace writes without. It is called what it was.
  const bare = (whole: string, call: string, number: string): string =>
    latest.has(number) ? `${call}(${latest.get(number)})` : whole;
  const port = numbered(/(?<=htons\()[1-9]\d*(?=\))/g, (number) => `port${number}`);
  return lines.map((line) =>
    port(line)
      .replace(/\b(\d+)<[^<>]*>/g, open)
      .replace(/^(\w+\()(\d+)\b(?!<)/, bare)
      .replace(/(\{fd=)(\d+)\b(?=, revents)/g, bare)
      .replace(/\b0x[0-9a-f]{7,}\b/g, 'MEMORY')
      .replace(/(TCP_INFO, ).*(, \[\d+ => \d+\])/, '$1…$2')
      .replace(/\b((?:si_)?pid=)\d+/g, '$1PID')
      .replace(/\)\s+= /, ') = '),
  );
}
