// Makes one call, the one that is named, and prints the name of its error. It can wait for seconds,
// so that a signal can interrupt it. `close` is that of the file named next.
import { openSync } from 'node:fs';
import * as s from 'sockfd';
import { mark } from './mark.js';

process.on('SIGUSR2', () => {});
const addr = { family: s.AF_INET, addr: '127.0.0.1', port: 0 };
const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, addr);
s.listen(listener, 1);
const [left] = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
// With a time-out the kernel does not begin a call anew after a signal, whatever SA_RESTART says.
for (const fd of [listener, left]) {
  s.setsockopt(fd, s.SOL_SOCKET, s.SO_RCVTIMEO, { sec: 9, usec: 0 });
}
const to = s.getsockname(listener);
const client = s.socket(s.AF_INET, s.SOCK_STREAM);
const buf = new Uint8Array(8);

const calls = {
  accept: () => s.accept(listener),
  accept4: () => s.accept4(listener, 0),
  connect: () => s.connect(client, to),
  send: () => s.send(left, 'x'),
  sendto: () => s.sendto(left, 'x', 0, null),
  recv: () => s.recv(left, buf),
  recvfrom: () => s.recvfrom(left, buf),
  readv: () => s.readv(left, [buf]),
  writev: () => s.writev(left, [buf]),
  close: () => s.close(openSync(process.argv[3])),
};

const call = calls[process.argv[2]];
let outcome = 'no error';
mark();
try {
  call();
} catch (error) {
  outcome = `${error.syscall} ${error.code}`;
}
mark();
process.stdout.write(outcome);
