/** The clocks of clock_gettime(2), as calls and options take them. */

/** The time of day: jumps when it is set. clock_gettime(2) */
export const CLOCK_REALTIME = 0;
/** Time since some moment before the start, without jumps: `process.hrtime`. clock_gettime(2) */
export const CLOCK_MONOTONIC = 1;
/** Processor time of the process. clock_gettime(2) */
export const CLOCK_PROCESS_CPUTIME_ID = 2;
/** Processor time of the thread. clock_gettime(2) */
export const CLOCK_THREAD_CPUTIME_ID = 3;
/** CLOCK_MONOTONIC, as the hardware counts it. Linux 2.6.28. clock_gettime(2) */
export const CLOCK_MONOTONIC_RAW = 4;
/** CLOCK_REALTIME, faster to read and coarser. Linux 2.6.32. clock_gettime(2) */
export const CLOCK_REALTIME_COARSE = 5;
/** CLOCK_MONOTONIC, faster to read and coarser. Linux 2.6.32. clock_gettime(2) */
export const CLOCK_MONOTONIC_COARSE = 6;
/** CLOCK_MONOTONIC, which goes on while the machine is suspended. Linux 2.6.39. */
export const CLOCK_BOOTTIME = 7;
/** CLOCK_REALTIME, and wakes the machine. Needs CAP_WAKE_ALARM. Linux 3.0. timerfd_create(2) */
export const CLOCK_REALTIME_ALARM = 8;
/** CLOCK_BOOTTIME, and wakes the machine. Needs CAP_WAKE_ALARM. Linux 3.0. timerfd_create(2) */
export const CLOCK_BOOTTIME_ALARM = 9;
/** CLOCK_REALTIME without leap seconds. Linux 3.10. clock_gettime(2) */
export const CLOCK_TAI = 11;
