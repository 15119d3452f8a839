/** Datagram sockets, pipes and terminals that Node is given; what is given is closed once. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, it, type TestContext } from 'vitest';
import {
  EBADF,
  F_GETFL,
  fdOf,
  O_NONBLOCK,
  pipe,
  pipe2,
  recvfrom,
  SOCK_DGRAM,
  sendto,
} from '../../lib/index.js';
import { detach } from '../../lib/promises.js';
import * as raw from '../../lib/raw.js';
import { program, run } from '../support/child.js';
import { warmPromises } from '../support/promises.js';
import { bound, disown, guardFds, own, shut, unixPair } from '../support/sockets.js';
import { betweenMarks, strace, straceMissing } from '../support/strace.js';

warmPromises();
guardFds();

const buf = Buffer.alloc(4096);

/** Gives a descriptor to what makes an object of it: the test owns it no longer. */
const give = (fd: number): number => detach(disown(fd));

describe('a datagram socket that is given to node:dgram', () => {
  it('hears, tells and is closed by it', async () => {
    const { fd, addr } = bound(SOCK_DGRAM);
    const peer = bound(SOCK_DGRAM);
    const socket = createSocket('udp4');
    // It is told at once.
    const begun = once(socket, 'listening');
    socket.bind({ fd: give(fd) });
    await begun;
    expect(fdOf(socket)).toBe(fd);
    expect(socket.address()).toEqual({ address: '127.0.0.1', family: 'IPv4', port: addr.port });
    const heard = once(socket, 'message');
    sendto(peer.fd, 'question', 0, addr);
    const [message, { port }] = (await heard) as [Buffer, { port: number }];
    expect(message.toString()).toBe('question');
    expect(port).toBe(peer.addr.port);
    await new Promise((resolve) => socket.send('answer', port, '127.0.0.1', resolve));
    const { bytes, addr: from } = recvfrom(peer.fd, buf);
    expect([buf.toString('utf8', 0, bytes), from]).toEqual(['answer', addr]);
    const closing = once(socket, 'close');
    socket.close();
    await closing;
    expect(raw.fcntl(fd, F_GETFL)).toBe(-EBADF);
  });

  it('of AF_UNIX is refused, and stays ours', () => {
    const [a] = unixPair(SOCK_DGRAM);
    const socket = createSocket('udp4');
    const refused = expect.objectContaining({ code: 'ERR_INVALID_FD_TYPE' });
    expect(() => socket.bind({ fd: a })).toThrow(refused);
    shut(a);
  });
});

describe('a pipe that is given to node:fs', () => {
  it('is read and written by streams, which close it', async () => {
    const [r, w] = pipe();
    const writer = createWriteStream('', { fd: w });
    const written = once(writer, 'close');
    writer.end('through the pipe');
    const reader = createReadStream('', { fd: r });
    expect(await text(reader)).toBe('through the pipe');
    await written;
    expect([r, w].map((fd) => raw.fcntl(fd, F_GETFL))).toEqual([-EBADF, -EBADF]);
  });

  it('is not waited for when it does not block: what is not there yet is an error', async () => {
    const [r, w] = pipe2(O_NONBLOCK);
    own(w);
    const reader = createReadStream('', { fd: r });
    expect(await text(reader).catch((error) => error.code)).toBe('EAGAIN');
    if (!reader.closed) await once(reader, 'close');
    expect(raw.fcntl(r, F_GETFL)).toBe(-EBADF);
  });

  it('stays ours with autoClose: false', async () => {
    const [r, w] = pipe().map(own) as [number, number];
    const reader = createReadStream('', { fd: r, autoClose: false });
    shut(w);
    expect(await text(reader)).toBe('');
    shut(r);
  });
});

describe('a terminal that is given to node:tty', () => {
  it('is opened anew by it: the one that was given stays ours', () => {
    // python3 makes a terminal, and is the other end of it.
    const script = `import fcntl, json, os, pty, subprocess, sys, tty
master, slave = (fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in pty.openpty())
tty.setraw(slave)
os.dup2(slave, 3)
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, pass_fds=[3])
os.write(master, b'typed')
said = child.stdout.read().decode()
os.read(master, 64)
print(json.dumps([child.wait(), said]))`;
    const body = `
      import { ReadStream } from 'node:tty';
      import { readlinkSync } from 'node:fs';
      const name = readlinkSync('/proc/self/fd/3');
      const stream = new ReadStream(3);
      const own = s.fdOf(stream);
      stream.once('data', (data) => {
        s.write(own, 'echo');
        stream.destroy();
        stream.once('close', () => {
          const isOpen = (fd) => raw.fcntl(fd, s.F_GETFL) >= 0;
          tell([String(data), own === 3, name === readlinkSync('/proc/self/fd/3'), isOpen(own)]);
          s.close(3);
        });
      });`;
    const [status, said] = JSON.parse(
      run('python3', ['-c', script, process.execPath, ...program(body)]),
    ) as [number, string];
    expect(status).toBe(0);
    expect(JSON.parse(said)).toEqual(['typed', false, true, false]);
  });
});

describe('what Node was given', () => {
  const body = (use: string): string => `
    import { Socket, createServer } from 'node:net';
    import { createSocket } from 'node:dgram';
    import { once } from 'node:events';
    const mark = () => raw.close(-4242);
    const [a, b] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
    const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
    const datagrams = s.socket(s.AF_INET, s.SOCK_DGRAM);
    for (const fd of [listener, datagrams]) s.bind(fd, lo);
    // The loop of the promises, and Node's own.
    const waiting = promises.recv(a, new Uint8Array(1)).catch(() => {});
    ${use}`;
  const closes = (lines: string[], fd: number): string[] =>
    lines
      .filter((line) => line.startsWith(`close(${fd})`))
      .map((line) => line.replace(/\s+=/, ' ='));

  it('it closes once, and nobody else does', (context: TestContext) => {
    if (straceMissing !== undefined) context.skip(straceMissing);
    const use = `
      tell([a, listener, datagrams]);
      mark();
      const socket = new Socket({ fd: promises.detach(a) });
      await waiting;
      const server = createServer().listen({ fd: promises.detach(listener) });
      await once(server, 'listening');
      const udp = createSocket('udp4');
      udp.bind({ fd: promises.detach(datagrams) });
      const all = [socket, server, udp].map((each) => once(each, 'close'));
      socket.destroy();
      server.close();
      udp.close();
      await Promise.all(all);
      mark();`;
    const done = strace(['-e', 'trace=close'], [process.execPath, ...program(body(use))]);
    expect(done.stderr).toBe('');
    const fds = JSON.parse(done.stdout) as number[];
    const lines = betweenMarks(done);
    for (const fd of fds) expect(closes(lines, fd)).toEqual([`close(${fd}) = 0`]);
  });

  it('is seen to be closed twice when it is: by EBADF, or by what a stranger loses', (context) => {
    if (straceMissing !== undefined) context.skip(straceMissing);
    const use = `
      tell([a, listener, datagrams]);
      mark();
      const socket = new Socket({ fd: promises.detach(a) });
      await waiting;
      s.close(a);
      const stranger = s.socket(s.AF_INET, s.SOCK_STREAM);
      const closed = once(socket, 'close');
      socket.destroy();
      await closed;
      mark();
      tell([stranger === a, code(() => s.getsockname(stranger))]);`;
    const done = strace(['-e', 'trace=close'], [process.execPath, ...program(body(use))]);
    const [fds, told] = done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const [a = -1] = fds as number[];
    expect(told).toEqual([true, ['EBADF', 'getsockname']]);
    expect(closes(betweenMarks(done), a)).toEqual([`close(${a}) = 0`, `close(${a}) = 0`]);
  });
});
