/**
 * The C compiler as a witness: compiles a small program against the newest kernel headers at hand,
 * runs it, and hands back what it printed.
 *
 * `SOCKFD_CC` names another compiler, `SOCKFD_RUN` what runs its programs, for instance
 * `aarch64-linux-gnu-gcc -static` and `qemu-aarch64`.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

const [cc = 'cc', ...ccFlags] = words(process.env.SOCKFD_CC ?? 'cc');
const runner = words(process.env.SOCKFD_RUN ?? '');

/** What the compiler builds for, such as `x86_64-linux-gnu`; undefined without a compiler. */
export const target = dumpMachine();

/** The architecture that programs are built for, as `process.arch` spells it. */
export const targetArch = target?.startsWith('aarch64')
  ? 'arm64'
  : target?.startsWith('x86_64')
    ? 'x64'
    : process.arch;

/** What `.ci/kernel-headers` unpacks: the kernel's headers, then those of the C library. */
const newest = ['out/kernel-headers/usr/include', 'out/kernel-headers/libc/usr/include'];

/** Whether `.ci/kernel-headers` has been here; otherwise the headers are the system's. */
export const hasNewestHeaders =
  target !== undefined && newest.every((include) => existsSync(join(include, target)));

function dumpMachine(): string | undefined {
  try {
    return execFileSync(cc, [...ccFlags, '-dumpmachine'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function headerFlags(): string[] {
  if (target === undefined || !hasNewestHeaders) return [];
  return newest.flatMap((include) => ['-isystem', include, '-isystem', join(include, target)]);
}

/** What a program printed, or why the compiler refused it. */
export type Outcome =
  | { readonly stdout: string; readonly errors?: undefined }
  | { readonly stdout?: undefined; readonly errors: string };

function execute(command: string, args: string[]): Promise<{ failed: boolean; out: string }> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 1 << 26 };
    execFile(command, args, options, (error, stdout, stderr) => {
      resolve({ failed: error !== null, out: error === null ? stdout : stderr || error.message });
    });
  });
}

/** Compiles and runs `source`. */
export async function tryProgram(source: string): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'sockfd-abi-'));
  try {
    const [input, program] = [join(dir, 'abi.c'), join(dir, 'abi')];
    await writeFile(input, source);
    // Without macro tracking an error is reported where a macro is used, not where it is defined.
    const errors = ['-ftrack-macro-expansion=0', '-fmax-errors=0'];
    const warnings = ['-w', '-Werror=implicit-function-declaration'];
    const flags = ['-D_GNU_SOURCE', ...errors, ...warnings, ...headerFlags()];
    const args = [...ccFlags, ...flags, input, '-o', program];
    const compiled = await execute(cc, args);
    if (compiled.failed) return { errors: compiled.out };
    const [command = program, ...rest] = [...runner, program];
    const ran = await execute(command, rest);
    if (ran.failed) throw new Error(`the C program failed: ${ran.out}`);
    return { stdout: ran.out };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Builds a program that stays; an error with the compiler's words when it does not compile. */
export async function compile(input: string, program: string, flags: string[]): Promise<void> {
  const compiled = await execute(cc, [...ccFlags, '-Wall', ...flags, input, '-o', program]);
  if (compiled.failed) throw new Error(`the C program does not compile:\n${compiled.out}`);
}

/** What `source` prints; an error with the compiler's words when it does not compile. */
export async function runProgram(source: string): Promise<string> {
  const { stdout, errors } = await tryProgram(source);
  if (stdout === undefined) throw new Error(`the C program does not compile:\n${errors}`);
  return stdout;
}

/** Whether `head` is C, for the headers that there are. */
export async function compiles(head: string): Promise<boolean> {
  const { stdout } = await tryProgram(`${head}\nint main(void) { return 0; }\n`);
  return stdout !== undefined;
}

/**
 * Compiles `head` and a main() of `lines`, leaving out the lines that the compiler refuses, and runs
 * it. An enumerator or a field is invisible to #ifdef, so nothing is guarded: the compiler is asked.
 */
export async function runLines(
  head: string,
  lines: readonly string[],
): Promise<{ printed: string[]; refused: string[] }> {
  let kept = [...lines];
  for (let round = 0; round < 8; round++) {
    const main = `int main(void) {\n#line 1 "lines"\n${kept.join('\n')}\nreturn 0;\n}\n`;
    const { stdout, errors } = await tryProgram(`${head}\n${main}`);
    if (stdout !== undefined) {
      const refused = lines.filter((line) => !kept.includes(line));
      return { printed: stdout.split('\n').filter((line) => line !== ''), refused };
    }
    const found = errors.matchAll(/^lines:(\d+):(?:\d+:)? error:/gm);
    const bad = new Set(Array.from(found, (match) => Number(match[1])));
    if (bad.size === 0) throw new Error(`the C program does not compile:\n${errors}`);
    kept = kept.filter((_, i) => !bad.has(i + 1));
  }
  throw new Error('the compiler refuses another line each time');
}

/**
 * `#include` lines for those of `headers` that exist: the headers of an older kernel lack some.
 */
export function includes(headers: readonly string[]): string {
  return headers.map((h) => `#if __has_include(<${h}>)\n#include <${h}>\n#endif\n`).join('');
}

/** The Linux version of the headers in use, such as `6.18`. */
export async function headersVersion(): Promise<string> {
  return runProgram(`#include <linux/version.h>
#include <stdio.h>
int main(void) { printf("%d.%d", LINUX_VERSION_CODE >> 16, LINUX_VERSION_CODE >> 8 & 255); }
`);
}
