// Urgent data of TCP, "out of band": one byte that can be read before its turn, and a mark in the
// stream where it was sent. telnet and rlogin have it for Ctrl-C; RFC 6093 advises against it for
// anything new. tcp(7)
//
//   node examples/urgent.js
import { log } from 'node:console';
import * as s from 'sockfd';

const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
s.listen(listener, 1);
const client = s.socket(s.AF_INET, s.SOCK_STREAM);
s.connect(client, s.getsockname(listener));
const { fd: server } = s.accept(listener);

const buf = Buffer.alloc(64);
/** What one recv gives, or the name of its error. */
function receive(flags) {
  try {
    return `'${buf.toString('utf8', 0, s.recv(server, buf, flags))}'`;
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error;
    return error.code;
  }
}
const wait = (events) => s.poll([{ fd: server, events }], 1000);

s.send(client, 'begin ');
// Only the last byte is urgent; those before it are sent as if nothing were.
s.send(client, 'stop!', s.MSG_OOB);
// What poll calls POLLPRI, select has in its third set, and epoll as EPOLLPRI.
log('POLLPRI:', wait(s.POLLPRI) === 1);
s.send(client, ' end');

// The urgent byte is kept aside. It can be read at once, whatever stands before it, and once.
log('before the mark:', s.ioctl(server, s.FIONREAD), 'bytes');
log('recv with MSG_OOB:', receive(s.MSG_OOB));
log('recv with MSG_OOB again:', receive(s.MSG_OOB));

// A recv never reads across the mark, whatever room there is. SIOCATMARK, C's sockatmark(3), tells
// that it is reached: who has been told to stop throws away what came before it.
log('recv:', receive(0));
log('at the mark:', s.ioctl(server, s.SIOCATMARK) === 1);
wait(s.POLLIN);
log('recv:', receive(0));

// With SO_OOBINLINE it stays in the stream, behind the mark, and MSG_OOB finds nothing.
s.setsockopt(server, s.SOL_SOCKET, s.SO_OOBINLINE, true);
s.send(client, 'begin ');
s.send(client, '!', s.MSG_OOB);
wait(s.POLLPRI);
log('inline, recv with MSG_OOB:', receive(s.MSG_OOB));
log('inline, recv:', receive(0));
log('inline, at the mark:', s.ioctl(server, s.SIOCATMARK) === 1);
log('inline, recv:', receive(0));
for (const fd of [client, server, listener]) s.close(fd);
