// AF_UNIX datagrams: names in the file system or in the abstract space; reliable; a full queue is
// felt by the sender.
//
//   node examples/unix-datagram.js
import { log } from 'node:console';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AF_UNIX,
  bind,
  close,
  getsockname,
  MSG_DONTWAIT,
  MSG_TRUNC,
  recv,
  recvfrom,
  SOCK_DGRAM,
  sendto,
  socket,
} from 'sockfd';

const dir = mkdtempSync(join(tmpdir(), 'sockfd-example-'));
const path = join(dir, 'socket');

// A file name: bind makes the file, and nobody removes it but you.
const receiver = socket(AF_UNIX, SOCK_DGRAM);
bind(receiver, { family: AF_UNIX, path });
log(`${path} is a socket: ${statSync(path).isSocket()}`);

// No name: Linux chooses an abstract one, which goes when the socket does. Without a bind the
// receiver could not answer.
const sender = socket(AF_UNIX, SOCK_DGRAM);
bind(sender, { family: AF_UNIX });
log('the sender got the abstract name', getsockname(sender).abstract);

// Each send is one receive: boundaries are kept, and so is the order.
for (const text of ['one', '', 'three']) sendto(sender, text, 0, { family: AF_UNIX, path });
const buf = Buffer.alloc(64);
for (let i = 0; i < 3; i++) {
  const { bytes, addr } = recvfrom(receiver, buf);
  log(`${bytes} bytes from @${addr.abstract}: '${buf.toString('utf8', 0, bytes)}'`);
}

// A buffer that is too small loses the rest. MSG_TRUNC tells how long it was.
sendto(sender, 'a longer message', 0, { family: AF_UNIX, path });
log('length of the next one:', recv(receiver, buf.subarray(0, 4), MSG_TRUNC));

// UDP drops what nobody reads; here the sender would block. MSG_DONTWAIT says so instead.
let queued = 0;
try {
  for (; queued < 100_000; queued++) sendto(sender, 'x', MSG_DONTWAIT, { family: AF_UNIX, path });
} catch (error) {
  log(`${queued} messages wait in the queue, then ${error.code}`);
}

// Without a receiver the name leads nowhere, although the file is still there.
close(receiver);
try {
  sendto(sender, 'x', 0, { family: AF_UNIX, path });
} catch (error) {
  log('after close of the receiver:', error.code);
}
close(sender);
rmSync(dir, { recursive: true });
