// AF_UNIX: pairs, file names, abstract names; calls on any descriptor. The argument is the abstract
// name.
import * as s from 'sockfd';
import { mark } from './mark.js';

const abstract = process.argv[2];
const buf = new Uint8Array(64);

mark();
const sv = s.socketpair(s.AF_UNIX, s.SOCK_STREAM | s.SOCK_CLOEXEC);
s.write(sv[0], 'written');
s.read(sv[1], buf);
s.writev(sv[0], [Buffer.from('one'), new ArrayBuffer(0), Buffer.from('three')]);
s.readv(sv[1], [buf.subarray(0, 4), new DataView(buf.buffer, 32, 8)]);
s.getsockopt(sv[0], s.SOL_SOCKET, s.SO_PEERCRED);
const copy = s.dup(sv[0]);
s.dup2(sv[0], copy);
s.dup2(sv[0], 200);
s.dup3(sv[0], 201, s.O_CLOEXEC);
const high = s.fcntl(sv[0], s.F_DUPFD_CLOEXEC, 100);
s.fcntl(high, s.F_GETFD);
s.fcntl(copy, s.F_SETFD, s.FD_CLOEXEC);
const flags = s.fcntl(sv[1], s.F_GETFL);
s.fcntl(sv[1], s.F_SETFL, flags | s.O_NONBLOCK);
try {
  s.read(sv[1], buf);
} catch (error) {
  if (error.code !== 'EAGAIN') throw error;
}
const fds = [
  { fd: sv[0], events: s.POLLIN | s.POLLOUT },
  { fd: sv[1], events: s.POLLIN },
  { fd: -1, events: s.POLLIN },
];
s.poll(fds, 0);
s.write(high, 'by another descriptor');
s.poll(fds, 1000);
s.poll([], 1);
s.read(sv[1], buf, 0, 9);
s.close(high);
s.close(copy);
s.close(200);
s.close(201);
s.close(sv[0]);
s.read(sv[1], buf);
s.read(sv[1], buf);
s.close(sv[1]);

const path = { family: s.AF_UNIX, path: 'socket' };
const listener = s.socket(s.AF_UNIX, s.SOCK_SEQPACKET);
s.bind(listener, path);
s.listen(listener, 1);
const client = s.socket(s.AF_UNIX, s.SOCK_SEQPACKET);
s.connect(client, path);
const server = s.accept(listener).fd;
s.getpeername(client);
s.getsockname(client);
s.send(client, 'record', s.MSG_EOR);
s.recv(server, buf);
s.close(client);
s.close(server);
s.close(listener);

const receiver = s.socket(s.AF_UNIX, s.SOCK_DGRAM);
s.bind(receiver, { family: s.AF_UNIX, abstract });
const sender = s.socket(s.AF_UNIX, s.SOCK_DGRAM);
s.sendto(sender, 'anonymous', 0, { family: s.AF_UNIX, abstract });
s.recvfrom(receiver, buf);
s.bind(sender, { family: s.AF_UNIX, path: 'sender' });
s.connect(sender, { family: s.AF_UNIX, abstract });
s.send(sender, 'named');
s.recvfrom(receiver, buf);
s.close(sender);
s.close(receiver);
mark();
