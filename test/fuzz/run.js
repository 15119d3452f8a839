// @ts-check
/**
 * node test/fuzz/run.js [program] [argument ...]
 *
 * Compiles lib/ and the fuzzer to out/fuzz, and runs it: main.ts, or another program of this folder.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'out/fuzz');
const [first = '', ...rest] = process.argv.slice(2);
const isProgram = first !== '' && !first.startsWith('-');

execFileSync(
  join(root, 'node_modules/.bin/tsc'),
  ['-p', join(import.meta.dirname, 'tsconfig.json')],
  {
    stdio: 'inherit',
  },
);
// The loader of the addon reads the name of the package.
writeFileSync(join(out, 'package.json'), '{ "name": "sockfd", "type": "module" }\n');

const program = join(out, 'test/fuzz', `${isProgram ? first : 'main'}.js`);
const { status, signal } = spawnSync(
  process.execPath,
  [program, ...(isProgram ? rest : process.argv.slice(2))],
  { cwd: root, stdio: 'inherit', env: { SOCKFD_PREBUILD: root, ...process.env } },
);
process.exitCode = signal === null ? (status ?? 1) : 1;
if (signal !== null) process.stderr.write(`ended with ${signal}\n`);
