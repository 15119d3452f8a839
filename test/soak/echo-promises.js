// An echo server on sockfd/promises, as its documentation says it is written.
import { close, SOCK_NONBLOCK } from 'sockfd';
import { connections, recv, send } from 'sockfd/promises';
import { answer, catchOutOfBand, counts, ended, listening } from './report.js';

/** Each connection has memory of its own, as its recv may wait for long. */
const ROOM = 16_384;

/** Ends the wait for a descriptor. */
let freed = () => undefined;

async function sendAll(fd, buf, length) {
  counts.sending++;
  try {
    for (let sent = 0; sent < length; ) sent += await send(fd, buf, 0, sent, length - sent);
  } finally {
    counts.sending--;
  }
}

async function echo(fd) {
  const buf = new Uint8Array(ROOM);
  counts.open++;
  try {
    for (let n = await recv(fd, buf); n > 0; n = await recv(fd, buf)) await sendAll(fd, buf, n);
  } catch (error) {
    ended(error.syscall, error.code);
  }
  close(fd);
  counts.open--;
  freed();
}

const listener = listening();

/** Whether there was no descriptor for a connection, which waits in the queue. */
const isFull = ({ code }) => code === 'EMFILE' || code === 'ENFILE';

/** Until one of ours is closed; or for a while, as of what others close nobody is told. */
const room = () =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, 1000);
    freed = () => {
      clearTimeout(timer);
      resolve();
    };
  });

async function serve() {
  for (;;) {
    try {
      for await (const { fd } of connections(listener, { flags: SOCK_NONBLOCK })) {
        counts.accepted++;
        echo(fd);
      }
    } catch (error) {
      if (error.code === 'EBADF') return;
      if (!isFull(error)) throw error;
      counts.full++;
      await room();
    }
  }
}

async function control() {
  const line = new Uint8Array(1);
  try {
    while ((await recv(0, line)) > 0) answer();
  } finally {
    close(listener);
  }
}

catchOutOfBand();
serve();
control();
