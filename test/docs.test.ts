/** Every code block of the README and of docs/ is run, or is what the code says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { controlTypes } from '../lib/structs/cmsg_types.js';

const root = join(import.meta.dirname, '..');

interface Block {
  file: string;
  /** The line of the fence. */
  line: number;
  language: string;
  code: string;
}

function blocksOf(file: string): Block[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    code: match[2] ?? '',
  }));
}

const files = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs')).map((name) => join('docs', name)),
  ...['bench', 'examples'].map((name) => join(name, 'README.md')),
];
const blocks = files.flatMap(blocksOf);

// Inside the checkout, so that 'sockfd' is this package.
mkdirSync(join(root, 'out'), { recursive: true });
const dir = mkdtempSync(join(root, 'out', 'docs-'));
afterAll(() => rmSync(dir, { recursive: true }));

function save({ code }: Block, name: string): string {
  const path = join(dir, name);
  writeFileSync(path, code);
  return path;
}

interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

async function run(path: string, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [path, ...args], { timeout: 45_000 });
  const ended: Ended = { status: null, stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (ended.stdout += data));
  child.stderr.on('data', (data) => (ended.stderr += data));
  [ended.status] = (await once(child, 'close')) as [number | null];
  return ended;
}

const readme = blocks.filter(({ file, language }) => file === 'README.md' && language === 'js');
const find = (word: string): Block => {
  const block = readme.find(({ code }) => code.includes(word));
  if (block === undefined) throw new Error(`README.md has no block with ${word}`);
  return block;
};

describe('README.md', () => {
  it('has a server and a client that talk to each other', async () => {
    const server = spawn(process.execPath, [save(find('accept(listener)'), 'server.mjs'), '0']);
    try {
      let said = '';
      while (!/port: \d+/.test(said)) {
        const [data] = (await once(server.stdout, 'data')) as [Buffer];
        said += data;
      }
      const port = /port: (\d+)/.exec(said)?.[1] ?? '';
      const client = await run(save(find('hello, kernel'), 'client.mjs'), port);
      expect(client).toMatchObject({ status: 0, stderr: '' });
      expect(client.stdout).toMatch(/^hello, kernel\nFIN_WAIT2|^hello, kernel\n(TIME_WAIT|CLOSE)/);
      expect(client.stdout).toMatch(/rtt: \d+, snd_cwnd: \d+, bytes_acked: 1\d/);
    } finally {
      server.kill();
    }
  });

  it('has a server of at most 20 lines of statements, and a client of fewer', () => {
    const lines = (block: Block): number =>
      block.code.split('\n').filter((line) => line.trim() !== '').length;
    expect(lines(find('accept(listener)'))).toBeLessThanOrEqual(22);
    expect(lines(find('hello, kernel'))).toBeLessThanOrEqual(20);
  });

  it('begins with commands that package.json has', () => {
    const commands = blocks
      .find(({ file }) => file === 'README.md')
      ?.code.trim()
      .split('\n');
    expect(commands).toEqual(['npm ci && npm start', 'npm ci && npm test']);
  });

  it('names every call, and calls nothing that is not there', async () => {
    const text = readFileSync(join(root, 'README.md'), 'utf8');
    const table = /## The calls\n(.*?)\n\nTheir/s.exec(text)?.[1] ?? '';
    const addresses = readFileSync(join(root, 'docs', 'addresses.md'), 'utf8');
    const codecs = [...addresses.matchAll(/`sockaddr_\w+` \| `(\w+)` \|/g)].flatMap(([, codec]) => [
      `encodeSockaddr${codec}`,
      `decodeSockaddr${codec}`,
    ]);
    const names = [...table.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    const named = [...new Set([...names, ...codecs])];
    const sockfd: Record<string, unknown> = await import('../lib/index.js');
    const exported = Object.keys(sockfd).filter((name) => typeof sockfd[name] === 'function');
    expect(named.sort()).toEqual(
      exported.filter((name) => !['SystemError', 'errnoName'].includes(name)).sort(),
    );
  });
});

/** What a block prints, by the comments behind `console.log`; after a colon they explain. */
const said = ({ code }: Block): string[] =>
  [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment = '']) => comment);

describe('the JavaScript of the documents', () => {
  const programs = blocks.filter(({ language }) => language === 'js');
  const pair = [find('accept(listener)'), find('hello, kernel')];
  const alone = programs.filter((block) => !pair.includes(block));

  it.each(alone)('at $file:$line prints what it says', async (block) => {
    const { stdout, stderr, status } = await run(save(block, `${block.line}.mjs`));
    // What goes to standard error depends on the kernel.
    const silent = block.code.includes('console.error') ? '' : stderr;
    expect({ status, silent }).toEqual({ status: 0, silent: '' });
    const lines = stdout.trimEnd().split('\n');
    const expected = said(block);
    expect(expected.length).toBeGreaterThan(0);
    expect(lines).toEqual(expected.map((comment) => comment.replace(/^([^{]*?): .*/, '$1')));
  });

  it('is TypeScript as it stands', async () => {
    const paths = programs.map((block, i) => save(block, `block${i}.mts`));
    const options =
      '--noEmit --ignoreConfig --strict --target es2022 --module nodenext --types node';
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout, status } = await run(tsc, ...options.split(' '), ...paths);
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});

describe('the shell commands', () => {
  const scripts = new Set(
    Object.keys(
      (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts,
    ),
  );
  const lines = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .flatMap((line) => line.replace(/#.*/, '').split('&&'))
    .map((line) => line.trim())
    .filter((line) => line !== '');

  it.each([...new Set(lines)])('%s is there', (line) => {
    const [program, verb = '', name = ''] = line.split(/\s+/);
    if (program === 'npm') {
      const script = verb === 'run' ? name : verb;
      expect(['ci', 'install', ...scripts]).toContain(script);
    } else {
      expect(readFileSync(join(root, program === 'node' ? verb : (program ?? ''))).length).not.toBe(
        0,
      );
    }
  });
});

describe('docs/messages.md', () => {
  it('names every control message with a value', async () => {
    const sockfd: Record<string, unknown> = await import('../lib/index.js');
    const text = readFileSync(join(root, 'docs', 'messages.md'), 'utf8');
    const table = text.slice(text.indexOf('| level | type and value |'));
    const named = new Map<number, Set<number>>();
    let level = 0;
    for (const [, first = '', rest = ''] of table.matchAll(/^\| (\w*) ?\| (.*) \|$/gm)) {
      if (first === 'level') continue;
      if (first !== '') level = sockfd[first] as number;
      const types = named.get(level) ?? new Set();
      for (const [, name = ''] of rest.matchAll(/`(\w+)`/g)) types.add(sockfd[name] as number);
      named.set(level, types);
    }
    for (const [key, types] of Object.entries(controlTypes)) {
      const sorted = [...(named.get(Number(key)) ?? [])].sort((a, b) => a - b);
      expect([key, sorted]).toEqual([key, Object.keys(types).map(Number)]);
    }
    expect(named.size).toBe(Object.keys(controlTypes).length);
  });
});

describe('the C++ in docs/', () => {
  it('stands in native/ as it is shown', () => {
    const sources = readdirSync(join(root, 'native'))
      .filter((name) => name.endsWith('.cc'))
      .map((name) => readFileSync(join(root, 'native', name), 'utf8'))
      .join('\n');
    const shown = blocks.filter(({ language }) => language === 'cpp');
    expect(shown.length).toBeGreaterThan(0);
    for (const { code } of shown) expect(sources).toContain(code);
  });
});

describe('all documents', () => {
  it('have blocks of no other language', () => {
    const known = ['js', 'sh', 'cpp', ''];
    const others = blocks.filter(({ language }) => !known.includes(language));
    expect(others.map(({ file, line }) => `${file}:${line}`)).toEqual([]);
  });

  it('link to files that are there', () => {
    for (const file of files) {
      const text = readFileSync(join(root, file), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
        const path = join(root, file, '..', target);
        expect(() => readdirSync(join(path, '..')), `${file}: ${target}`).not.toThrow();
        expect(readdirSync(join(path, '..')), `${file}: ${target}`).toContain(
          path.replace(/\/$/, '').split('/').at(-1),
        );
      }
    }
  });
});
