// Datagrams in batches: recvmmsg takes all that have come, sendmmsg answers them, two system calls
// for up to 64 clients. One socket serves everybody on every address of the machine, and answers
// from the address that was asked: IP_PKTINFO says which. ip(7)
//
//   node examples/servers/datagrams.js [port]      and elsewhere: nc -u 127.0.0.2 <port>
//
// Ends on Ctrl-C. (../udp-echo.js is the same without batches, on one address.)
import { log } from 'node:console';
import * as s from 'sockfd';

const fd = s.socket(s.AF_INET, s.SOCK_DGRAM | s.SOCK_CLOEXEC);
s.bind(fd, { family: s.AF_INET, addr: '0.0.0.0', port: Number(process.argv[2] ?? 0) });
s.setsockopt(fd, s.IPPROTO_IP, s.IP_PKTINFO, true);
log(`listening on port ${s.getsockname(fd).port}`);

// Memory for 64 messages, made once: data, the sender's sockaddr_in, a struct in_pktinfo. In it, a
// message goes back as it came.
const vec = new s.MsgVec(64, 65507, 16, s.CMSG_SPACE(12));

for (;;) {
  // What the last turn has sent is no measure of what may come.
  vec.len.fill(vec.size);
  vec.namelen.fill(vec.namesize);
  vec.controllen.fill(vec.controlsize);
  // MSG_WAITFORONE: waits for the first, and takes along what is there behind it.
  const n = s.recvmmsg(fd, vec, s.MSG_WAITFORONE);
  for (let i = 0; i < n; i++) {
    const pktinfo = s.controlValue(vec.messages(i), s.IPPROTO_IP, s.IP_PKTINFO);
    // The name is where an answer goes: to where it came from. Without a source address the kernel
    // would choose one by the route, and the client would not know who answers.
    const value = { spec_dst: pktinfo.spec_dst };
    vec.setMessages(i, [{ level: s.IPPROTO_IP, type: s.IP_PKTINFO, value }]);
  }
  // When a message cannot be sent, those before it have been; it is passed over.
  for (let i = 0; i < n; ) i += answer(i, n - i);
}

/** Sends `count` messages from `first` on. How many are done with. */
function answer(first, count) {
  try {
    return s.sendmmsg(fd, vec, 0, first, count);
  } catch (error) {
    if (!(error instanceof s.SystemError)) throw error;
    log(error.message);
    return 1;
  }
}
