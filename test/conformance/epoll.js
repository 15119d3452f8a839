// Readiness, and descriptors for events. Those of select have the same numbers in both programs.
import os from 'node:os';
import * as s from 'sockfd';
import * as raw from 'sockfd/raw';
import { mark } from './mark.js';

const { SIGINT, SIGUSR2 } = os.constants.signals;
const none = { sec: 0, nsec: 0 };

function fails(code, call) {
  try {
    call();
  } catch (error) {
    if (error.code === code) return;
    throw error;
  }
  throw new Error(`no ${code}`);
}

mark();
const first = s.epoll_create(1);
const second = s.epoll_create1(s.EPOLL_CLOEXEC);
const counter = s.eventfd(300, s.EFD_NONBLOCK | s.EFD_SEMAPHORE);
const event = { events: s.EPOLLIN, data: 7 };
s.epoll_ctl(first, s.EPOLL_CTL_ADD, counter, event);
fails('EEXIST', () => s.epoll_ctl(first, s.EPOLL_CTL_ADD, counter, event));
s.epoll_wait(first, 8, 0);
const once = { events: s.EPOLLIN | s.EPOLLET | s.EPOLLONESHOT, data: -2 };
s.epoll_ctl(first, s.EPOLL_CTL_MOD, counter, once);
s.epoll_wait(first, 1);
s.epoll_wait(first, 1, 1);
const exclusive = { events: s.EPOLLOUT | s.EPOLLEXCLUSIVE, data: Number.MAX_SAFE_INTEGER };
s.epoll_ctl(second, s.EPOLL_CTL_ADD, counter, exclusive);
s.epoll_pwait(second, 2, 0, [SIGUSR2]);
raw.epoll_pwait(second, new Uint32Array(6), undefined, 0, null);
s.eventfd_read(counter);
s.epoll_ctl(first, s.EPOLL_CTL_DEL, counter);
fails('ENOENT', () => s.epoll_ctl(first, s.EPOLL_CTL_DEL, counter));
fails('EINVAL', () => s.epoll_wait(counter, 1, 0));

const ends = s.pipe2(s.O_CLOEXEC | s.O_DIRECT);
s.dup2(ends[0], 50);
s.dup2(ends[1], 51);
s.write(51, 'packet');
const readable = new s.FdSet([50]);
s.select(52, readable, new s.FdSet([50, 51]), null, 0);
s.pselect(51, readable, null, null, 0, [SIGUSR2]);
s.ppoll([{ fd: 51, events: s.POLLOUT }], none);
s.fcntl(50, s.F_SETPIPE_SZ, 4096);
s.close_range(50, 51);

const clock = s.timerfd_create(s.CLOCK_MONOTONIC, s.TFD_NONBLOCK);
s.timerfd_settime(clock, 0, { interval: { sec: 2, nsec: 3 }, value: { sec: 1000, nsec: 5 } });
raw.timerfd_settime(clock, s.TFD_TIMER_ABSTIME, { value: none });
s.timerfd_gettime(clock);
fails('EAGAIN', () => s.read(clock, new Uint8Array(8)));
const signals = s.signalfd(-1, [SIGUSR2], s.SFD_NONBLOCK);
s.signalfd(signals, [SIGINT, SIGUSR2]);
const memory = s.memfd_create('a name', s.MFD_ALLOW_SEALING);
s.fcntl(memory, s.F_ADD_SEALS, s.F_SEAL_GROW);
fails('EPERM', () => s.write(memory, 'x'));
s.close(first);
s.close(second);
mark();
