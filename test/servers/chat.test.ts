/** The chat of examples/servers/, in its four forms, under load. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { stoppedAndContinued, withoutLeak } from '../support/clients.js';
import { client, fdsBelow, openFiles, python, serving, until } from '../support/servers.js';

const chats = ['chat-select.js', 'chat-poll.js', 'chat-epoll.js', 'chat-epoll-et.js'];

describe.each(chats)('examples/servers/%s', (name) => {
  it('brings each line to all others, whatever some of them do', async () => {
    await serving(name, [], async (server) => {
      const { port } = server;
      await client('chat.py', { port, scene: 'room', stay: 2, leave: 0 });
      await server.line(/ 0 left$/);
      await stoppedAndContinued(server);
      await withoutLeak(server, async () => {
        const told = await client('chat.py', { port, scene: 'room', stay: 50, leave: 20 });
        expect(told).toEqual(Array.from({ length: 50 }, () => true));
      });
      // It says so after close, and what it has said is still to be read here.
      await server.line(/ left$/, 72);
      expect(server.said(/^port \d+: (?:ECONNRESET|EPIPE), \d+ left$/)).toHaveLength(20);
      expect(server.said(/^port \d+: end, \d+ left$/)).toHaveLength(52);
      expect(await server.stop('SIGINT')).toEqual([null, 'SIGINT']);
    });
  });

  it('waits for nobody who does not read, nor for one who does not stop', async () => {
    await serving(name, [], async (server) => {
      const { port } = server;
      const slow = python('chat.py', JSON.stringify({ port, scene: 'slow' }));
      const [mute] = await slow.line(/^(\d+)$/);
      await server.line(new RegExp(`^port ${mute}: does not read, 2 left$`));
      slow.child.stdin.end();
      expect(await slow.closed).toEqual([0, null]);
      expect(await client('chat.py', { port, scene: 'flood' })).toBe(true);
    });
  });

  it('has room for many, and turns away whom it has none for', async () => {
    await serving(name, [], async (server) => {
      await client('chat.py', { port: server.port, scene: 'room', stay: 2, leave: 0 });
      await server.line(/ 0 left$/);
      const before = openFiles(server.pid).length;
      const many = { port: server.port, scene: 'many', clients: 1100 };
      const room = (limit: number): number => limit - fdsBelow(server.pid, limit);
      // The speaker is one of those, and does not hear itself.
      const served = name === 'chat-select.js' ? room(1024) : 1100;
      expect(await client('chat.py', many)).toBe(served - 1);
      await until(() => openFiles(server.pid).length === before, 'all are gone');
      // With a limit there are no descriptors left instead, and it is the same.
      const limit = 1024 - room(1024) + 20;
      execFileSync('prlimit', ['--pid', `${server.pid}`, `--nofile=${limit}`]);
      const left = room(limit);
      expect(await client('chat.py', { ...many, clients: 60 })).toBe(left - 1);
      await until(() => openFiles(server.pid).length === before, 'they are gone');
      expect(await client('chat.py', { ...many, clients: left })).toBe(left - 1);
    });
  });
});
