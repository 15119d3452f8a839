// A server that is given its listener by systemd, or makes one when it is started by hand.
// sd_listen_fds(3), sd_notify(3), systemd.socket(5)
//
//   node examples/socket-activation.js [port]
//   systemd-socket-activate -l 7000 node examples/socket-activation.js
//   node examples/socket-activation.js start       does what systemd does, and asks
import { spawn } from 'node:child_process';
import { log } from 'node:console';
import { once } from 'node:events';
import * as s from 'sockfd';
import { connections, send } from 'sockfd/promises';

function listenAt(port) {
  const fd = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_REUSEADDR, true);
  s.bind(fd, { family: s.AF_INET, addr: '127.0.0.1', port });
  s.listen(fd, 16);
  return fd;
}

/** Tells who has started this, if it wants to know: a unit of Type=notify does. */
function notify(state) {
  const name = process.env.NOTIFY_SOCKET;
  if (name === undefined) return;
  const abstract = name.startsWith('@') ? { abstract: name.slice(1) } : { path: name };
  const fd = s.socket(s.AF_UNIX, s.SOCK_DGRAM | s.SOCK_CLOEXEC);
  s.sendto(fd, state, 0, { family: s.AF_UNIX, ...abstract });
  s.close(fd);
}

if (process.argv[2] === 'start') {
  const listener = listenAt(0);
  const client = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
  // The kernel completes a connection that nobody has accepted: the server may come later.
  s.connect(client, s.getsockname(listener));
  log('parent: connected, and no server runs');
  const fds = [{ fd: listener, name: 'web' }];
  const args = [import.meta.filename];
  const child = spawn(...s.withListenFds(process.execPath, args, fds, { stdio: 'inherit' }));
  // The child has it. It could be started again with the same, and no client would notice.
  s.close(listener);
  const text = Buffer.alloc(256);
  log(`parent: ${child.pid} was started, and '${text.toString('utf8', 0, s.recv(client, text))}'`);
  s.close(client);
  child.kill();
  await once(child, 'exit');
  process.exit();
}

const [given] = s.listenFds({ unset: true });
const listener = given?.fd ?? listenAt(Number(process.argv[2] ?? 0));
// systemd has it block unless NonBlocking= says otherwise.
s.fcntl(listener, s.F_SETFL, s.fcntl(listener, s.F_GETFL) | s.O_NONBLOCK);

const { port, path } = s.getsockname(listener);
log(`listening on ${port === undefined ? path : `port ${port}`}`);
const origin = given === undefined ? 'made here' : `given as ${given.fd}, '${given.name}'`;
notify('READY=1');
for await (const { fd } of connections(listener, { flags: s.SOCK_CLOEXEC })) {
  await send(fd, `${process.pid} serves: the listener was ${origin}`);
  s.close(fd);
}
