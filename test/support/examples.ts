/** Running the files of examples/, as their first lines say. */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from 'vitest';

export const examples = join(import.meta.dirname, '..', '..', 'examples');

const LIMIT_MS = 45_000;

/** What an example prints, which ends by itself. */
export function run(name: string, ...args: string[]): string[] {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [join(examples, name), ...args],
    { encoding: 'utf8', timeout: LIMIT_MS },
  );
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  return stdout.trimEnd().split('\n');
}

export type Server = ChildProcessByStdio<null, Readable, null>;

/** Runs an example that serves until SIGINT; hands its first line to `use`, and returns all lines. */
export async function serve(
  name: string,
  args: string[],
  use: (place: string, server: Server) => Promise<void>,
): Promise<string[]> {
  const server = spawn(process.execPath, [join(examples, name), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
  });
  const closed = once(server, 'close');
  let text = '';
  server.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  try {
    while (!text.includes('\n')) {
      await Promise.race([once(server.stdout, 'data'), closed]);
      if (server.exitCode !== null || server.signalCode !== null) {
        throw new Error(`${name} has ended`);
      }
    }
    await use(/^listening on (.*)\n/.exec(text)?.[1] ?? '', server);
  } finally {
    server.kill('SIGINT');
  }
  const [status, signal] = (await closed) as [number | null, string | null];
  // Node ends with the signal itself, or as a shell tells it.
  expect([130, 'SIGINT']).toContain(signal ?? status);
  return text.trimEnd().split('\n');
}

/** The port of a server's first line. */
export const portOf = (place: string): number => Number(/^port (\d+)$/.exec(place)?.[1]);

/** Sends `text` over TCP and half-closes; what comes back until the end. */
export async function talk(port: number, text: string): Promise<string> {
  const connection = createConnection({ host: '127.0.0.1', port });
  let answer = '';
  connection.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  connection.end(text);
  await once(connection, 'close');
  return answer;
}
