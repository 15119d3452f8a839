/** struct signalfd_siginfo. signalfd(2) */
import { type Buf, Reader } from '../kernel/bytes.js';
import { buffer, rangeError } from '../kernel/validate.js';

/** sizeof(struct signalfd_siginfo): what one signal takes of the memory given to read(2). */
const SIZE = 128;

/**
 * `struct signalfd_siginfo`, sys/signalfd.h. Which fields mean something depends on `signo` and
 * `code`; the others are 0. sigaction(2)
 */
export interface SignalfdSiginfo {
  /** ssi_signo: number of the signal. */
  signo: number;
  /** ssi_errno: not used. */
  errno: number;
  /** ssi_code: where it came from: 0 kill(2), -1 sigqueue(3), -6 tgkill(2), 128 the kernel … */
  code: number;
  /** ssi_pid: process that sent it. */
  pid: number;
  /** ssi_uid: real user id of that. */
  uid: number;
  /** ssi_fd: descriptor, of SIGIO. */
  fd: number;
  /** ssi_tid: id of the timer, of POSIX timers. */
  tid: number;
  /** ssi_band: what poll(2) would report, of SIGIO: POLLIN | … */
  band: number;
  /** ssi_overrun: expirations that were missed, of POSIX timers. */
  overrun: number;
  /** ssi_trapno: number of the trap, of hardware's signals. */
  trapno: number;
  /** ssi_status: exit status or signal, of SIGCHLD. */
  status: number;
  /** ssi_int: the int sent with sigqueue(3). */
  int: number;
  /** ssi_ptr: the pointer sent with sigqueue(3). */
  ptr: bigint;
  /** ssi_utime: user time, of SIGCHLD. Clock ticks. */
  utime: number;
  /** ssi_stime: system time, of SIGCHLD. Clock ticks. */
  stime: number;
  /** ssi_addr: the address, of hardware's signals. */
  addr: bigint;
  /** ssi_addr_lsb: its least significant bit, of SIGBUS. Linux 2.6.37. */
  addr_lsb: number;
  /** ssi_syscall: number of the system call, of SIGSYS. Linux 4.18. */
  syscall: number;
  /** ssi_call_addr: where that was called, of SIGSYS. Linux 4.18. */
  call_addr: bigint;
  /** ssi_arch: its AUDIT_ARCH_*, of SIGSYS. Linux 4.18. */
  arch: number;
}

/** A `struct signalfd_siginfo`, from the first 128 bytes of what was read from a signalfd. */
export function decodeSignalfdSiginfo(bytes: Buf): SignalfdSiginfo {
  const info = buffer(bytes, 'bytes');
  if (info.byteLength < SIZE) {
    throw rangeError('bytes', `must have ${SIZE} bytes`, info.byteLength);
  }
  const r = new Reader(info);
  return {
    signo: r.u32(),
    errno: r.i32(),
    code: r.i32(),
    pid: r.u32(),
    uid: r.u32(),
    fd: r.i32(),
    tid: r.u32(),
    band: r.u32(),
    overrun: r.u32(),
    trapno: r.u32(),
    status: r.i32(),
    int: r.i32(),
    ptr: r.u64(),
    utime: r.count64(),
    stime: r.count64(),
    addr: r.u64(),
    addr_lsb: r.u16(),
    syscall: r.skip(2).i32(),
    call_addr: r.u64(),
    arch: r.u32(),
  };
}
