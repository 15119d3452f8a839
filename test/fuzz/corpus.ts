/** The corpus: what the kernel once wrote, as files of bytes, a directory for each target. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The inputs of a target, in the order of their names. */
export function corpusOf(root: string, target: string): Uint8Array[] {
  const dir = join(root, target);
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch {
    return [];
  }
  return names.sort().map((name) => new Uint8Array(readFileSync(join(dir, name))));
}

/** Adds an input to the corpus of a target, and returns the file. */
export function save(root: string, target: string, name: string, bytes: Uint8Array): string {
  const dir = join(root, target);
  mkdirSync(dir, { recursive: true });
  const path = join(dir, name);
  writeFileSync(path, bytes);
  return path;
}

/** What an input that shows a fault is called. */
export const crashName = (bytes: Uint8Array): string =>
  `crash-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;
