/** The package as it is built, packed, installed and loaded. */
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AF_UNIX,
  close,
  MSG_DONTWAIT,
  O_RDWR,
  recv,
  SOCK_STREAM,
  send,
  socketpair,
} from '../lib/index.js';
import { compiledPackage } from './support/compiled.js';

const root = resolve(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const tool = (name: string): string => join(root, 'node_modules/.bin', name);

type Options = Partial<ExecFileSyncOptionsWithStringEncoding>;

function run(command: string, args: string[], options: Options = {}): string {
  return execFileSync(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
    encoding: 'utf8',
  });
}

const node = (args: string[], options?: Options): string => run(process.execPath, args, options);

let temporary: string;

beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'sockfd-package-'));
});

afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** lib/ compiled, beside a package.json: where the tests of the loader find it. */
let compiled: string;

beforeAll(() => {
  compiled = compiledPackage('package');
});

afterAll(() => rmSync(compiled, { recursive: true, force: true }));

const gyp = join(root, 'build/Release/sockfd.node');
const cmake = join(root, 'out/cmake/build/Release/sockfd.node');
/** The other addon, which lies beside the first. */
const watcherOf = (addon: string): string => addon.replace(/sockfd(?=[^/]*$)/, 'watcher');

/** The members of `interface Native`, as the source has them. */
function nativeNames(): string[] {
  const source = readFileSync(join(root, 'lib/kernel/addon.ts'), 'utf8');
  const [, body = ''] = /interface Native \{([\s\S]*?)\n\}/.exec(source) ?? [];
  return [...body.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name ?? '');
}

const newest = (paths: string[]): number =>
  Math.max(...paths.map((path) => statSync(path).mtimeMs));

/** Reads an option and bytes back, by the addon that `SOCKFD_PREBUILD` names. */
const smoke = `
  const s = await import(process.env.INDEX);
  const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
  const buf = new Uint8Array(8);
  s.send(a, 'smoke');
  const got = s.recv(b, buf);
  const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
  const { state } = s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_INFO);
  for (const each of [a, b, fd]) s.close(each);
  const maps = (await import('node:fs')).readFileSync('/proc/self/maps', 'utf8');
  const addon = /\\S+sockfd\\S*\\.node/.exec(maps)[0];
  console.log(JSON.stringify([Buffer.from(buf.subarray(0, got)).toString(), state, addon]));
`;

const evaluate = (source: string, env: NodeJS.ProcessEnv): string => {
  const args = ['--input-type=module', '-e', source];
  return node(args, { env: { ...process.env, INDEX: join(compiled, 'dist/index.js'), ...env } });
};

describe('a build', () => {
  beforeAll(() => {
    const inputs = ['native', 'CMakeLists.txt'].flatMap((name) => {
      const path = join(root, name);
      if (name !== 'native') return [path];
      return (readdirSync(path, { recursive: true }) as string[]).map((file) => join(path, file));
    });
    // It takes its time; what is newer than its sources is as good as new.
    if (existsSync(cmake) && statSync(cmake).mtimeMs > newest(inputs)) return;
    run(tool('cmake-js'), ['compile', '--out', 'out/cmake/build'], { cwd: root });
  }, 180_000);

  it.each([
    ['node-gyp', root, gyp],
    ['cmake-js', join(root, 'out/cmake'), cmake],
  ])('of %s is found by the loader, and works', (_name, directory, addon) => {
    const said = JSON.parse(evaluate(smoke, { SOCKFD_PREBUILD: directory }));
    expect(said).toEqual(['smoke', 7, addon]);
  });

  it('exports the members of interface Native, in order', () => {
    const names = nativeNames();
    expect(names.length).toBeGreaterThan(25);
    for (const addon of [gyp, cmake]) {
      const program = 'console.log(JSON.stringify(Object.keys(require(process.argv[1]))))';
      expect(JSON.parse(node(['-e', program, addon])), addon).toEqual(names);
    }
  });

  it.each([
    ['node-gyp', gyp],
    ['cmake-js', cmake],
  ])('of %s needs nothing but Node-API and an old C library', (_name, addon) => {
    expectPortable(addon);
    expectPortable(watcherOf(addon), /^uv_\w+$/);
  });
});

/** What the dynamic linker says of an addon. */
function expectPortable(addon: string, libuv = /^$/): void {
  const needed = [...run('readelf', ['-dW', addon]).matchAll(/\(NEEDED\).*\[(.*)\]/g)];
  const libraries = needed.map(([, name = '']) => name);
  expect(
    libraries.filter((name) => !/^(libc|libm|libdl|libpthread|ld-linux.*)\.so/.test(name)),
  ).toEqual([]);

  const symbols = run('nm', ['-D', addon])
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).slice(-2) as [kind: string, name: string]);
  const of = (kinds: string): string[] => {
    return symbols.filter(([kind]) => kinds.includes(kind)).map(([, name]) => name);
  };
  const imported = of('U');
  // The calls need no event loop: other runtimes have no libuv.
  const fromLibuv = imported.filter((name) => /^uv_/.test(name));
  expect(fromLibuv.filter((name) => !libuv.test(name))).toEqual([]);
  expect(fromLibuv.length > 0).toBe(libuv.test('uv_poll_start'));
  const others = imported.filter((name) => !/^(napi_|node_api_|uv_)\w+$/.test(name));
  expect(others.filter((name) => !/@GLIBC_[\d.]+$/.test(name))).toEqual([]);
  // The runtime's own hooks, which may be missing.
  const weak = of('w').map((name) => name.replace(/@.*/, ''));
  expect(weak.filter((name) => !/^(_ITM_|__gmon_start__|__cxa_)/.test(name))).toEqual([]);

  const versions = symbols
    .map(([, name]) => /@GLIBC_2\.(\d+)/.exec(name)?.[1])
    .filter((minor) => minor !== undefined);
  expect(Math.max(...versions.map(Number))).toBeLessThanOrEqual(28);

  const exported = symbols.filter(([kind]) => !'Uw'.includes(kind)).map(([, name]) => name);
  expect(exported.sort()).toEqual([
    'napi_register_module_v1',
    'node_api_module_get_api_version_v1',
  ]);
}

/** What importing says when it fails, in a process that `options` prepare. */
function failure(env: NodeJS.ProcessEnv, preload?: string): string {
  const source = `
    try {
      await import(process.env.INDEX);
      console.log(JSON.stringify('it was imported'));
    } catch (error) {
      console.log(JSON.stringify(error.message));
    }`;
  const args = preload === undefined ? [] : ['--require', preload];
  const index = { INDEX: join(compiled, 'dist/index.js') };
  const options = { env: { ...process.env, ...index, ...env } };
  return JSON.parse(node([...args, '--input-type=module', '-e', source], options)) as string;
}

describe('importing', () => {
  /** One line, which begins with the name and lists no places that were searched. */
  function expectSentence(message: string): void {
    expect(message).toMatch(/^sockfd /);
    expect(message).not.toMatch(/\n|[Aa]ttempted|loaded from|No native build/);
  }

  it('without a binary says what to do', () => {
    const empty = join(temporary, 'empty');
    mkdirSync(empty);
    const message = failure({ SOCKFD_PREBUILD: empty });
    expectSentence(message);
    expect(message).toMatch(/node-gyp rebuild/);
    expect(message).toContain(compiled);
  });

  it.each([
    ['platform', 'darwin', /^sockfd runs on Linux .* this is darwin on /],
    ['platform', 'win32', /^sockfd runs on Linux .* this is win32 on /],
    ['arch', 'riscv64', /^sockfd runs on Linux .* this is linux on riscv64$/],
    ['arch', 'ia32', /^sockfd runs on Linux .* this is linux on ia32$/],
  ])('on a machine whose %s is %s says where it runs', (property, value, sentence) => {
    const preload = join(temporary, `${property}-${value}.cjs`);
    writeFileSync(preload, `Object.defineProperty(process, '${property}', { value: '${value}' });`);
    const message = failure({ SOCKFD_PREBUILD: root }, preload);
    expectSentence(message);
    expect(message).toMatch(sentence);
  });

  it('with a binary that cannot be loaded says which', () => {
    const broken = join(temporary, 'broken');
    mkdirSync(join(broken, 'build/Release'), { recursive: true });
    const addon = join(broken, 'build/Release/sockfd.node');
    writeFileSync(addon, 'not a shared object');
    const message = failure({ SOCKFD_PREBUILD: broken });
    expectSentence(message);
    expect(message).toContain(`could not load ${addon}`);
  });

  it('with addons forbidden says so, with the code of Node', () => {
    const source = 'await import(process.env.INDEX).catch((e) => console.log(e.code, e.message));';
    const env = { ...process.env, INDEX: join(compiled, 'dist/index.js'), SOCKFD_PREBUILD: root };
    const said = node(['--no-addons', '--input-type=module', '-e', source], { env });
    expect(said).toMatch(/^ERR_DLOPEN_DISABLED sockfd could not load .*: Cannot load native addon/);
  });

  it('with a folder that may not be read says which', () => {
    const { SOCKFD_PREBUILD: _, ...env } = process.env;
    // A file in the place of the folder: to root, every folder can be read.
    const folder = join(compiled, 'prebuilds');
    writeFileSync(folder, '');
    try {
      const source =
        'await import(process.env.INDEX).catch((e) => console.log(e.code, e.message));';
      const said = node(['--input-type=module', '-e', source], {
        env: { ...env, INDEX: join(compiled, 'dist/index.js') },
      });
      expect(said).toContain(`ENOTDIR sockfd could not look for its binary in ${folder}: ENOTDIR`);
    } finally {
      rmSync(folder);
    }
  });

  it('away from its package says what a bundler must do', () => {
    const app = join(temporary, 'app');
    cpSync(join(compiled, 'dist'), app, { recursive: true });
    const message = failure({ INDEX: join(app, 'index.js') });
    expectSentence(message);
    expect(message).toMatch(/mark it external in the bundler$/);
  });

  it('leaves the standard streams as they are: a socket that blocks still does', () => {
    const [a, b] = socketpair(AF_UNIX, SOCK_STREAM);
    const entries = ['index', 'raw', 'promises', 'testing'].map((name) => `dist/${name}.js`);
    const paths = JSON.stringify(entries.map((entry) => join(compiled, entry)));
    const source = `Promise.all(${paths}.map((path) => import(path))).then(([s]) => {
      s.write(1, s.read(0, new Uint8Array(8)) + ' ' + s.fcntl(0, s.F_GETFL));
    });`;
    try {
      send(b, 'hello');
      run(process.execPath, ['-e', source], {
        env: { ...process.env, SOCKFD_PREBUILD: root },
        stdio: [a, a, 'pipe'],
      });
      const buf = Buffer.alloc(64);
      expect(buf.toString('utf8', 0, recv(b, buf, MSG_DONTWAIT))).toBe(`5 ${O_RDWR}`);
    } finally {
      for (const fd of [a, b]) close(fd);
    }
  });

  it('needs few descriptors, though it has many modules', () => {
    const source = 'import(process.env.INDEX).then(() => console.log("imported"))';
    const env = { ...process.env, INDEX: join(compiled, 'dist/index.js'), SOCKFD_PREBUILD: root };
    const said = run('prlimit', ['--nofile=40', process.execPath, '-e', source], { env });
    expect(said).toBe('imported\n');
  });

  it('finds its binary without the variable of the environment', () => {
    const { SOCKFD_PREBUILD: _, ...env } = process.env;
    const link = join(compiled, 'build');
    symlinkSync(join(root, 'build'), link);
    try {
      const source = smoke.replace('process.env.INDEX', "new URL('dist/index.js', process.env.AT)");
      const said = node(['--input-type=module', '-e', source], {
        env: { ...env, AT: `file://${compiled}/` },
      });
      expect(JSON.parse(said)).toEqual(['smoke', 7, gyp]);
    } finally {
      rmSync(link);
    }
  });
});

describe('package.json', () => {
  it('installs without a script, on Linux only', () => {
    const { scripts, gypfile, os, engines, dependencies, type } = manifest;
    const ran = ['preinstall', 'install', 'postinstall', 'preprepare', 'postprepare'];
    expect(Object.keys(scripts).filter((name) => ran.includes(name))).toEqual([]);
    expect({ gypfile, os, type }).toEqual({ gypfile: false, os: ['linux'], type: 'module' });
    expect(engines.node).toMatch(/^>=\d+/);
    expect(Object.keys(dependencies)).toEqual(['node-gyp-build']);
  });
});

describe('the tarball', () => {
  /** A copy of the checkout in which it is built, and a project in which it is installed. */
  let copy: string;
  let project: string;
  let packed: { filename: string; files: { path: string }[] };

  beforeAll(() => {
    copy = join(temporary, 'copy');
    const files = run('git', ['ls-files', '-z', '-co', '--exclude-standard'], { cwd: root });
    for (const file of new Set(files.split('\0'))) {
      const from = join(root, file);
      // What was deleted and not committed is listed still.
      if (file !== '' && existsSync(from)) cpSync(from, join(copy, file));
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    // The last step builds anew what prebuildify has moved away.
    const [prebuild = ''] = manifest.scripts.prebuild.split(' && node-gyp');
    const path = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
    const env = { ...process.env, PATH: path };
    run('sh', ['-c', prebuild], { cwd: copy, env });
    run('sh', ['-c', manifest.scripts['compile:lib']], { cwd: copy, env });
    const quiet = ['--ignore-scripts', '--json', '--cache', join(temporary, 'npm')];
    const pack = (directory: string): typeof packed => {
      const args = ['pack', directory, '--pack-destination', temporary, ...quiet];
      return JSON.parse(run('npm', args, { cwd: copy }))[0];
    };
    packed = pack(copy);
    // The one dependency, packed as well: nothing is fetched.
    const loader = pack(realpathSync(join(root, 'node_modules/node-gyp-build')));

    project = join(temporary, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "name": "p", "private": true }');
    const tarballs = [packed, loader].map(({ filename }) => join(temporary, filename));
    const options = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    run('npm', ['install', ...options, '--cache', join(temporary, 'npm'), ...tarballs], {
      cwd: project,
    });
  }, 180_000);

  const installed = (...path: string[]): string => join(project, 'node_modules/sockfd', ...path);

  it('has what is needed, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    const known =
      /^(dist|lib|native|docs|examples)\/|^(binding\.gyp|CMakeLists\.txt|package\.json|CHANGELOG\.md|README\.md|LICENSE)$/;
    const prebuilt = /^prebuilds\/linux-(x64|arm64)\/(sockfd|watcher)\.(glibc|musl)\.node$/;
    expect(paths.filter((path) => !known.test(path) && !prebuilt.test(path))).toEqual([]);
    expect(paths.filter((path) => prebuilt.test(path))).toHaveLength(2);
    expect(paths).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md']));
    const natives = readdirSync(join(root, 'native'), { recursive: true }) as string[];
    for (const file of natives.filter((each) => each.includes('.'))) {
      expect(paths).toContain(`native/${file}`);
    }
    const sources = paths.filter((path) => /^lib\/.*\.ts$/.test(path));
    for (const source of sources) {
      const stem = source.replace(/^lib\/(.*)\.ts$/, 'dist/$1');
      expect(paths).toEqual(expect.arrayContaining([`${stem}.d.ts`, `${stem}.d.ts.map`]));
    }
    const entries = [...Object.values(manifest.exports), ...Object.values(manifest.bin)];
    const named = entries.map((path) => String(path).replace('./', ''));
    expect(paths).toEqual(expect.arrayContaining(named));
  });

  it('has maps that lead to sources that it has', () => {
    for (const { path } of packed.files.filter((file) => file.path.endsWith('.map'))) {
      const { sources } = JSON.parse(readFileSync(installed(path), 'utf8'));
      for (const source of sources) {
        expect(existsSync(join(dirname(installed(path)), source)), `${path}: ${source}`).toBe(true);
      }
    }
  });

  it('has a binary that needs nothing but Node-API and an old C library', () => {
    const binaries = packed.files.map(({ path }) => path).filter((p) => p.endsWith('.node'));
    const [binary = ''] = binaries.filter((path) => path.includes('/sockfd.'));
    expectPortable(installed(binary));
    expectPortable(installed(watcherOf(binary)), /^uv_\w+$/);
  });

  /** A PATH with Node and a shell, and so without a compiler. */
  function barePath(): NodeJS.ProcessEnv {
    const bin = join(temporary, 'bin');
    if (!existsSync(bin)) {
      mkdirSync(bin);
      const find = (name: string): string => {
        const directories = (process.env.PATH ?? '').split(delimiter);
        const found = directories.map((path) => join(path, name)).find((path) => existsSync(path));
        if (found === undefined) throw new Error(`${name} is not in PATH`);
        return realpathSync(found);
      };
      symlinkSync(process.execPath, join(bin, 'node'));
      for (const name of ['npx', 'sh']) symlinkSync(find(name), join(bin, name));
    }
    const { SOCKFD_PREBUILD: _, ...env } = process.env;
    return { ...env, PATH: bin };
  }

  it('is imported by an ES module, and dynamically by CommonJS, without a compiler', () => {
    const env = barePath();
    expect(() => run('cc', ['--version'], { env })).toThrow(/ENOENT/);
    writeFileSync(
      join(project, 'esm.mjs'),
      `import { AF_UNIX, close, recv, send, SOCK_STREAM, socketpair } from 'sockfd';
       import * as raw from 'sockfd/raw';
       import { holdState } from 'sockfd/testing';
       import * as promises from 'sockfd/promises';
       const [a, b] = socketpair(AF_UNIX, SOCK_STREAM);
       const waiting = promises.recv(a, new Uint8Array(8));
       send(b, 'xyz');
       if ((await waiting) !== 3) throw new Error('lost');
       send(a, 'x');
       const held = holdState('LISTEN');
       console.log(recv(b, new Uint8Array(8)), raw.close(a), raw.close(b), held.state);
       held.dispose();`,
    );
    expect(node(['esm.mjs'], { cwd: project, env })).toBe('1 0 0 LISTEN\n');
    writeFileSync(
      join(project, 'common.cjs'),
      `import('sockfd').then(async (s) => {
         const { default: p } = await import('sockfd/package.json', { with: { type: 'json' } });
         try { s.close(-1); } catch (error) { console.log(p.name, error.message); }
       });`,
    );
    const warned = { cwd: project, env: { ...env, NODE_NO_WARNINGS: '1' } };
    expect(node(['common.cjs'], warned)).toBe('sockfd close EBADF\n');
  });

  it('has its entry points, and no others', () => {
    const resolvable = ['', '/raw', '/promises', '/testing', '/package.json'].map((path) => {
      return `sockfd${path}`;
    });
    const hidden = ['dist/index.js', 'lib/index.ts', 'kernel/addon.js', 'watcher', 'binding.gyp'];
    const program = `
      const names = JSON.parse(process.argv[1]);
      console.log(JSON.stringify(names.map((name) => {
        try { return import.meta.resolve(name) && 'found'; } catch (error) { return error.code; }
      })));`;
    writeFileSync(join(project, 'resolve.mjs'), program.replaceAll('argv[1]', 'argv[2]'));
    const names = [...resolvable, ...hidden.map((path) => `sockfd/${path}`)];
    const answers = JSON.parse(node(['resolve.mjs', JSON.stringify(names)], { cwd: project }));
    expect(answers).toEqual([
      ...resolvable.map(() => 'found'),
      ...hidden.map(() => 'ERR_PACKAGE_PATH_NOT_EXPORTED'),
    ]);
    const exported = Object.keys(manifest.exports).map((path) => path.replace('.', 'sockfd'));
    expect(exported).toEqual(resolvable);
  });

  it('has the sockfd command', () => {
    const env = barePath();
    const tour = run('npx', ['--no-install', 'sockfd', 'tour', '--json'], { cwd: project, env });
    const { missing, states } = JSON.parse(tour);
    expect(missing).toEqual([]);
    expect(Object.keys(states)).toHaveLength(11);
    const version = run('npx', ['--no-install', 'sockfd', '--version'], { cwd: project, env });
    expect(version).toBe(`${manifest.version}\n`);
  });

  it('has types for a strict program', () => {
    mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
    // @types/node and what it needs.
    for (const name of ['@types/node', 'undici-types']) {
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
    }
    writeFileSync(
      join(project, 'program.mts'),
      `import { AF_INET, type Buf, getsockopt, IPPROTO_TCP, SO_LINGER, SOCK_STREAM, SOL_SOCKET,
         type SockAddr, setsockopt, socket, SystemError, TCP_INFO, type TcpInfo } from 'sockfd';
       import * as raw from 'sockfd/raw';
       import { type HeldState, holdState } from 'sockfd/testing';
       const fd: number = socket(AF_INET, SOCK_STREAM);
       const info: TcpInfo = getsockopt(fd, IPPROTO_TCP, TCP_INFO);
       const pacing: number | undefined = info.pacing_rate;
       setsockopt(fd, SOL_SOCKET, SO_LINGER, { onoff: true, linger: 0 });
       // @ts-expect-error: SO_LINGER is no number
       setsockopt(fd, SOL_SOCKET, SO_LINGER, 5);
       // @ts-expect-error: TCP_INFO cannot be set
       setsockopt(fd, IPPROTO_TCP, TCP_INFO, 5);
       const addr: SockAddr = { family: AF_INET, addr: '127.0.0.1', port: 0 };
       const buf: Buf = new SharedArrayBuffer(8);
       const result: number = raw.bind(fd, addr) + raw.recv(fd, buf);
       const held: HeldState = holdState('LISTEN');
       export { held, pacing, result, SystemError };`,
    );
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
    ];
    const libraries = [
      '--target',
      'es2022',
      '--lib',
      'es2023,esnext.disposable',
      '--types',
      'node',
    ];
    run(tool('tsc'), [...options, ...libraries, 'program.mts'], { cwd: project });
  }, 120_000);

  it('is built from source as the sentence of the loader says', () => {
    const prebuilds = installed('prebuilds');
    renameSync(prebuilds, join(temporary, 'prebuilds'));
    const { SOCKFD_PREBUILD: _, ...env } = process.env;
    const attempt = (): string => {
      const source = "import('sockfd').then(() => 'imported', (e) => e.message).then(console.log)";
      return node(['-e', source], { cwd: project, env }).trim();
    };
    const [, command = ''] = /npx (node-gyp rebuild -C .*)$/.exec(attempt()) ?? [];
    expect(command).toContain(realpathSync(installed()));
    // As installed by the first half of the sentence.
    for (const name of ['node-addon-api', 'node-gyp']) {
      const link = join(project, 'node_modules', name);
      symlinkSync(join(root, 'node_modules', name), link);
    }
    run('sh', ['-c', command.replace('node-gyp', tool('node-gyp'))], { cwd: project });
    expect(attempt()).toBe('imported');
  }, 120_000);
});
