// Not only sockets are waited for: a time, another thread, what a child prints and its end are
// descriptors, too, and one epoll_wait has them all. timerfd_create(2), eventfd(2), pidfd_open(2)
//
//   node examples/events.js
import { spawn } from 'node:child_process';
import { log } from 'node:console';
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import * as s from 'sockfd';

if (isMainThread) await main();
else s.eventfd_write(workerData, 3n); // a thread needs nothing but the number of the descriptor

async function main() {
  const epfd = s.epoll_create1(s.EPOLL_CLOEXEC);
  /** By descriptor: what is done when it is ready. Returns whether more may come. */
  const sources = new Map();
  const watch = (fd, ready) => {
    sources.set(fd, ready);
    s.epoll_ctl(epfd, s.EPOLL_CTL_ADD, fd, { events: s.EPOLLIN });
  };

  // A read takes how often it has expired since the last read. Here it does so once.
  const timer = s.timerfd_create(s.CLOCK_MONOTONIC, s.TFD_CLOEXEC);
  s.timerfd_settime(timer, 0, { value: { sec: 0, nsec: 50_000_000 } });
  const expired = new BigUint64Array(1);
  watch(timer, () => log(`timer: ${s.read(timer, expired)} bytes, ${expired[0]}`));

  const wake = s.eventfd(0, s.EFD_CLOEXEC);
  const worker = new Worker(new URL(import.meta.url), { workerData: wake });
  watch(wake, () => log(`thread: ${s.eventfd_read(wake)}`));

  // O_CLOEXEC: a child that inherited the end to write to would keep the pipe open for ever.
  const [output, theirs] = s.pipe2(s.O_CLOEXEC);
  const child = spawn('echo', ['hello'], { stdio: ['ignore', theirs, 'inherit'] });
  s.close(theirs);
  const buf = Buffer.alloc(64);
  watch(output, () => {
    const n = s.read(output, buf);
    log(n === 0 ? 'pipe: the end' : `pipe: ${buf.toString('utf8', 0, n).trimEnd()}`);
    return n > 0;
  });
  // Nobody else can have got its pid: it stays a zombie until Node asks for its status.
  watch(s.pidfd_open(child.pid), () => log('child: has ended'));

  while (sources.size > 0) {
    for (const { data: fd } of wait(epfd)) {
      if (sources.get(fd)()) continue;
      sources.delete(fd);
      s.close(fd); // the last descriptor of its file: epoll forgets it
    }
  }
  s.close(epfd);
  // Now Node's own loop goes on, which has stood still all the time.
  await Promise.all([once(child, 'exit'), once(worker, 'exit')]);
}

function wait(epfd) {
  try {
    return s.epoll_wait(epfd, 8, -1);
  } catch (error) {
    // Who has children has a signal handler, Node's for SIGCHLD: it interrupts what waits.
    if (error.code !== 'EINTR') throw error;
    return [];
  }
}
