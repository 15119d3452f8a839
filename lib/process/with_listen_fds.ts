/** Starting a process with listeners, as systemd does. sd_listen_fds(3) */
import type { StdioOptions } from 'node:child_process';
import { integer, object, rangeError, string, typeError } from '../kernel/validate.js';
import { variables } from './listen_fds.js';

/** A descriptor to pass. `name` is what the child finds it by; `'unknown'` by default. */
export interface ListenFdInit {
  fd: number;
  name?: string | undefined;
}

/** The list that `stdio` may be. */
export type StdioList = Exclude<StdioOptions, string>;

/** What is chosen beside the descriptors. As of `spawn`, with its defaults. */
export interface ListenFdsOptions {
  /** The child's environment, `process.env` by default. The variables are added. */
  env?: NodeJS.ProcessEnv | undefined;
  /** Of a list, what stands after the third stands after the descriptors: `'ipc'`, for example. */
  stdio?: StdioOptions | undefined;
}

/** The arguments of `spawn` and `spawnSync`. Further options may be added to the last. */
export type SpawnArguments = [
  command: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; stdio: StdioList },
];

/** ASCII that can be printed, without the colon between names, and what libsystemd unescapes. */
const isName = /^[ -9;-[\]-~]{0,255}$/;

function checkName(name: unknown, argument: string): string {
  if (isName.test(string(name, argument))) return name as string;
  throw rangeError(argument, 'must be at most 255 printable characters, none : or \\', name);
}

function listOf(value: unknown, name: string): unknown[] {
  if (!Array.isArray(value)) throw typeError(name, 'must be an array', value);
  return Array.from(value as unknown[]);
}

function stdioList(stdio: unknown): StdioList {
  if (stdio === undefined) return ['pipe', 'pipe', 'pipe'];
  if (typeof stdio === 'string') return [stdio, stdio, stdio] as StdioList;
  if (Array.isArray(stdio))
    return Array.from({ length: Math.max(stdio.length, 3) }, (_, i) => stdio[i]);
  throw typeError('options.stdio', 'must be a string or an array', stdio);
}

/** The shell becomes the command, which so has the pid that it tells. */
const SCRIPT = 'LISTEN_PID=$$; export LISTEN_PID; exec "$@"';

/**
 * What `spawn` of node:child_process needs to start a process with descriptors that it finds with
 * `listenFds`, sd_listen_fds(3) or their kin:
 * `spawn(...withListenFds('node', ['server.js'], [{ fd, name: 'http' }], { stdio: 'inherit' }))`.
 *
 * They are 3 and what follows in the child, duplicates of the caller's, which stay open. The pid
 * that the child must be told is known when it runs, so that a shell (`/bin/sh`) tells it and then
 * is the command, in the same process. A command that is not there is a status of 127; variables
 * whose names no shell can have may be lost.
 *
 * @param command  a file name, or what is found by PATH
 * @param args     the command's arguments
 * @param fds      { fd, name }: at least one
 * @param options  { env, stdio }
 * @returns        [command, args, { env, stdio }]: nothing is started, and nothing duplicated, yet
 * @throws         RangeError a name with a colon or a backslash in it, or longer than 255
 */
export function withListenFds(
  command: string,
  args: readonly string[],
  fds: readonly ListenFdInit[],
  options: ListenFdsOptions = {},
): SpawnArguments {
  string(command, 'command');
  const words = listOf(args, 'args').map((each, i) => string(each, `args[${i}]`));
  const list = listOf(fds, 'fds').map((each, i) => {
    const { fd, name = 'unknown' } = object(each, `fds[${i}]`);
    return {
      fd: integer(fd, `fds[${i}].fd`, 0, 0x7fff_ffff),
      name: checkName(name, `fds[${i}].name`),
    };
  });
  if (list.length === 0) throw rangeError('fds', 'must have at least one descriptor', 0);
  const { env = process.env, stdio } = object(options, 'options');
  const variablesOf = { ...(object(env, 'options.env') as NodeJS.ProcessEnv) };
  for (const name of variables) delete variablesOf[name];
  const standard = stdioList(stdio);
  return [
    '/bin/sh',
    ['-c', SCRIPT, 'sh', command, ...words],
    {
      env: {
        ...variablesOf,
        LISTEN_FDS: String(list.length),
        LISTEN_FDNAMES: list.map(({ name }) => name).join(':'),
      },
      stdio: [...standard.slice(0, 3), ...list.map(({ fd }) => fd), ...standard.slice(3)],
    },
  ];
}
