/** The numbers that the C++ sources write out, each with the name that stands beside it. */
import { readdirSync, readFileSync } from 'node:fs';

export interface NativeNumber {
  readonly where: string;
  readonly name: string;
  readonly value: number;
}

/** `1027 /* F_DUPFD_QUERY *\/` */
const commented = /\b(0x[0-9a-f]+|\d+) \/\* ([A-Z][A-Z0-9_]+) \*\//g;
/** `{1, 26, kBoth},  // SOL_SOCKET SO_ATTACH_FILTER` */
const option = /\{(\d+), (\d+), k[A-Z]\w+\}, +\/\/ ([A-Z][A-Z0-9_]+) ([A-Z][A-Z0-9_]+)/g;
/** Anything that looks as if it were meant to be one of these. */
const suspect = /^\s*case \S+.*:$|\{\d+, \d+, k[A-Z]\w+\}/;

function numbersOf(line: string): [name: string, value: number][] {
  const found = Array.from(line.matchAll(commented), (m): [string, number] => [
    m[2] ?? '',
    Number(m[1]),
  ]);
  for (const [, level = '', optname = '', levelName = '', name = ''] of line.matchAll(option)) {
    found.push([levelName, Number(level)], [name, Number(optname)]);
  }
  return found;
}

/** Every numeric literal that has a constant's name in a comment, in native/*.cc. */
export function nativeNumbers(): { numbers: NativeNumber[]; unnamed: string[] } {
  const numbers: NativeNumber[] = [];
  const unnamed: string[] = [];
  for (const file of readdirSync('native').filter((name) => name.endsWith('.cc'))) {
    const lines = readFileSync(`native/${file}`, 'utf8').split('\n');
    lines.forEach((line, i) => {
      const where = `native/${file}:${i + 1}`;
      const found = numbersOf(line);
      numbers.push(...found.map(([name, value]) => ({ where, name, value })));
      if (found.length === 0 && suspect.test(line) && /\d/.test(line)) unnamed.push(where);
    });
  }
  return { numbers, unnamed };
}
