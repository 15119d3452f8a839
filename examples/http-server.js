// HTTP/1.1 is text over a byte stream: what comes may be half a request, or three of them.
//
//   node examples/http-server.js [port | path]      curl http://127.0.0.1:<port>/
//                                                   curl --unix-socket <path> http://localhost/
//
// GET / says hello, GET /bytes/1000 sends so many bytes. Ends on Ctrl-C, and leaves the file of a
// path behind: remove it before the next start (servers/unix.js is how a server does that itself).
import { log } from 'node:console';
import * as s from 'sockfd';

const path = process.argv[2] ?? '0';
const port = /^\d+$/.test(path) ? Number(path) : undefined;
const family = port === undefined ? s.AF_UNIX : s.AF_INET;
const flags = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;
const listener = s.socket(family, s.SOCK_STREAM | flags);
if (port !== undefined) s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
s.bind(listener, port === undefined ? { family, path } : { family, addr: '127.0.0.1', port });
s.listen(listener, 128);
log('listening on', port === undefined ? path : `port ${s.getsockname(listener).port}`);

const buf = Buffer.alloc(65536);
/** Of a connection: what has come, what has to go, and whether to close then. */
const fresh = { input: '', output: Buffer.alloc(0), last: false };
const connections = new Map();

function response(request) {
  const [method, target = ''] = request.split(' ', 2);
  const known = method === 'GET' || method === 'HEAD';
  const size = target === '/' ? '14' : /^\/bytes\/(\d{1,8})$/.exec(target)?.[1];
  const status = !known ? '501 Not Implemented' : size ? '200 OK' : '404 Not Found';
  const length = known && size ? Number(size) : 0;
  const body = method === 'HEAD' ? '' : Buffer.alloc(length, 'hello, client\n');
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

function receive(fd, connection) {
  const n = s.recv(fd, buf);
  connection.input += buf.toString('latin1', 0, n);
  // A request ends with an empty line (none here has a body); the rest belongs to the next one.
  const requests = connection.input.split('\r\n\r\n');
  connection.input = requests.pop();
  connection.last ||= n === 0 || requests.some((text) => /^connection: *close/im.test(text));
  connection.output = Buffer.concat([connection.output, ...requests.map(response)]);
}

/** Sends what the kernel takes; the rest waits for POLLOUT. Returns whether it is over. */
function serve(fd, connection) {
  if (connection.output.length === 0) receive(fd, connection);
  connection.output = connection.output.subarray(s.send(fd, connection.output));
  return connection.output.length === 0 && connection.last;
}

for (;;) {
  const fds = [{ fd: listener, events: s.POLLIN }];
  for (const [fd, { output }] of connections)
    fds.push({ fd, events: output.length ? s.POLLOUT : s.POLLIN });
  s.poll(fds);
  for (const { fd } of fds.filter(({ revents }) => revents !== 0)) {
    let over = false;
    try {
      if (fd !== listener) over = serve(fd, connections.get(fd));
      else connections.set(s.accept4(listener, flags).fd, { ...fresh });
    } catch (error) {
      if (!(error instanceof s.SystemError)) throw error;
      over = fd !== listener && error.code !== 'EAGAIN'; // ECONNRESET, EPIPE: it has gone
    }
    if (over && connections.delete(fd)) s.close(fd);
  }
}
