// @ts-check
/** koffi, which calls libc by a description of its functions. */
import koffi from 'koffi';
import { EBADF, F_GETFD } from '../../dist/index.js';
import { expect, serve } from '../support/serve.js';
import { unixPair } from '../support/sockets.js';

const libc = koffi.load('libc.so.6');
const send = libc.func('int64_t send(int fd, const void *buf, size_t len, int flags)');
const recv = libc.func('int64_t recv(int fd, void *buf, size_t len, int flags)');
const fcntl = libc.func('int fcntl(int fd, int cmd)');
const buf = new Uint8Array(64);
const [a, b] = unixPair();

await serve({
  sendrecv(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += send(a, buf, 64, 0) + recv(b, buf, 64, 0);
    expect(sum, 128 * count);
  },
  fcntl(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += fcntl(a, F_GETFD);
    expect(sum, count);
  },
  // Without errno the error would not be known, so asking for it belongs to the call.
  ebadf(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += recv(-1, buf, 64, 0) < 0 ? koffi.errno() : 0;
    expect(sum, EBADF * count);
  },
});
