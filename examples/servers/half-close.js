// A server that can answer only when it has read everything: it sorts lines. The client says where
// its request ends with shutdown(SHUT_WR), and the server where its answer ends. Neither needs a
// length, or an empty line. (../half-close.js has the states that both ends go through.)
//
//   node examples/servers/half-close.js [port]     and elsewhere: ls | nc -N 127.0.0.1 <port>
//
// The other way round, when a request is too long: the server has said all before the client has.
// It shuts down its direction and reads on, or the client would find an error where it sends, and
// perhaps not the answer: a close with something unread is a reset. Ends on Ctrl-C.
import { log } from 'node:console';
import * as s from 'sockfd';
import { connections, recv, send } from 'sockfd/promises';

/** Bytes of a request; and milliseconds for every part of it. */
const [LIMIT, PATIENCE] = [1 << 20, 5000];

const flags = s.SOCK_NONBLOCK | s.SOCK_CLOEXEC;
const listener = s.socket(s.AF_INET, s.SOCK_STREAM | flags);
s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: Number(process.argv[2] ?? 0) });
s.listen(listener, 511);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
log(`listening on port ${s.getsockname(listener).port}`);

try {
  for await (const { fd } of connections(listener, { flags, signal: stop.signal })) serve(fd);
} catch (error) {
  if (!stop.signal.aborted) throw error;
}
s.close(listener);

async function serve(fd) {
  try {
    await answer(fd);
  } catch (error) {
    // ECONNRESET, EPIPE: its own affair. TimeoutError: it has said nothing for too long.
    if (!(error instanceof s.SystemError) && error.name !== 'TimeoutError') throw error;
  }
  s.close(fd);
}

async function answer(fd) {
  const chunks = [];
  const buf = Buffer.alloc(65536);
  let length = 0;
  const read = () => recv(fd, buf, { timeout: PATIENCE });
  // 0 is the end of the client's direction, not of the connection.
  for (let n = await read(); n > 0 && length <= LIMIT; n = await read()) {
    chunks.push(Buffer.from(buf.subarray(0, n)));
    length += n;
  }
  const isWhole = length <= LIMIT;
  await sendAll(fd, isWhole ? sorted(Buffer.concat(chunks)) : Buffer.from('too long\n'));
  s.shutdown(fd, s.SHUT_WR); // a FIN behind the answer
  // Nothing comes after a request that was read to the end. Otherwise its rest does.
  while (!isWhole && (await read()) > 0);
}

function sorted(text) {
  // In latin1 each character is a byte, and their order that of the bytes, as `LC_ALL=C sort` has
  // it.
  const lines = text.toString('latin1').replace(/\n$/, '').split('\n').sort();
  return Buffer.from(text.length === 0 ? '' : `${lines.join('\n')}\n`, 'latin1');
}

async function sendAll(fd, bytes) {
  for (let sent = 0; sent < bytes.length; ) {
    sent += await send(fd, bytes, 0, sent, bytes.length - sent, { timeout: PATIENCE });
  }
}
