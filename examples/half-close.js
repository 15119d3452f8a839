// A TCP connection is two streams. shutdown(SHUT_WR) ends one of them with a FIN: "that was all
// from me", while the other goes on. This is how a peer learns where a request ends.
//
//   node examples/half-close.js
import { log } from 'node:console';
import * as s from 'sockfd';
import { waitForState } from 'sockfd/testing';

const listener = s.socket(s.AF_INET, s.SOCK_STREAM);
s.bind(listener, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
s.listen(listener, 1);
const client = s.socket(s.AF_INET, s.SOCK_STREAM);
s.connect(client, s.getsockname(listener));
const { fd: server } = s.accept(listener);

const stateOf = (fd) => s.tcpStateName(s.getsockopt(fd, s.IPPROTO_TCP, s.TCP_INFO).state);
const states = () => `client ${stateOf(client)}, server ${stateOf(server)}`;
log(`connected: ${states()}`);

s.send(client, 'what is six times seven?');
s.shutdown(client, s.SHUT_WR);
waitForState(client, 'FIN_WAIT2'); // the FIN was acknowledged
log(`client said it all: ${states()}`);

// The server reads to the end: 0 is the FIN. Nobody had to announce a length.
const buf = Buffer.alloc(1024);
let request = '';
for (let n = s.recv(server, buf); n > 0; n = s.recv(server, buf)) {
  request += buf.toString('utf8', 0, n);
}
log(`server read to the end: '${request}'`);

// What is shut down is shut down: sending here fails at once. The other direction works.
try {
  s.send(client, 'one more thing');
} catch (error) {
  log(`client sends again: ${error.code}`);
}
s.send(server, 'forty-two');
log(`client received: '${buf.toString('utf8', 0, s.recv(client, buf))}'`);

// The second FIN ends the connection. close would have sent it as well.
s.shutdown(server, s.SHUT_WR);
waitForState(server, 'CLOSE');
log(`client reads the end: ${s.recv(client, buf)}`);
log(`over: ${states()} (the kernel keeps TIME_WAIT without a descriptor)`);
for (const fd of [client, server, listener]) s.close(fd);
