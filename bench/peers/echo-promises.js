// @ts-check
/** An echo server by sockfd/promises: a loop that accepts, and a function for each connection. */
import { close, SystemError } from '../../dist/index.js';
import { accept4, recv, send } from '../../dist/promises.js';
import { ACCEPTED, answerAll, listening, nodelay, SIZE } from '../support/echo_server.js';

/** @param {number} fd */
async function serve(fd) {
  // Each connection that waits needs memory of its own: little, as long as little comes.
  let buf = Buffer.allocUnsafe(256);
  try {
    for (let n = 1; n > 0; ) {
      if (n === buf.length && n < SIZE) buf = Buffer.allocUnsafeSlow(4 * n);
      n = await recv(fd, buf);
      for (let sent = 0; sent < n; ) sent += await send(fd, buf, 0, sent, n - sent);
    }
  } catch (error) {
    // ECONNRESET: how the clients of this benchmark end.
    if (!(error instanceof SystemError)) throw error;
  }
  close(fd);
}

answerAll();
const listener = listening();
for (;;) {
  const { fd } = await accept4(listener, ACCEPTED);
  nodelay(fd);
  serve(fd);
}
