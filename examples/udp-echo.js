// Datagrams: one socket serves everybody, each message knows its sender, nothing is connected.
//
//   node examples/udp-echo.js [port]           and in another terminal: nc -u 127.0.0.1 <port>
//
// Ends on Ctrl-C.
import { log } from 'node:console';
import {
  AF_INET,
  bind,
  getsockname,
  recvfrom,
  SOCK_DGRAM,
  SystemError,
  sendto,
  socket,
} from 'sockfd';

const fd = socket(AF_INET, SOCK_DGRAM);
bind(fd, { family: AF_INET, addr: '127.0.0.1', port: Number(process.argv[2] ?? 0) });
log(`listening on port ${getsockname(fd).port}`);

// The largest datagram of UDP over IPv4 has 65507 bytes. What does not fit the buffer is lost.
const buf = new Uint8Array(65507);
for (;;) {
  // Blocks until a datagram comes. One call takes one, however much room there is: 0 bytes are a
  // message like any other, not an end.
  const { bytes, addr } = recvfrom(fd, buf);
  log(`${bytes} bytes from ${addr.addr} port ${addr.port}`);
  try {
    // Sent means handed to the kernel. Whether it arrives nobody says.
    sendto(fd, buf, 0, addr, 0, bytes);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    log(error.message);
  }
}
