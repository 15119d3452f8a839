/** The fuzzer: a target for every decoder, each over its corpus and a bounded number of inputs. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import * as sockfd from '../lib/index.js';
import { controlTypes } from '../lib/structs/cmsg_types.js';
import { options } from '../lib/structs/options.js';
import { corpusOf, crashName } from './fuzz/corpus.js';
import { ends, Fuzzer, type Outcome } from './fuzz/fuzz.js';
import { tables } from './fuzz/options.js';
import { fault, hexOf, type Target } from './fuzz/oracle.js';
import { targets } from './fuzz/targets.js';

const root = join(import.meta.dirname, 'fuzz/corpus');
const structs = join(import.meta.dirname, '../lib/structs');
const seed = 20_261_121;
const rounds = 1000;

/** What is wrong, with all that is needed to see it again. */
const report = ({ failure }: Outcome): string | undefined =>
  failure && `${failure.target} ${failure.fault}: ${hexOf(failure.input)} (seed ${seed})`;

describe('the targets', () => {
  const files = readdirSync(structs).filter((name) => name.endsWith('.ts'));
  const covered = new Set(targets.flatMap(({ covers }) => covers));

  it('have names of their own, and each a corpus of what the kernel wrote', () => {
    const names = targets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    // The kernel that wrote the corpus had no such families.
    const lacking = 'can-1 can-6 can-7 qrtr l2 rc sco l2tpip l2tpip6'.split(' ');
    const others = names.filter((name) => !lacking.includes(name.replace('sockaddr-', '')));
    expect(others.filter((name) => corpusOf(root, name).length === 0)).toEqual([]);
    expect(readdirSync(root).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('have every exported function of sockfd that decodes', () => {
    const decoders = Object.keys(sockfd).filter((name) => name.startsWith('decode'));
    expect(decoders.length).toBeGreaterThan(10);
    expect(decoders.filter((name) => !covered.has(name))).toEqual([]);
  });

  it('have every function of lib/structs/ that reads a structure', () => {
    const reader = /^export (?:const (\w+) = |function (\w+))\(r: Reader/gm;
    const decoder = /^export (?:const|function) ((?:decode|received|format|each)\w*)/gm;
    const found = files.flatMap((name) => {
      const text = readFileSync(join(structs, name), 'utf8');
      return [...text.matchAll(reader), ...text.matchAll(decoder)].map(
        ([, constant, name = '']) => constant ?? name,
      );
    });
    expect(found.length).toBeGreaterThan(30);
    // Of six bytes, which is what a header has: it is tried with those.
    expect(found.filter((name) => !covered.has(name) && name !== 'formatMac')).toEqual([]);
  });

  it('have every kind of value that an option or a control message has', async () => {
    const tried = new Set<unknown>(
      [
        ...Object.values(options).flatMap((table) => Object.values(table)),
        ...Object.values(controlTypes).flatMap((table) => Object.values(table)),
        ...tables.structures,
      ].map(({ decode }: { decode: unknown }) => decode),
    );
    const untried: string[] = [];
    for (const file of files) {
      const module = (await import(join(structs, file))) as Record<string, unknown>;
      for (const [name, value] of Object.entries(module)) {
        const { decode, size } = { ...(value as object) } as { decode?: unknown; size?: unknown };
        if (typeof decode !== 'function' || typeof size !== 'number') continue;
        if (!tried.has(decode)) untried.push(`${file}: ${name}`);
      }
    }
    expect(untried).toEqual([]);
  });
});

describe.each(targets)('$name', (target) => {
  const corpus = corpusOf(root, target.name);

  it('reads what the kernel wrote, and every beginning of it', () => {
    const outcome = new Fuzzer(target, corpus, seed).tryCorpus();
    expect(report(outcome)).toBeUndefined();
    expect(outcome.read).toBeGreaterThanOrEqual(corpus.length);
  });

  it('keeps its promises for other bytes', () => {
    const most = rounds * (target.weight ?? 1);
    const outcome = new Fuzzer(target, corpus, seed).tryMore(most);
    expect(report(outcome)).toBeUndefined();
    expect(outcome.rounds).toBe(most);
    // Otherwise nothing but refusals was tried.
    expect(outcome.read).toBeGreaterThan(most / 4);
  });
});

/** A decoder that does what none may do, but only for some bytes. */
const broken = (rest: Partial<Target>): Target => ({
  ...{ name: 'broken', covers: [], decode: (bytes: Uint8Array) => bytes.byteLength },
  ...rest,
});

const isRare = (bytes: Uint8Array): boolean => bytes.byteLength > 8 && bytes[4] === 0xff;

describe('a decoder is found that', () => {
  const fuzz = (target: Partial<Target>, most: number, patience?: number): string | undefined => {
    const corpus = [Uint8Array.from({ length: 24 }, (_, i) => i)];
    return new Fuzzer(broken(target), corpus, seed, patience).tryMore(most).failure?.fault;
  };
  const found = (target: Partial<Target>, patience?: number): string | undefined =>
    fuzz(target, 20_000, patience);
  /** Nothing, after more than what shows the faults below. */
  const right = (target: Partial<Target>): void => expect(fuzz(target, 2000)).toBeUndefined();

  it('is not one of those that keep their promises', () => {
    right({});
  });

  it('throws', () => {
    const decode = (bytes: Uint8Array): number => {
      if (isRare(bytes)) throw new RangeError('x');
      return 0;
    };
    expect(found({ decode })).toBe('throws RangeError: x');
    expect(found({ decode, refuses: () => false })).toBe('throws RangeError: x');
  });

  it('refuses what it should not, or not as it should', () => {
    const refuses = (bytes: Uint8Array): boolean => bytes.byteLength < 4;
    expect(found({ refuses })).toBe('does not refuse');
    const decode = (bytes: Uint8Array): number => {
      if (refuses(bytes)) throw new TypeError('x');
      return 0;
    };
    expect(found({ refuses, decode })).toBe('refuses with TypeError: x');
  });

  it('reads behind its bytes', () => {
    const decode = ({ buffer, byteOffset, byteLength }: Uint8Array): unknown =>
      new Uint8Array(buffer, byteOffset)[byteLength];
    expect(found({ decode })).toMatch(/^sees what is around/);
  });

  it('reads before its bytes', () => {
    const decode = ({ buffer, byteOffset }: Uint8Array): unknown =>
      byteOffset === 0 ? 0 : new Uint8Array(buffer)[byteOffset - 1];
    expect(found({ decode })).toMatch(/^sees what is around/);
    const decodeAt = (bytes: Uint8Array, offset: number): unknown => bytes[offset - 1];
    expect(found({ decode: () => 0, decodeAt })).toMatch(/^sees what is before/);
  });

  it('depends on where they are', () => {
    const decode = ({ byteOffset }: Uint8Array): number => byteOffset & 1;
    expect(found({ decode })).toMatch(/^sees what is around/);
  });

  it('changes its bytes, or those around them', () => {
    const decode = (bytes: Uint8Array): number => {
      if (isRare(bytes)) bytes[0] = 1;
      return 0;
    };
    expect(found({ decode })).toBe('changes its bytes');
    const outside = (bytes: Uint8Array): number => {
      const all = new Uint8Array(bytes.buffer);
      const end = bytes.byteOffset + bytes.byteLength;
      if (all.byteLength > end) all[end] = 0x77;
      return 0;
    };
    expect(found({ decode: outside })).toBe('changes what is around');
  });

  it('gives more than there is', () => {
    const list = (bytes: Uint8Array): unknown => new Array(isRare(bytes) ? 5000 : 0).fill(0);
    expect(found({ decode: list })).toBe('gives 5000 elements');
    const memory = (bytes: Uint8Array): unknown => new Uint8Array(isRare(bytes) ? 1 << 20 : 0);
    expect(found({ decode: memory })).toBe('gives 1048576 bytes');
  });

  it('gives what it did not read', () => {
    const text = (bytes: Uint8Array): string => `${bytes[8]}`;
    expect(found({ decode: text })).toBe("gives 'undefined'");
    const number = (bytes: Uint8Array): unknown => ({ sum: Number(bytes[8]) + Number(bytes[0]) });
    expect(found({ decode: number })).toBe("gives 'NaN'");
  });

  it('does not end', () => {
    const decode = (bytes: Uint8Array): number => {
      for (let at = 0; at < bytes.byteLength; ) at += isRare(bytes) ? 0 : 1;
      return 0;
    };
    expect(found({ decode }, 500)).toBe('does not end');
    expect(ends(() => {}, 5000)).toBe(true);
  });

  it('is written otherwise, or not at all', () => {
    const decode = (bytes: Uint8Array): unknown => [...bytes];
    const encode = (decoded: never): Uint8Array => Uint8Array.from(decoded);
    right({ decode, encode, isWhole: true });
    const lossy = (decoded: never): Uint8Array => encode(decoded).map((byte) => byte & 0x7f);
    expect(found({ decode, encode: lossy })).toMatch(/^is read otherwise/);
    expect(found({ decode: () => 0, encode: () => Uint8Array.of(1), isWhole: true })).toBe(
      'is written as 01',
    );
    const refuse = (): never => {
      throw new RangeError('x');
    };
    expect(found({ encode: refuse })).toBe('cannot be written: RangeError: x');
    right({ encode: refuse, mayRefuse: true });
  });

  it('says otherwise when there is less', () => {
    const contains = (whole: number, beginning: number): boolean => whole === beginning;
    expect(found({ contains })).toMatch(/^says otherwise/);
  });

  it('breaks a promise of its own', () => {
    const wrong = (_: never, bytes: Uint8Array): string | undefined =>
      isRare(bytes) ? 'is wrong' : undefined;
    expect(found({ wrong })).toBe('is wrong');
  });
});

describe('an input', () => {
  it('is the same from the same seed, and another from another', () => {
    const inputs = (from: number): string[] => {
      const all: string[] = [];
      const decode = (bytes: Uint8Array): undefined => void all.push(hexOf(bytes));
      new Fuzzer(broken({ decode }), [Uint8Array.of(1, 2, 3)], from).tryMore(400);
      return all;
    };
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(2)).not.toEqual(inputs(1));
  });

  it('that shows a fault is made shorter and simpler, and still shows it', () => {
    const decode = (bytes: Uint8Array): number => {
      if (isRare(bytes)) throw new Error('x');
      return 0;
    };
    const target = broken({ decode });
    const { failure } = new Fuzzer(target, [new Uint8Array(300).fill(7)], 1).tryMore(20_000);
    const input = failure?.input ?? new Uint8Array();
    expect(hexOf(input)).toBe('00000000ff00000000');
    expect(fault(target, input)).toBe('throws Error: x');
    expect(crashName(input)).toMatch(/^crash-[0-9a-f]{12}$/);
  });
});

describe('the calls, in a process of their own', () => {
  const checkout = join(import.meta.dirname, '..');
  const mayUnshare = spawnSync('unshare', ['-rn', 'true']).status === 0;

  function run(...args: string[]): { status: number | null; told: string } {
    const env = { SOCKFD_PREBUILD: checkout, ...process.env };
    const options = { cwd: checkout, env, encoding: 'utf8', timeout: 60_000 } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    return { status, told: stdout + stderr };
  }

  function native(context: TestContext, ...args: string[]): ReturnType<typeof run> {
    if (!mayUnshare) context.skip('no network namespaces for this user (unshare -rn)');
    const program = join(checkout, 'out/fuzz/test/fuzz/native.js');
    return run(program, `--seed=${seed}`, '--rounds=1000', '--seconds=40', ...args);
  }

  beforeAll(() => {
    // It compiles the programs, and runs one.
    const program = join(checkout, 'test/fuzz/run.js');
    const { status, told } = run(program, '--target=revents', '--rounds=200', `--seed=${seed}`);
    expect(told).toMatch(/revents: \d{3,} inputs/);
    expect(status).toBe(0);
  }, 90_000);

  it('survive structures that lie, and write nothing beside their memory', {
    timeout: 90_000,
  }, (context) => {
    const { status, told } = native(context);
    expect(told).toMatch(/native: 1000 rounds, \d{3,} calls/);
    expect(status).toBe(0);
  });

  it.for([
    ['aborts', /ended with (SIGABRT|134)/],
    ['overruns', /bytes beside \d+ were written/],
    ['leaks', /left \d+ descriptors/],
    ['throws', /not by a check of arguments/],
  ] as const)('would be found if one %s', { timeout: 90_000 }, ([flaw, found], context) => {
    const { status, told } = native(context, `--flaw=${flaw}`);
    expect(told).toMatch(found);
    expect(told).toMatch(/round \d+/);
    expect(status).toBe(1);
  });
});
