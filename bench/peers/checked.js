// @ts-check
/** sockfd. */
import {
  AF_INET,
  decodeSockaddr,
  decodeTcpInfo,
  EBADF,
  encodeSockaddr,
  F_GETFD,
  fcntl,
  getsockopt,
  IPPROTO_TCP,
  recv,
  SystemError,
  send,
  TCP_ESTABLISHED,
  TCP_INFO,
} from '../../dist/index.js';
import { expect, serve } from '../support/serve.js';
import { tcpPair, unixPair } from '../support/sockets.js';

const buf = new Uint8Array(64);
const [a, b] = unixPair();
const [tcp] = tcpPair();
const room = new Uint8Array(512);
const info = room.subarray(0, getsockopt(tcp, IPPROTO_TCP, TCP_INFO, room));
const addr = encodeSockaddr({ family: AF_INET, addr: '192.168.101.42', port: 49152 });

await serve({
  sendrecv(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += send(a, buf, 0) + recv(b, buf, 0);
    expect(sum, 128 * count);
  },
  fcntl(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += fcntl(a, F_GETFD);
    expect(sum, count);
  },
  throw(count) {
    let caught = 0;
    for (let i = 0; i < count; i++) {
      try {
        recv(-1, buf, 0);
      } catch (error) {
        if (error instanceof SystemError && error.errno === -EBADF) caught++;
      }
    }
    expect(caught, count);
  },
  tcp_info(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += decodeTcpInfo(info).state;
    expect(sum, TCP_ESTABLISHED * count);
  },
  getsockopt(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += getsockopt(tcp, IPPROTO_TCP, TCP_INFO).state;
    expect(sum, TCP_ESTABLISHED * count);
  },
  sockaddr(count) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += decodeSockaddr(addr).family;
    expect(sum, AF_INET * count);
  },
});
