/** Which kernel runs, for the few structures whose length does not tell. */
import { release as osRelease } from 'node:os';
import { rangeError, typeError } from './validate.js';

let running: number | undefined;

/**
 * The version of a kernel as one number, major * 1000 + minor: Linux 6.18 is 6018.
 *
 * @param release  what `uname -r` printed there; this machine's by default
 */
export function kernelVersion(release?: string): number {
  if (release !== undefined) return parse(release);
  running ??= parse(osRelease());
  return running;
}

function parse(release: string): number {
  if (typeof release !== 'string') throw typeError('release', 'must be a string', release);
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  if (minor === undefined) {
    throw rangeError('release', "must begin with a version, as '6.18.2' does", release);
  }
  return Number(major) * 1000 + Number(minor);
}
