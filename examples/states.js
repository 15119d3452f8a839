// Every TCP state of RFC 9293, held by a real socket, for as long as you want to look at it.
//
//   node examples/states.js
import { log } from 'node:console';
import { getsockopt, IPPROTO_TCP, TCP_INFO, tcpStateName } from 'sockfd';
import { heldStates, holdState } from 'sockfd/testing';

for (const name of heldStates) {
  const held = holdState(name);
  try {
    // observe() asks the kernel now: by TCP_INFO, or by NETLINK_SOCK_DIAG for sockets without a
    // descriptor.
    const { state, role, via, rqueue, wqueue } = held.observe();
    log(`${state.padEnd(11)} ${role.padEnd(8)} unread ${rqueue}, unacked ${wqueue} (${via})`);

    // The descriptor is a socket like any other: test your code against it.
    if (held.fd === undefined) continue;
    const seen = tcpStateName(getsockopt(held.fd, IPPROTO_TCP, TCP_INFO).state);
    if (seen !== name) throw new Error(`fd ${held.fd} is in ${seen}, not in ${name}`);
  } finally {
    held.dispose(); // resets, so that nothing stays behind
  }
}
