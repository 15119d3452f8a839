// @ts-check
/**
 * node test/fuzz/run.js [program] [argument ...]
 *
 * Compiles lib/ and the fuzzer to out/fuzz, and runs it: main.ts, or another program of this folder.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'out/fuzz');
const [first = '', ...rest] = process.argv.slice(2);
const isProgram = first !== '' && !first.startsWith('-');
const args = isProgram ? rest : process.argv.slice(2);
const program = join(out, 'test/fuzz', `${isProgram ? first : 'main'}.js`);

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  const env = { SOCKFD_PREBUILD: root, ...process.env };
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined) throw error;
  if (signal !== null) process.stderr.write(`${program} ended with ${signal}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

run(join(root, 'node_modules/.bin/tsc'), ['-p', join(import.meta.dirname, 'tsconfig.json')]);
// By it, the loader of the addon finds its package.
copyFileSync(join(root, 'package.json'), join(out, 'package.json'));
run(process.execPath, [program, ...args]);
