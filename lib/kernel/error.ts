/**
 * From `-errno` to an exception: the names of the error numbers, and the one class that is thrown.
 */
import * as numbers from './errno.js';
import { int32 } from './validate.js';

/** Names that C has for a number that already has another. */
const aliases = new Set(['EWOULDBLOCK', 'EDEADLOCK', 'ENOTSUP', 'EFSBADCRC', 'EFSCORRUPTED']);

const names = new Map<number, string>(
  Object.entries(numbers)
    .filter(([name]) => !aliases.has(name))
    .map(([name, number]) => [number, name]),
);

/**
 * The name of an error number, positive or negated: `errnoName(-115) === 'EINPROGRESS'`. A number
 * that Linux does not use gives `E` and the number.
 */
export function errnoName(number: number): string {
  const positive = Math.abs(int32(number, 'number'));
  return names.get(positive) ?? `E${positive}`;
}

/** What a system call answered when it failed. */
export class SystemError extends Error {
  static {
    SystemError.prototype.name = 'SystemError';
  }

  /** The name of the error: `'ECONNREFUSED'`. */
  readonly code: string;
  /** The error number, negated, as Node has it: `-111`. */
  readonly errno: number;
  /** The call that failed: `'connect'`. */
  readonly syscall: string;
  /** The address that was passed, where one was. */
  declare readonly addr?: unknown;

  /**
   * @param errno    negated error number
   * @param syscall  name of the call
   * @param addr     the address that was passed, and its text for the message
   */
  constructor(errno: number, syscall: string, addr?: { value: unknown; text: string }) {
    const code = errnoName(errno);
    super(`${syscall} ${code}${addr === undefined ? '' : ` ${addr.text}`}`);
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    if (addr !== undefined) this.addr = addr.value;
  }
}

/** `result`, or the SystemError that it stands for when negative. */
export function check(result: number, syscall: string): number {
  if (result < 0) throw new SystemError(result, syscall);
  return result;
}
