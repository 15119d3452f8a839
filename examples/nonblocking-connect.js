// A connect that does not block: EINPROGRESS, then POLLOUT, then SO_ERROR says how it ended.
// POLLOUT alone does not mean connected: it comes for failures too.
//
//   node examples/nonblocking-connect.js
import { log } from 'node:console';
import * as s from 'sockfd';

/** Begins to connect, waits for at most `timeout_ms`, and returns the error's name or 'connected'. */
function connectWithin(addr, timeout_ms) {
  const fd = s.socket(addr.family, s.SOCK_STREAM | s.SOCK_NONBLOCK);
  try {
    try {
      s.connect(fd, addr);
      log('  connect: done at once'); // AF_UNIX does that
    } catch (error) {
      log(`  connect: ${error.code}`);
      if (error.code !== 'EINPROGRESS') throw error;
    }
    const entry = { fd, events: s.POLLOUT };
    if (s.poll([entry], timeout_ms) === 0) return `nothing within ${timeout_ms} ms`;
    const flags = Object.entries({ POLLOUT: s.POLLOUT, POLLERR: s.POLLERR, POLLHUP: s.POLLHUP });
    log(`  poll: ${flags.flatMap(([name, bit]) => (entry.revents & bit ? [name] : [])).join('|')}`);
    // Reading SO_ERROR clears it.
    const error = s.getsockopt(fd, s.SOL_SOCKET, s.SO_ERROR);
    return error === 0 ? 'connected' : s.errnoName(error);
  } finally {
    s.close(fd);
  }
}

function bound() {
  const fd = s.socket(s.AF_INET, s.SOCK_STREAM);
  s.bind(fd, { family: s.AF_INET, addr: '127.0.0.1', port: 0 });
  return fd;
}

log('to a listener');
const listener = bound();
s.listen(listener, 0);
log(`  ${connectWithin(s.getsockname(listener), 1000)}`);

log('to a port that is taken, but where nobody listens');
const silent = bound();
log(`  ${connectWithin(s.getsockname(silent), 1000)}`);

// The first connection above waits for accept, and is all that a backlog of 0 has room for.
log('to a listener whose queue is full');
log(`  ${connectWithin(s.getsockname(listener), 200)}`);

for (const fd of [listener, silent]) s.close(fd);
