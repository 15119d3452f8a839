// A forwarder: what comes from a client goes on to a server, and back. splice(2) moves it by way of
// a pipe, which is memory of the kernel's: none of it is ever in this process.
//
//   node examples/forwarder.js <port of a server> [port]     and: curl http://127.0.0.1:<port>/
//
// Ends on Ctrl-C.
import { log } from 'node:console';
import * as s from 'sockfd';

/** Connections at once: each has six descriptors, and a process often no more than 1,024. */
const MOST = 128;
const NEW = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;
const address = (port) => ({ family: s.AF_INET, addr: '127.0.0.1', port: Number(port) });
const [target, port = 0] = process.argv.slice(2);

const listener = s.socket(s.AF_INET, s.SOCK_STREAM | NEW);
s.bind(listener, address(port));
s.listen(listener, 128);
log(`listening on port ${s.getsockname(listener).port}`);

/** What a call returns, or `code` when that is the error it throws. */
function unless(code, call) {
  try {
    return call();
  } catch (error) {
    if (error.code !== code) throw error;
    return code;
  }
}

/** The directions of all connections: each from a socket, through a pipe, to another socket. */
let ways = [];

function accept(connection) {
  const client = s.accept4(listener, NEW).fd;
  connection.fds.push(client);
  const server = s.socket(s.AF_INET, s.SOCK_STREAM | NEW);
  connection.fds.push(server);
  // What comes of it the first splice tells.
  unless('EINPROGRESS', () => s.connect(server, address(target)));
  const directions = [
    [client, server],
    [server, client],
  ].map(([from, to]) => {
    const [reader, writer] = s.pipe2(s.O_NONBLOCK | s.O_CLOEXEC);
    connection.fds.push(reader, writer);
    return { connection, from, to, reader, writer, held: 0, full: false, ended: false };
  });
  connection.open = directions.length;
  ways.push(...directions);
}

function drop(connection, why) {
  log(`${connection.bytes} bytes, ${why}`);
  ways = ways.filter((way) => way.connection !== connection);
  for (const fd of connection.fds) s.close(fd);
}

function fill(way) {
  const n = unless('EAGAIN', () => s.splice(way.from, null, way.writer, null, 65536));
  if (n === 0) way.ended = true;
  // The socket has something, so it is the pipe that has no room: few bytes may fill its pages.
  else if (n === 'EAGAIN') way.full = way.held > 0;
  else way.held += n;
}

function empty(way) {
  const n = unless('EAGAIN', () => s.splice(way.reader, null, way.to, null, way.held));
  if (n === 'EAGAIN') return;
  way.connection.bytes += n;
  way.held -= n;
  way.full = false;
}

function end(way) {
  ways = ways.filter((other) => other !== way);
  way.connection.open--;
  if (way.connection.open === 0) drop(way.connection, 'both have ended');
  else s.shutdown(way.to, s.SHUT_WR); // half-closed, as on the other side
}

for (;;) {
  // Who comes when there are so many waits in the queue of the listener.
  const steps = ways.length < 2 * MOST ? [{ fd: listener, events: s.POLLIN }] : [];
  for (const way of ways) {
    // A socket of which nothing is wanted is left out: its errors would be told for ever.
    if (!way.ended && !way.full) steps.push({ fd: way.from, events: s.POLLIN, way, move: fill });
    if (way.held > 0) steps.push({ fd: way.to, events: s.POLLOUT, way, move: empty });
  }
  s.poll(steps);
  for (const { revents, way, move } of steps) {
    if (revents === 0 || (way && !ways.includes(way))) continue;
    const connection = way?.connection ?? { fds: [], open: 0, bytes: 0 };
    try {
      if (way) move(way);
      else accept(connection);
      if (way?.ended && way.held === 0) end(way);
    } catch (error) {
      if (!(error instanceof s.SystemError)) throw error;
      // ECONNREFUSED, ECONNRESET, EPIPE: the affair of this connection alone.
      drop(connection, error.code);
    }
  }
}
