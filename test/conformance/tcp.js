// A TCP client and server on loopback, in one process.
import * as s from 'sockfd';
import { mark } from './mark.js';

const buf = new Uint8Array(64);

mark();
let listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, true);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
s.listen(listener, 5);
const to = s.getsockname(listener);

let client = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC, s.IPPROTO_TCP);
s.setsockopt(client, s.IPPROTO_TCP, s.TCP_NODELAY, true);
s.setsockopt(client, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 2, usec: 500_000 });
s.connect(client, to);
let server = s.accept(listener).fd;
s.getpeername(server);

s.send(client, 'hello');
s.recv(server, buf);
s.send(server, 'to whom it may concern', s.MSG_NOSIGNAL | s.MSG_MORE);
s.send(server, Buffer.from('?!'), 0, 1);
s.recv(client, buf, s.MSG_PEEK | s.MSG_WAITALL, 0, 23);
s.recv(client, buf, s.MSG_WAITALL, 0, 23);
try {
  s.recvfrom(client, buf, s.MSG_DONTWAIT);
} catch (error) {
  if (error.code !== 'EAGAIN') throw error;
}
s.getsockopt(client, s.SOL_SOCKET, s.SO_ERROR);
s.getsockopt(client, s.SOL_SOCKET, s.SO_TYPE);
s.getsockopt(client, s.IPPROTO_TCP, s.TCP_INFO);
s.getsockopt(client, s.IPPROTO_TCP, s.TCP_CONGESTION);
s.setsockopt(client, s.IPPROTO_TCP, s.TCP_CONGESTION, 'reno');
s.shutdown(client, s.SHUT_WR);
s.recv(server, buf);
s.shutdown(server, s.SHUT_RDWR);
s.recv(client, buf);
s.close(server);
s.close(client);

client = s.socket(s.AF_INET, s.SOCK_STREAM);
s.connect(client, to);
server = s.accept4(listener, s.SOCK_NONBLOCK | s.SOCK_CLOEXEC).fd;
s.setsockopt(client, s.SOL_SOCKET, s.SO_LINGER, { onoff: 1, linger: 0 });
s.close(client);
try {
  s.recv(server, buf);
} catch (error) {
  if (error.code !== 'ECONNRESET') throw error;
}
s.close(server);
s.close(listener);

listener = s.socket(s.AF_INET6, s.SOCK_STREAM);
s.setsockopt(listener, s.IPPROTO_IPV6, s.IPV6_V6ONLY, true);
s.bind(listener, { family: s.AF_INET6, addr: '::1', port: 0 });
s.getsockname(listener);
s.close(listener);
mark();
