/** Clients of the programs of examples/servers/, and what all of those have to stand. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { expect } from 'vitest';
import { client, openFiles, type Server, until } from './servers.js';

/** Connects, and says something, if the answer tells that it is served. */
export async function connected(place: number | string, text = ''): Promise<Socket> {
  const path = typeof place === 'string' ? { path: place } : { host: '127.0.0.1', port: place };
  const socket = createConnection(path);
  socket.on('error', () => undefined); // what a test expects of it, it asks for
  await once(socket, 'connect');
  if (text !== '') expect(await ask(socket, text)).toBe(text);
  return socket;
}

/** Says a line to an echo server, and returns what comes back. */
export async function ask(socket: Socket, text: string): Promise<string> {
  const heard = once(socket, 'data');
  socket.write(text);
  const [data] = (await heard) as [Buffer];
  return data.toString();
}

export async function end(...sockets: Socket[]): Promise<void> {
  const open = sockets.filter((socket) => !socket.closed);
  const closed = open.map((socket) => once(socket, 'close'));
  for (const socket of open) socket.resume().end();
  await Promise.all(closed);
}

/** Runs `use`, and then as many descriptors are to be open in the server as before. */
export async function withoutLeak(server: Server, use: () => Promise<void>): Promise<void> {
  const before = openFiles(server.pid).sort();
  await use();
  await until(
    () => openFiles(server.pid).length === before.length,
    () => `${openFiles(server.pid).sort()} is ${before}`,
  );
}

/** How many sockets a server has open: one whose connection has ended is among them until close. */
const sockets = ({ pid }: Server): number =>
  openFiles(pid).filter((file) => file.startsWith('socket:')).length;

/** Random bytes both ways, and some resets. The first few warm up what is made once. */
export async function echoed(server: Server, clients: number, options: object = {}): Promise<void> {
  const place = /^\d+$/.test(server.place) ? server.port : server.place;
  const atRest = sockets(server);
  const warm = { place, clients: 32, ...options };
  expect(await client('load.py', warm)).toEqual({ answered: 32, reset: 0, wrong: [] });
  await until(
    () => established(server.place) === 0 && sockets(server) === atRest,
    'the first connections are gone',
  );
  await withoutLeak(server, async () => {
    const all = { place, clients, resets: 40, ...options };
    expect(await client('load.py', all)).toEqual({ answered: clients - 40, reset: 40, wrong: [] });
  });
}

/** How many connections the kernel has at a port, on the server's side: any, but those in wait. */
export function established(port: string): number {
  if (!/^\d+$/.test(port)) return 0;
  const filter = ['state', 'connected', 'exclude', 'time-wait', `sport = :${port}`];
  return execFileSync('ss', ['-tnH', ...filter], { encoding: 'utf8' }).split('\n').length - 1;
}

/** A stopped process that goes on serves as before. */
export async function stoppedAndContinued(server: Server): Promise<void> {
  const stat = (): string => readFileSync(`/proc/${server.pid}/stat`, 'utf8');
  server.child.kill('SIGSTOP');
  await until(() => stat().includes(') T '), 'stopped');
  server.child.kill('SIGCONT');
  await until(() => !stat().includes(') T '), 'going on');
}

/** Whether nobody listens at the port. */
export const refuses = (port: number): boolean =>
  execFileSync('ss', ['-ltnH', `sport = :${port}`], { encoding: 'utf8' }) === '';
