/** What a machine can keep of the house's rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const sources = (readdirSync(join(root, 'lib'), { recursive: true }) as string[])
  .map((path) => join('lib', path))
  .filter((path) => path.endsWith('.ts'))
  .sort();
const natives = (readdirSync(join(root, 'native'), { recursive: true }) as string[])
  .map((name) => join('native', name))
  .filter((path) => /\.(cc|h)$/.test(path))
  .sort();
/** The units of the addon that has the calls; the other has one, in a directory of its own. */
const units = natives.filter((path) => path.endsWith('.cc') && dirname(path) === 'native');
/** The files of one floor of lib/. */
const filesOf = (floor: string): string[] => {
  return sources.filter((path) => dirname(path) === `lib/${floor}`);
};

interface Import {
  /** The path in the checkout, or the module's name. */
  target: string;
  isType: boolean;
}

/** What a file imports or re-exports, statically and dynamically. */
function importsOf(path: string): Import[] {
  const text = read(path);
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'/gm),
    ...text.matchAll(/^import\s()'([^']+)'/gm),
    ...text.matchAll(/\bimport\(()'([^']+)'\)/g),
  ];
  return found.map(([, isType, name]) => ({
    target: name?.startsWith('.')
      ? relative(root, join(root, dirname(path), name)).replace(/\.js$/, '.ts')
      : (name ?? ''),
    isType: Boolean(isType),
  }));
}

/** The files of syscalls/ that serve the others. */
const servants = ['name.ts', 'raw.ts', 'raw_close.ts', 'raw_event.ts'];
const rawForms = ['raw.ts', 'raw_close.ts', 'raw_event.ts'].map((name) => `lib/syscalls/${name}`);

const entryPoints = sources.filter((path) => dirname(path) === 'lib');
const floorOf = (path: string): string => {
  return dirname(path) === 'lib' ? 'entry' : (path.split('/')[1] ?? '');
};

/** Which floors a file of a floor may import from. */
const below: Record<string, string[]> = {
  entry: ['entry', 'testing', 'inspect', 'process', 'async', 'syscalls', 'structs', 'kernel'],
  cli: ['cli', 'testing', 'inspect', 'syscalls', 'structs', 'kernel'],
  testing: ['testing', 'inspect', 'syscalls', 'structs', 'kernel'],
  inspect: ['inspect', 'syscalls', 'structs', 'kernel'],
  process: ['process', 'syscalls', 'structs', 'kernel'],
  async: ['async', 'syscalls', 'structs', 'kernel'],
  syscalls: ['syscalls', 'structs', 'kernel'],
  structs: ['structs', 'kernel'],
  kernel: ['kernel'],
};

describe('a file of lib/', () => {
  it('is on a floor', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect([...new Set(sources.map(floorOf))].sort()).toEqual(Object.keys(below).sort());
  });

  it('imports from its own floor and those below', () => {
    const upward = sources.flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => target.startsWith('lib/'))
        .filter(({ target }) => !below[floorOf(path)]?.includes(floorOf(target)))
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('imports files that are there, without a circle', () => {
    const seen = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (seen.get(path) === 'done') return;
      if (seen.get(path) === 'open') {
        circles.push([...trail, path].join(' → '));
        return;
      }
      seen.set(path, 'open');
      for (const { target, isType } of importsOf(path)) {
        if (!target.startsWith('lib/')) continue;
        expect(existsSync(join(root, target)), `${path} imports ${target}`).toBe(true);
        if (!isType) visit(target, [...trail, path]);
      }
      seen.set(path, 'done');
    };
    for (const path of sources) visit(path, []);
    expect(circles).toEqual([]);
  });

  it('imports nothing but Node and the loader of the addon', () => {
    const packages = new Set(
      sources.flatMap((path) => importsOf(path).map(({ target }) => target)),
    );
    const others = [...packages].filter((name) => !/^(node:|lib\/)/.test(name));
    expect(others).toEqual([]);
    const required = sources.flatMap((path) => [...read(path).matchAll(/require\('([^'.]+)'\)/g)]);
    expect(required.map(([, name]) => name)).toEqual(['node-gyp-build']);
  });

  it('touches the binary in lib/kernel/addon.ts only', () => {
    const loaders = sources.filter((path) => /node-gyp-build|\.node\b/.test(read(path)));
    expect(loaders).toEqual(['lib/kernel/addon.ts']);
    const users = sources.filter((path) => {
      return importsOf(path).some(({ target }) => target === 'lib/kernel/addon.ts');
    });
    // The loop of the promises makes the epoll calls as they are, for every wait.
    expect(users.filter((path) => floorOf(path) !== 'syscalls')).toEqual(['lib/async/loop.ts']);
  });

  it('of the calls imports of its siblings name.ts and the raw forms only', () => {
    const siblings = filesOf('syscalls').flatMap((path) =>
      importsOf(path)
        .filter(({ target }) => target.startsWith('lib/syscalls/'))
        .filter(({ target }) => !servants.includes(basename(target)))
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(siblings).toEqual([]);
  });

  it.each(entryPoints)('that is an entry point re-exports only: %s', (path) => {
    const rest = read(path)
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/export\s+(type\s+)?(\*|\{[^}]*\})(\s+as\s+\w+)?\s+from\s+'[^']+';/g, '');
    expect(rest.trim()).toBe('');
  });

  it('begins with what it is', () => {
    const mute = sources.filter((path) => !/^(#!.*\n|\/\/\/ .*\n)*\/\*\*/.test(read(path)));
    expect(mute).toEqual([]);
  });

  it('has lines of at most 100 columns', () => {
    const long = [...sources, ...natives].flatMap((path) =>
      read(path)
        .split('\n')
        .map((line, i) => ({ line, where: `${path}:${i + 1}` }))
        // Biome leaves a long import or address alone; so does this.
        .filter(({ line }) => line.length > 100 && !/https?:|from '/.test(line))
        .map(({ where }) => where),
    );
    expect(long).toEqual([]);
  });
});

/** Exported functions with their doc comments. */
function functionsOf(path: string): { name: string; doc: string }[] {
  const found = read(path).matchAll(
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?export (?:async )?function (\w+)/g,
  );
  const byName = new Map<string, string>();
  // Of overloads the first has the comment.
  for (const [, doc = '', name = ''] of found) if (!byName.has(name)) byName.set(name, doc);
  return Array.from(byName, ([name, doc]) => ({ name, doc }));
}

const families = filesOf('syscalls').filter((path) => !servants.includes(basename(path)));
/** What the kernel named; what is ours is in camelCase. */
const checked = families.flatMap((path) =>
  functionsOf(path)
    .filter(({ name }) => name === name.toLowerCase())
    .map((each) => ({ path, ...each })),
);

/** The calls that wait for something, unless told otherwise. */
const blocking = [
  ...['accept', 'accept4', 'close', 'connect', 'epoll_pwait', 'epoll_pwait2', 'epoll_wait'],
  ...[
    'eventfd_read',
    'eventfd_write',
    'fcntl',
    'poll',
    'ppoll',
    'pselect',
    'read',
    'readv',
    'recv',
  ],
  ...['recvfrom', 'recvmmsg', 'recvmsg', 'select', 'send', 'sendmmsg', 'sendmsg', 'sendto'],
  ...['sendfile', 'splice', 'tee', 'write', 'writev'],
];

describe('a checked call', () => {
  it.each(checked)('says what it is: $name', ({ name, doc }) => {
    const section = /^ *\/?\*+\s*\n?\s*\*?\s*(\w+)\((\d)\) — /.exec(doc);
    expect(section?.[1], 'its name and section come first').toBe(name);
    const link = /https:\/\/man7\.org\/linux\/man-pages\/man(\d)\/[\w-]+\.(\d)\.html/;
    expect(doc).toMatch(link);
    expect(doc.match(/https:/g), 'one link').toHaveLength(1);
    expect(doc, 'what it throws').toContain('@throws');
    const [, folder, suffix] = link.exec(doc) ?? [];
    expect([folder, suffix]).toEqual([section?.[2], section?.[2]]);
    expect(/^ \* Blocks the thread/m.test(doc), 'whether it blocks').toBe(blocking.includes(name));
  });

  it('has its raw form, and says there when it blocks in a form of its own', () => {
    const raw = rawForms.map(read).join('\n');
    const missing = checked.filter(({ name }) => {
      return !new RegExp(`^( {2}${name},|export function ${name}\\()`, 'm').test(raw);
    });
    expect(missing.map(({ name }) => name)).toEqual([]);
    for (const { name, doc } of rawForms.flatMap(functionsOf)) {
      if (name === 'kept') continue;
      expect(doc, name).toMatch(/@returns/);
      expect(/\bBlocks\b/.test(doc), name).toBe(blocking.includes(name));
    }
  });
});

describe('an export of lib/', () => {
  it('has a doc comment, where it is a function or a constant of the kernel', () => {
    const bare = [...filesOf('syscalls'), ...filesOf('structs')].flatMap((path) =>
      [...read(path).matchAll(/^(.*)\nexport const ([A-Z]\w+)/gm)]
        .filter(([, before]) => !before?.endsWith('*/'))
        .map(([, , name]) => `${path}: ${name}`),
    );
    expect(bare).toEqual([]);
  });
});

describe('an option', () => {
  it('says in its row what the comment of its constant says', () => {
    const rows = filesOf('structs').flatMap((path) => {
      const text = read(path);
      return [...text.matchAll(/^ {2}\[(\w+)\]: (\{\s*name:[\s\S]*?\}),$/gm)].map(
        ([, name = '', row = '']) => {
          const doc =
            new RegExp(`/\\*\\* (.*) \\*/\\nexport const ${name} =`).exec(text)?.[1] ?? '';
          const since = /(?<!since )Linux (\d+\.\d+)\./.exec(doc)?.[1];
          const needs = /Needs (CAP_\w+)(?: or (CAP_\w+))?/.exec(doc)?.slice(1) ?? [];
          return {
            said: { name, since, needs: needs.filter((each) => each !== undefined) },
            row: {
              name: /name: '(\w+)'/.exec(row)?.[1],
              since: /since: '([\d.]+)'/.exec(row)?.[1],
              needs: /needsWhen/.test(row) ? [] : (row.match(/\bCAP_\w+/g) ?? []),
            },
          };
        },
      );
    });
    expect(rows.length).toBeGreaterThan(150);
    expect(rows.map(({ row }) => row)).toEqual(rows.map(({ said }) => said));
  });
});

/** Lists of constants, whose test is the C compiler, and types. */
const withoutTest = (path: string): boolean => {
  return !/^(export )?(async )?function |=> |^export class /m.test(read(path));
};

/** What is seen through another module only, and that module's test. */
const through: Record<string, string> = {
  'lib/async/arguments.ts': 'test/async/wait.test.ts',
  'lib/async/done.ts': 'test/async/wait.test.ts',
  'lib/async/nonblock.ts': 'test/async/wait.test.ts',
  'lib/structs/cmsg_types.ts': 'test/structs/cmsg/bytes.test.ts',
  'lib/structs/dmabuf.ts': 'test/structs/cmsg/bytes.test.ts',
  'lib/structs/sockaddr_fields.ts': 'test/structs/sockaddr_alg.test.ts',
  'lib/structs/ucred.ts': 'test/structs/cmsg/unix.test.ts',
  'lib/syscalls/name.ts': 'test/syscalls/socket.test.ts',
  'lib/syscalls/raw_close.ts': 'test/async/loop.test.ts',
  'lib/syscalls/raw_event.ts': 'test/syscalls/epoll.test.ts',
  'lib/testing/observe.ts': 'test/testing/hold.test.ts',
  'lib/testing/paths.ts': 'test/testing/hold.test.ts',
  'lib/testing/wait.ts': 'test/testing/hold.test.ts',
  'lib/testing/trace.ts': 'test/cli/tour.test.ts',
};

describe('a module', () => {
  const modules = ['structs', 'syscalls', 'async', 'inspect', 'process', 'testing'].flatMap(
    filesOf,
  );
  const tables = readdirSync(join(root, 'test/support'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(`test/support/${name}`))
    .join('\n');

  it.each(modules.filter((path) => !withoutTest(path)))('has its test: %s', (path) => {
    const name = basename(path, '.ts');
    const floor = floorOf(path);
    const names = [`test/${name}.test.ts`, `test/${floor}/${name}.test.ts`, through[path] ?? ''];
    const tested = names.some((each) => each !== '' && existsSync(join(root, each)));
    // A structure has a row in the tables of the ABI test.
    expect(tested || tables.includes(`/${path.replace('.ts', '.js')}'`)).toBe(true);
  });
});

describe('native/', () => {
  it.each(units)('includes args.h and system headers only, and is built: %s', (path) => {
    const own = [...read(path).matchAll(/^#include "([^"]+)"/gm)].map(([, name]) => name);
    expect(own).toEqual(['args.h']);
    expect(read('native/sources.txt').split('\n')).toContain(path);
  });

  it('has a table of each family, which addon.cc lists', () => {
    const families = units.flatMap((path) =>
      [...read(path).matchAll(/^napi_status (Define\w+)\(napi_env env, .*\) \{$/gm)].map(
        ([, name]) => name,
      ),
    );
    const addon = read('native/addon.cc');
    const called = [...addon.matchAll(/(Define\w+)\(env, exports\)/g)].map(([, name]) => name);
    expect(called).toEqual(families);
    expect(families.length).toBe(units.length - 2);
  });

  it('names each function once in a table, and reads its arguments before it asks for ok()', () => {
    const families = units.filter((path) => !/addon|args/.test(path));
    for (const path of families) {
      const text = read(path);
      const defined = [...text.matchAll(/^napi_value (\w+)\(napi_env env, /gm)].map((m) => m[1]);
      const listed = [...text.matchAll(/FN\((\w+)\)/g)].map((m) => m[1]);
      expect(listed.sort(), path).toEqual(defined.sort());
      expect(text.match(/args\.ok\(\)/g)?.length ?? 0, path).toBeGreaterThanOrEqual(defined.length);
    }
  });
});

/** Words that have no place in the sources, and what has. */
const banned: [RegExp, string][] = [
  [/napi_get_value_(u?int32|int64)\(/, 'args.Int: the Node-API coerces NaN and 2 ** 32'],
  [/\bassert\(/, 'an error that names the argument'],
  [/\bstrn?cpy\(/, 'memcpy with a length that was checked'],
  [/\bstd::(string|vector|map)\b/, 'memory of the caller, or a bounded array'],
  [/\bas any\b|: any\b/, 'unknown, and a check'],
  [/\b(TODO|FIXME|XXX)\b/, 'the thing itself'],
  [/console\./, 'process.stdout, in cli/ only'],
];

describe('a source', () => {
  it.each(banned)('has no %s', (word, instead) => {
    const found = [...sources, ...natives].filter((path) => {
      return word.test(read(path).replace(/\/\/ .*|\/\*[\s\S]*?\*\//g, ''));
    });
    expect(found, `write ${instead}`).toEqual([]);
  });
});

describe('the package', () => {
  const manifest = JSON.parse(read('package.json')) as { name: string; version: string };

  it('has one name and one version', () => {
    const { name, version } = manifest;
    const lock = JSON.parse(read('package-lock.json')) as typeof manifest;
    expect([lock.name, lock.version]).toEqual([name, version]);
    expect(read('CHANGELOG.md')).toContain(`## ${version}`);
    expect(read('binding.gyp')).toContain(`"target_name": "${name}"`);
    expect(read('CMakeLists.txt')).toContain(`project(${name} `);
  });
});
