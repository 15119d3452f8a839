/** The package compiled in a place of its own, for programs that cannot load TypeScript. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/**
 * Makes a folder that has dist/ and package.json, and returns its path. It is in the checkout, so
 * that node-gyp-build is found from there.
 */
export function compiledPackage(name: string): string {
  mkdirSync(join(root, 'out'), { recursive: true });
  const folder = mkdtempSync(join(root, `out/${name}-`));
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  const rolldown = join(root, 'node_modules/.bin/rolldown');
  execFileSync(rolldown, ['-c', '-d', join(folder, 'dist')], { cwd: root });
  return folder;
}
