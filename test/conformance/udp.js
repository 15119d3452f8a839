// Datagrams, with and without an association.
import * as s from 'sockfd';
import { mark } from './mark.js';

const any = { family: s.AF_INET, addr: '127.0.0.1', port: 0 };
const buf = new Uint8Array(64);

function fails(code, call) {
  try {
    call();
  } catch (error) {
    if (error.code === code) return;
    throw error;
  }
  throw new Error(`no ${code}`);
}

mark();
const left = s.socket(s.AF_INET, s.SOCK_DGRAM);
const right = s.socket(s.AF_INET, s.SOCK_DGRAM, s.IPPROTO_UDP);
s.bind(left, any);
s.getsockname(left);
s.bind(right, any);
const to = s.getsockname(right);
s.setsockopt(left, s.SOL_SOCKET, s.SO_BROADCAST, true);

s.sendto(left, 'first', 0, to);
s.sendto(left, '', s.MSG_DONTWAIT, s.encodeSockaddr(to));
s.ioctl(right, s.FIONREAD);
s.recvfrom(right, buf);
s.recvfrom(right, buf);
fails('EAGAIN', () => s.recvfrom(right, buf, s.MSG_DONTWAIT));

s.connect(left, to);
s.getpeername(left);
s.send(left, 'second');
s.sendto(left, 'third', 0, null);
s.recv(right, buf, s.MSG_TRUNC, 0, 3);
s.recv(right, buf, s.MSG_PEEK);
s.recv(right, buf);
s.connect(left, { family: s.AF_UNSPEC });
fails('ENOTCONN', () => s.getpeername(left));
fails('EDESTADDRREQ', () => s.send(left, 'nowhere'));
s.close(left);
s.close(right);
mark();
