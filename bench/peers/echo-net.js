// @ts-check
/** An echo server by node:net. */
import { createServer } from 'node:net';
import { answerAll, say } from '../support/echo_server.js';

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (data) => socket.write(data));
  // ECONNRESET: how the clients of this benchmark end.
  socket.on('error', () => socket.destroy());
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  const address = server.address();
  say(typeof address === 'object' && address !== null ? address.port : 0);
});
answerAll();
