// @ts-check
/** The sockets that the Node peers use. */
import {
  AF_INET,
  AF_UNIX,
  accept,
  bind,
  connect,
  getsockname,
  listen,
  recv,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  send,
  socket,
  socketpair,
} from '../../dist/index.js';

/** @returns {[number, number]} */
export function unixPair() {
  const pair = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC);
  return [pair[0], pair[1]];
}

/**
 * A connection over loopback that has carried data.
 *
 * @returns {[number, number]}
 */
export function tcpPair() {
  const listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC);
  bind(listener, { family: AF_INET, addr: '127.0.0.1', port: 0 });
  listen(listener, 1);
  const client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC);
  connect(client, getsockname(listener));
  const { fd } = accept(listener);
  const data = new Uint8Array(1000);
  send(client, data);
  recv(fd, data);
  return [client, fd];
}
