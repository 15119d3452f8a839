// @ts-check
/** sockfd/raw. */
import { EBADF, F_GETFD, IPPROTO_TCP, TCP_INFO } from '../../dist/index.js';
import { fcntl, getsockopt, recv, send } from '../../dist/raw.js';
import { expect, serve } from '../support/serve.js';
import { tcpPair, unixPair } from '../support/sockets.js';

const buf = new Uint8Array(64);
const [a, b] = unixPair();
const [tcp] = tcpPair();
const info = new Uint8Array(280);

await serve({
  sendrecv(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += send(a, buf, 0) + recv(b, buf, 0);
    expect(sum, 128 * count);
  },
  sendrecv5(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += send(a, buf, 0, 0, 64) + recv(b, buf, 0, 0, 64);
    expect(sum, 128 * count);
  },
  fcntl(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += fcntl(a, F_GETFD);
    expect(sum, count);
  },
  ebadf(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += recv(-1, buf, 0);
    expect(sum, -EBADF * count);
  },
  ebadf5(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += recv(-1, buf, 0, 0, 64);
    expect(sum, -EBADF * count);
  },
  getsockopt(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += getsockopt(tcp, IPPROTO_TCP, TCP_INFO, info);
    expect(sum, getsockopt(tcp, IPPROTO_TCP, TCP_INFO, info) * count);
  },
});
