// Calls that fail. What they return is strace's to tell.
import * as s from 'sockfd';
import * as raw from 'sockfd/raw';
import { mark } from './mark.js';

const any = { family: s.AF_INET, addr: '127.0.0.1', port: 0 };
const buf = new Uint8Array(16);

/** Makes a call in its checked form, which throws. */
function fail(call) {
  try {
    call();
  } catch (error) {
    if (error instanceof s.SystemError) return;
    throw error;
  }
  throw new Error('that should have failed');
}

mark();
const taken = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(taken, any);
fail(() => s.bind(taken, any));
const to = s.getsockname(taken);
let fd = s.socket(s.AF_INET, s.SOCK_STREAM);
fail(() => s.bind(fd, to));
fail(() => s.connect(fd, to));
s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR);
s.close(fd);
fd = s.socket(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK);
fail(() => s.connect(fd, to));
s.poll([{ fd, events: s.POLLOUT }], 1000);
s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR);
s.close(fd);
fail(() => s.accept(taken));
s.listen(taken, 1);
s.fcntl(taken, s.F_SETFL, s.O_NONBLOCK);
fail(() => s.accept(taken));
fail(() => s.accept4(taken, 1));
fail(() => s.bind(taken, { ...any, addr: '192.0.2.1' }));
fail(() => s.send(taken, 'x'));
fail(() => s.recv(taken, buf));
fail(() => s.shutdown(9999, s.SHUT_WR));
fail(() => s.getsockopt(taken, s.SOL_SOCKET, 9999, new Uint8Array(4)));
fail(() => s.setsockopt(taken, s.SOL_SOCKET, 9999, 1));
s.close(taken);
fail(() => s.close(taken));
fail(() => s.send(taken, 'x'));

// The raw form makes the same call.
raw.socket(s.AF_INET, 77, 0);
fail(() => s.socket(999, s.SOCK_STREAM));
fail(() => s.socketpair(s.AF_INET, s.SOCK_STREAM));
raw.close(9999);
raw.recv(9999, buf);
fail(() => s.dup(9999));
raw.fcntl(9999, s.F_GETFL);
fail(() => s.ioctl(9999, s.FIONREAD));
s.poll([{ fd: 9999, events: s.POLLIN }], 0);
fail(() => s.read(-1, buf));

fd = s.socket(s.AF_UNIX, s.SOCK_STREAM);
fail(() => s.connect(fd, { family: s.AF_UNIX, path: 'gone' }));
fail(() => s.dup3(fd, fd, 0));
s.close(fd);
const sv = s.socketpair(s.AF_UNIX, s.SOCK_STREAM);
fail(() => s.recv(sv[0], buf, s.MSG_DONTWAIT));
s.close(sv[1]);
fail(() => s.send(sv[0], 'x'));
fail(() => s.send(sv[0], 'x', s.MSG_NOSIGNAL));
s.close(sv[0]);
mark();
