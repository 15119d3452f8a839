/** examples/socket-activation.js: started by hand, by itself, and by systemd's own program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import {
  AF_UNIX,
  bind,
  controlValue,
  getsockname,
  SCM_CREDENTIALS,
  SO_PASSCRED,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOL_SOCKET,
  setsockopt,
} from '../lib/index.js';
import { recvmsg } from '../lib/promises.js';
import { examples, portOf, run, serve } from './support/examples.js';
import { warmPromises } from './support/promises.js';
import { guardFds, open } from './support/sockets.js';
import { isInstalled } from './support/strace.js';

warmPromises();
guardFds();

const name = 'socket-activation.js';

it('serves when it is started by hand', async () => {
  const lines = await serve(name, [], async (place, server) => {
    const port = portOf(place);
    for (let i = 0; i < 3; i++) {
      const said = await text(connect(port, '127.0.0.1'));
      expect(said).toBe(`${server.pid} serves: the listener was made here`);
    }
  });
  expect(lines).toHaveLength(1);
});

it('serves who came before it was started by itself', () => {
  const lines = run(name, 'start');
  const port = /^listening on port (\d+)$/.exec(lines[1] ?? '')?.[1];
  expect(Number(port)).toBeGreaterThan(0);
  const child = /^parent: (\d+) was/.exec(lines[2] ?? '')?.[1];
  expect(lines).toEqual([
    'parent: connected, and no server runs',
    `listening on port ${port}`,
    `parent: ${child} was started, and '${child} serves: the listener was given as 3, 'web''`,
  ]);
});

it.for(['path', 'abstract'] as const)(
  'serves by systemd-socket-activate, and tells an address by %s when it does',
  async (kind, context) => {
    if (!isInstalled('systemd-socket-activate')) context.skip('it is not installed (systemd)');
    const dir = mkdtempSync(join(tmpdir(), 'sockfd-activation-'));
    const manager = open(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC);
    // Without a name, the kernel chooses an abstract one.
    const path = join(dir, 'notify');
    bind(manager, kind === 'path' ? { family: AF_UNIX, path } : { family: AF_UNIX });
    const addr = getsockname(manager);
    const told = 'abstract' in addr ? `@${String(addr.abstract)}` : path;
    setsockopt(manager, SOL_SOCKET, SO_PASSCRED, true);
    const socket = join(dir, 'socket');
    const options = ['-l', socket, '--fdname=by systemd', '-E', `NOTIFY_SOCKET=${told}`];
    const args = [...options, process.execPath, join(examples, name)];
    const child = spawn('systemd-socket-activate', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    try {
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        said += chunk;
      });
      while (!said.includes(`Listening on ${socket} as 3`)) {
        await Promise.race([once(child.stderr, 'data'), closed]);
        if (child.exitCode !== null) throw new Error(`it has ended: ${said}`);
      }
      const answer = text(connect(socket));
      const buf = Buffer.alloc(64);
      const { bytes, control } = await recvmsg(manager, { iov: [buf], controlLength: 64 });
      expect(buf.toString('utf8', 0, bytes)).toBe('READY=1');
      const sender = controlValue(control, SOL_SOCKET, SCM_CREDENTIALS);
      expect(sender?.pid).toBe(child.pid);
      const expected = `${child.pid} serves: the listener was given as 3, 'by systemd'`;
      expect(await answer).toBe(expected);
    } finally {
      child.kill();
      await closed;
      rmSync(dir, { recursive: true });
    }
  },
);
