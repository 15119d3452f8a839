// What python.py asks of the kernel, said with sockfd. Python adds close-on-exec to every
// descriptor, offers 16 bytes for an address of AF_INET, and looks at what accept gave it; here
// nothing is added, so it has to be said.
import * as s from 'sockfd';
import * as raw from 'sockfd/raw';
import { mark } from './mark.js';

const buf = new Uint8Array(64);
const name = new Uint8Array(16);
const length = new Uint32Array(1);
const any = { family: s.AF_INET, addr: '127.0.0.1', port: 0 };

mark();
const listener = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
s.setsockopt(listener, s.SOL_SOCKET, s.SO_REUSEADDR, 1);
s.bind(listener, any);
s.listen(listener, 5);
raw.getsockname(listener, name, length);
const client = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_CLOEXEC);
s.connect(client, name);
const server = raw.accept4(listener, name, length, s.SOCK_CLOEXEC);
s.getsockname(server);
s.send(client, 'hello');
s.recv(server, buf);
s.shutdown(client, s.SHUT_WR);
s.recv(server, buf);
s.getsockopt(client, s.SOL_SOCKET, s.SO_ERROR);
s.close(server);
s.recv(client, buf);
s.close(client);
s.close(listener);

const left = s.socket(s.AF_INET, s.SOCK_DGRAM | s.SOCK_CLOEXEC);
s.bind(left, any);
const right = s.socket(s.AF_INET, s.SOCK_DGRAM | s.SOCK_CLOEXEC);
raw.getsockname(left, name, length);
s.sendto(right, 'datagram', 0, name);
raw.recvfrom(left, buf, 0, name, length);
s.close(left);
s.close(right);
mark();
