/** examples/forwarder.js, between clients and a server that are not ours. */
import { once } from 'node:events';
import { createConnection, createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { run } from './support/child.js';
import { portOf, serve, talk } from './support/examples.js';
import { guardFds, refusingAddr } from './support/sockets.js';
import { isInstalled } from './support/strace.js';

guardFds();

const name = 'forwarder.js';

/** A server of node:net that sends back what it is sent, for as long as `use` takes. */
async function withEcho<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {}).pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    return await use((server.address() as { port: number }).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

it('carries every byte both ways, and a half-closed connection to its end', async () => {
  const texts = Array.from({ length: 8 }, (_, i) => `${i}${'.'.repeat(i)}`.repeat(200_000));
  const lines = await withEcho((target) =>
    serve(name, [String(target)], async (place) => {
      const answers = await Promise.all(texts.map((text) => talk(portOf(place), text)));
      expect(answers.map((answer, i) => answer === texts[i])).toEqual(texts.map(() => true));
    }),
  );
  const expected = texts.map((text) => `${2 * text.length} bytes, both have ended`);
  expect(lines.slice(1).sort()).toEqual(expected.sort());
});

it('carries what comes in small pieces, of which each takes a page of the pipe', async () => {
  const lines = await withEcho((target) =>
    serve(name, [String(target)], async (place) => {
      const connection = createConnection({
        host: '127.0.0.1',
        port: portOf(place),
        noDelay: true,
      });
      let answer = '';
      connection.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk;
      });
      const pieces = Array.from({ length: 500 }, (_, i) => `${i} `);
      for (const piece of pieces) {
        connection.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      connection.end();
      await once(connection, 'close');
      expect(answer).toBe(pieces.join(''));
    }),
  );
  expect(lines).toHaveLength(2);
});

it('lets those wait for whom it has no descriptors, until others have ended', async () => {
  const lines = await withEcho((target) =>
    serve(name, [String(target)], async (place) => {
      const port = portOf(place);
      let answered = 0;
      const held = Array.from({ length: 130 }, () => {
        const connection = createConnection({ host: '127.0.0.1', port });
        connection.once('data', () => answered++).write('x');
        return connection;
      });
      while (answered < 128) await new Promise((resolve) => setImmediate(resolve));
      const closed = held.map((connection) => once(connection, 'close'));
      for (const connection of held) connection.end();
      await Promise.all(closed);
      expect(answered).toBe(130);
    }),
  );
  expect(lines.slice(1)).toEqual(new Array(130).fill('2 bytes, both have ended'));
});

it('drops who is reset or refused, and serves the others', async () => {
  const lines = await withEcho((target) =>
    serve(name, [String(target)], async (place, server) => {
      const port = portOf(place);
      const other = createConnection({ host: '127.0.0.1', port });
      const reset = createConnection({ host: '127.0.0.1', port });
      reset.write('once');
      await once(reset, 'data');
      const told = once(server.stdout, 'data');
      reset.resetAndDestroy();
      await told;
      const closed = once(other, 'close');
      other.end('other');
      expect(String((await once(other, 'data'))[0])).toBe('other');
      await closed;
    }),
  );
  expect(lines.slice(1)).toEqual(['8 bytes, ECONNRESET', '10 bytes, both have ended']);
  const refused = await serve(name, [String(refusingAddr().port)], async (place) => {
    const connection = createConnection({ host: '127.0.0.1', port: portOf(place) });
    await once(connection.on('error', () => {}).resume(), 'close');
  });
  expect(refused.slice(1)).toEqual(['0 bytes, ECONNREFUSED']);
});

it('forwards curl to the server of the other example', async (context) => {
  if (!isInstalled('curl')) context.skip('curl is not installed');
  await serve('http-server.js', [], async (server) => {
    await serve(name, [String(portOf(server))], async (place) => {
      const url = `http://127.0.0.1:${portOf(place)}`;
      expect(run('curl', ['-sS', `${url}/`])).toBe('hello, client\n');
      expect(run('curl', ['-sS', `${url}/bytes/1000000`])).toHaveLength(1_000_000);
    });
  });
});
