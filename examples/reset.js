// An orderly end is a FIN. A reset is the other one: what is queued is thrown away, and the peer
// gets an error. Three ways to it, and what is seen of each.
//
//   node examples/reset.js
import { log } from 'node:console';
import * as s from 'sockfd';

const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
s.listen(listener, 8);
const buf = new Uint8Array(64);

/** Prints what a call gives: its result, or the name of its error. */
function tell(what, call) {
  try {
    log(`   ${what}: ${call()}`);
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error;
    log(`   ${what}: ${error.code}`);
  }
}

/** Waits for POLLERR or POLLHUP, which nobody has to ask for: the reset has arrived. */
const waitForReset = (fd) => s.poll([{ fd, events: 0 }], 1000);

/** Shows what a way to reset a connection looks like from its other end. */
function show(title, scene) {
  const client = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.connect(client, s.getsockname(listener));
  const { fd: server } = s.accept(listener);
  log(title);
  scene(client, server);
  s.close(server);
}

show('1. SO_LINGER on, for no time: close resets', (client, server) => {
  s.setsockopt(client, s.SOL_SOCKET, s.SO_LINGER, { onoff: 1, linger: 0 });
  s.close(client);
  waitForReset(server);
  // The error is told once. After that the socket is simply at its end.
  tell('first recv', () => s.recv(server, buf));
  tell('second recv', () => s.recv(server, buf));
  // EPIPE comes with SIGPIPE, which would end a C program. Node ignores that signal.
  tell('send', () => s.send(server, 'x'));
});

show('2. close with unread data: it is lost, and its sender must know', (client, server) => {
  s.send(server, 'never read');
  s.poll([{ fd: client, events: s.POLLIN }], 1000);
  s.close(client);
  waitForReset(server);
  const so_error = () => s.getsockopt(server, s.SOL_SOCKET, s.SO_ERROR);
  log('   SO_ERROR:', s.errnoName(so_error()));
  log('   SO_ERROR again, which reading has cleared:', so_error());
});

show('3. sending to who has closed: the first send succeeds', (client, server) => {
  s.close(client);
  tell('recv', () => s.recv(server, buf));
  tell('first send', () => s.send(server, 'x'));
  waitForReset(server); // the answer to what was sent
  tell('second send', () => s.send(server, 'x'));
});
s.close(listener);
