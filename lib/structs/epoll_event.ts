/** struct epoll_event. epoll_event(3type), epoll_ctl(2) */
import { integer, isUint32Array, object, rangeError, typeError } from '../kernel/validate.js';

/**
 * What epoll_wait(2) tells of a descriptor.
 *
 * The kernel keeps 64 bits of `data` and gives them back. They are the number that was given to
 * `epoll_ctl`; bits that make no safe integer, which only the raw form or another program can have
 * set, read as a bigint from 0 to 2 ** 64 - 1. `Data` says so where that may be:
 * `epoll_wait<number | bigint>(…)`.
 */
export interface EpollEvent<Data extends number | bigint = number> {
  /** events: what came, EPOLLIN | EPOLLHUP | … An unsigned number. */
  events: number;
  /** data: what was given when the descriptor was added; the descriptor itself by default. */
  data: Data;
}

/** What epoll_ctl(2) is given. */
export interface EpollEventInit<Data extends number | bigint = number> {
  /** events: what to wait for, and how: EPOLLIN | EPOLLET | … */
  events: number;
  /** data: what `epoll_wait` is to say; the descriptor when absent. A safe integer. */
  data?: Data | undefined;
}

/** A word of events and both halves of data, as they cross to the addon. */
export type EpollWords = [events: number, low: number, high: number];

/** The words of an event for `fd`. */
export function encodeEpollEvent(event: EpollEventInit<number | bigint>, fd: number): EpollWords {
  const { events, data } = object(event, 'event');
  integer(events, 'event.events', -0x8000_0000, 0xffff_ffff);
  return [events as number, ...halves(data === undefined ? integerFd(fd) : data)];
}

const integerFd = (fd: number): number => integer(fd, 'fd', -0x8000_0000, 0x7fff_ffff);

function halves(data: unknown): [low: number, high: number] {
  if (typeof data === 'bigint') {
    if (data < -(2n ** 63n) || data >= 2n ** 64n) {
      throw rangeError('event.data', 'must fit 64 bits', data);
    }
    return [Number(data & 0xffff_ffffn), Number((data >> 32n) & 0xffff_ffffn)];
  }
  const number = safeData(data);
  return [number >>> 0, Math.floor(number / 0x1_0000_0000) >>> 0];
}

/** `data`, which must be a safe integer. */
export function safeData(data: unknown): number {
  return integer(data, 'event.data', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}

function dataOf(low: number, high: number): number | bigint {
  const number = (high | 0) * 0x1_0000_0000 + low;
  if (Number.isSafeInteger(number)) return number;
  return (BigInt(high) << 32n) | BigInt(low);
}

/**
 * The first `count` events of those that `epoll_wait` of `sockfd/raw` wrote: three words each,
 * `events`, the low half of `data` and its high half.
 */
export function decodeEpollEvents<Data extends number | bigint = number>(
  events: Uint32Array,
  count: number,
): EpollEvent<Data>[] {
  if (!isUint32Array(events)) {
    throw typeError('events', 'must be a Uint32Array', events);
  }
  integer(count, 'count', 0, Math.floor(events.length / 3));
  const list: EpollEvent<Data>[] = [];
  for (let i = 0; i < 3 * count; i += 3) {
    const data = dataOf(events[i + 1] as number, events[i + 2] as number);
    list.push({ events: events[i] as number, data: data as Data });
  }
  return list;
}
