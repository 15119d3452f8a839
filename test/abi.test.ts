/**
 * The C compiler is the only witness for a constant's value and a structure's layout.
 *
 * It is asked with the headers that `.ci/kernel-headers` fetches, or else with the system's, which
 * may be too old to know everything: what they do not know is then skipped, by name.
 */
import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, type TestContext, vi } from 'vitest';
import { decodeMptcpInfo } from '../lib/structs/mptcp_info.js';
import { decodeSockaddr, encodeSockaddr, type SockAddr } from '../lib/structs/sockaddr.js';
import { decodeTcpInfo } from '../lib/structs/tcp_info.js';
import { codecs, tcpInfoGrowth } from './support/abi-codecs.js';
import { type Answers, askHeaders, grown, isSame } from './support/abi-constants.js';
import { mptcpInfoGrowth } from './support/abi-link.js';
import { nativeNumbers } from './support/abi-native.js';
import { type Layout, layoutOf, type Sample, saysSame, toEncode } from './support/abi-structs.js';
import { hasNewestHeaders, headersVersion, runProgram, target, targetArch } from './support/cc.js';

// Constants need no binary, least of all one for another architecture.
vi.mock('../lib/kernel/addon.js', () => ({ native: {} }));

/** New headers know everything, so that what they do not know is wrong; old ones may not. */
async function knowsAll(context: TestContext, unknown: readonly string[]): Promise<void> {
  if (unknown.length > 0 && !hasNewestHeaders) {
    const version = await headersVersion();
    context.skip(
      `${unknown.length} unknown to the headers of Linux ${version}: ${unknown.join(' ')}`,
    );
  }
  expect(unknown).toEqual([]);
}

const hasCompiler = target !== undefined;

it('finds a C compiler', (context) => {
  if (!hasCompiler) context.skip('no C compiler on this machine: nothing in this file is checked');
});

describe.runIf(hasCompiler)('constants', () => {
  interface Constant {
    readonly name: string;
    readonly value: number | bigint;
  }

  const modules = ['kernel', 'structs', 'syscalls', 'async', 'inspect']
    .map((floor) => `lib/${floor}`)
    .filter((floor) => existsSync(floor))
    .flatMap((floor) => readdirSync(floor).map((file) => `${floor}/${file}`))
    .filter((path) => path.endsWith('.ts'))
    .sort();
  const constants = new Map<string, Constant[]>();
  const native = nativeNumbers();
  let answers: ReadonlyMap<string, Answers>;

  // What the kernel named begins with a capital letter, and what we invented does not.
  async function constantsOf(path: string): Promise<Constant[]> {
    const exported: Record<string, unknown> = await import(/* @vite-ignore */ `../${path}`);
    return Object.entries(exported)
      .filter(([name]) => /^[A-Z]/.test(name))
      .flatMap(([name, value]) =>
        typeof value === 'number' || typeof value === 'bigint' ? [{ name, value }] : [],
      );
  }

  // A few values differ by machine, and are chosen when the module is loaded.
  const arch = Object.getOwnPropertyDescriptor(process, 'arch');

  beforeAll(async () => {
    Object.defineProperty(process, 'arch', { ...arch, value: targetArch });
    for (const path of modules) constants.set(path, await constantsOf(path));
    const names = [...constants.values(), native.numbers].flat().map(({ name }) => name);
    answers = await askHeaders([...new Set(names)]);
  }, 120_000);

  afterAll(() => {
    if (arch !== undefined) Object.defineProperty(process, 'arch', arch);
  });

  function wrong({ name, value }: Constant, where: string): string[] {
    const isOlder = (c: bigint): boolean => !hasNewestHeaders && grown.has(name) && c < value;
    return Array.from(answers.get(name) ?? [])
      .filter(([, c]) => !isSame(value, c) && !isOlder(c))
      .map(([family, c]) => `${where}: ${name} is ${value}, but ${c} in the ${family} headers`);
  }

  it('are found where they live', () => {
    const names = new Set([...constants.values()].flat().map(({ name }) => name));
    const some = 'EAGAIN AF_INET SO_REUSEPORT TCP_CA_Open IP_TTL IPV6_V6ONLY POLLIN O_DIRECT';
    for (const name of some.split(' ')) expect(names).toContain(name);
  });

  it.each(modules)('of %s are what C says', (path) => {
    expect(constants.get(path)?.flatMap((constant) => wrong(constant, path))).toEqual([]);
  });

  it('of native/*.cc are what C says', () => {
    expect(native.numbers.length).toBeGreaterThan(0);
    expect(native.numbers.flatMap((number) => wrong(number, number.where))).toEqual([]);
  });

  it('of native/*.cc each have their name beside them', () => {
    expect(native.unnamed).toEqual([]);
  });

  it('are all known to the headers', async (context) => {
    const unknown = Array.from(answers).filter(([, answer]) => answer.size === 0);
    await knowsAll(
      context,
      unknown.map(([name]) => name),
    );
  });
});

const codecRows = codecs.map((codec) => {
  const { type, note } = codec;
  return { title: note === undefined ? type : `${type}, ${note}`, codec };
});

describe.runIf(hasCompiler).each(codecRows)('$title', ({ codec }) => {
  const { decode, encode, absent = [], values = {}, missed = 0, size } = codec;
  const known = codec.fields.filter(({ kind }) => kind !== 'padding' && kind !== 'fixed');
  let layout: Layout;

  beforeAll(async () => {
    layout = await layoutOf(codec);
  }, 120_000);

  const told = ({ field, pattern, text }: Sample): string => `${field.c}, ${pattern}: ${text}`;
  const decoded = (bytes: Uint8Array): Record<string, unknown> => ({ ...decode?.(bytes) });
  const isKnown = ({ field }: Sample): boolean => known.includes(field);

  it('has fields that these headers know', async (context) => {
    await knowsAll(context, layout.unknown);
  });

  it(`has ${size} bytes and no bit that belongs to no field`, (context) => {
    if (layout.unknown.length > 0) context.skip('these headers have an older structure');
    expect(layout.size).toBe(size);
    expect(layout.missed).toBe(missed);
  });

  function mustBeDeclared(context: TestContext): void {
    if (layout.size === 0) context.skip('these headers do not have the structure');
  }

  function decodesWhatIsListed(context: TestContext): void {
    mustBeDeclared(context);
    // Older headers have a shorter structure.
    const whole = new Uint8Array(size);
    whole.set(layout.base);
    const base = decoded(whole);
    const names = known.map(({ name }) => name);
    const all = new Set([...names, ...absent, ...Object.keys(values)]);
    expect(Object.keys(base).sort()).toEqual([...all].sort());
    for (const name of names) expect(base[name], name).toEqual(values[name] ?? 0);
    for (const name of absent) expect(base[name] ?? 0, name).toBe(0);
  }

  function decodesEachField(context: TestContext): void {
    mustBeDeclared(context);
    const base = decoded(layout.base);
    for (const sample of layout.samples.filter(({ field }) => field.kind !== 'fixed')) {
      const { [sample.field.name]: value, ...rest } = decoded(sample.bytes);
      const { [sample.field.name]: zero, ...restOfBase } = base;
      if (isKnown(sample)) expect(value, told(sample)).toSatisfy((v) => saysSame(v, sample));
      else expect(value, told(sample)).toEqual(zero);
      expect(rest, told(sample)).toEqual(restOfBase);
    }
  }

  function encodesEachField(context: TestContext): void {
    mustBeDeclared(context);
    expect(encode?.(values)).toEqual(layout.base);
    for (const sample of layout.samples.filter(isKnown)) {
      const bytes = encode?.({ ...values, [sample.field.name]: toEncode(sample) });
      expect(Buffer.from(bytes ?? []), told(sample)).toEqual(Buffer.from(sample.bytes));
    }
  }

  if (decode !== undefined) {
    it('decodes to the fields that are listed here, all zero', decodesWhatIsListed);
    it('decodes each field from the bytes where C puts it, and no others', decodesEachField);
  }
  if (encode !== undefined) it('encodes each field to the bytes where C puts it', encodesEachField);
});

describe('struct tcp_info of an older kernel', () => {
  const undefinedIn = (length: number, linux: string): string[] =>
    Object.entries(decodeTcpInfo(new Uint8Array(length).fill(0xff), linux))
      .filter(([, value]) => value === undefined)
      .map(([name]) => name)
      .sort();
  const namesOf = (rows: typeof tcpInfoGrowth): string[] =>
    rows.flatMap(([, , names]) => names.split(' ')).sort();

  it.each(tcpInfoGrowth)('of %i bytes, of Linux %s, lacks what came later', (size, linux) => {
    const later = tcpInfoGrowth.slice(1 + tcpInfoGrowth.findIndex((row) => row[1] === linux));
    expect(undefinedIn(size, linux)).toEqual(namesOf(later));
  });

  it.each(tcpInfoGrowth)('of %i bytes has no more on a kernel after %s', (size) => {
    const longer = tcpInfoGrowth.filter((row) => row[0] > size);
    expect(undefinedIn(size, '7.0')).toEqual(namesOf(longer));
  });
});

describe('struct mptcp_info of an older kernel', () => {
  const undefinedIn = (length: number, linux: string): string[] =>
    Object.entries(decodeMptcpInfo(new Uint8Array(length).fill(0xff), linux))
      .filter(([, value]) => value === undefined)
      .map(([name]) => name)
      .sort();

  it.each(mptcpInfoGrowth)('of %i bytes, of Linux %s, lacks what came later', (size, linux) => {
    const later = mptcpInfoGrowth.slice(1 + mptcpInfoGrowth.findIndex((row) => row[1] === linux));
    const names = later.flatMap(([, , names]) => names.split(' '));
    expect(undefinedIn(size, linux)).toEqual(names.sort());
  });
});

describe.runIf(hasCompiler)('struct sockaddr_un', () => {
  /** The bytes of the structure, cut after `length` bytes of its path. */
  async function bytesOf(statements: string, length: number): Promise<Uint8Array> {
    const hex = await runProgram(`#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
int main(void) {
  struct sockaddr_un s = {.sun_family = AF_UNIX};
  ${statements}
  for (unsigned i = 0; i < offsetof(struct sockaddr_un, sun_path) + ${length}; i++)
    printf("%02x", ((unsigned char *)&s)[i]);
}
`);
    return new Uint8Array(Buffer.from(hex, 'hex'));
  }

  const rows: [what: string, statements: string, length: number, rest: object][] = [
    ['a file name', 'strcpy(s.sun_path, "/tmp/x");', 7, { path: '/tmp/x' }],
    [
      'a file name that fills it',
      'memset(s.sun_path, 120, sizeof s.sun_path);',
      108,
      { path: 'x'.repeat(108) },
    ],
    ['an abstract name', 'strcpy(s.sun_path + 1, "x");', 2, { abstract: 'x' }],
    ['no name', '', 0, {}],
  ];

  it.each(rows)('holds %s', async (_what, statements, length, rest) => {
    const bytes = await bytesOf(statements, length);
    const family = bytes[0] ?? -1;
    expect(decodeSockaddr(bytes)).toEqual({ family, ...rest });
    expect(encodeSockaddr({ family, ...rest } as SockAddr)).toEqual(bytes);
  });

  it('has room for 108 bytes', async () => {
    const size = await runProgram(`#include <stdio.h>
#include <sys/un.h>
int main(void) { printf("%zu", sizeof ((struct sockaddr_un *)0)->sun_path); }
`);
    expect(size).toBe('108');
  });
});

describe.runIf(hasCompiler)('the structures behind native/fcntl.cc', () => {
  const sizes: [type: string, size: number][] = [
    ['struct flock', 32],
    ['struct f_owner_ex', 8],
    ['struct ifreq', 40],
    ['struct sockaddr_storage', 128],
  ];

  it.each(sizes)('%s has %i bytes', async (type, size) => {
    const told = await runProgram(`#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>
int main(void) { printf("%zu", sizeof(${type})); }
`);
    expect(Number(told)).toBe(size);
  });
});
