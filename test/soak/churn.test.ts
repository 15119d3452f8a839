/** Calls that wait while descriptors are closed and numbers given out again, drawn at random. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { longer } from '../support/soak.js';

const program = join(import.meta.dirname, 'churn.js');
const OPERATIONS = 15_000;

interface Told {
  received: number;
  ended: number;
  outcomes: Record<string, number>;
  wrong: string[];
  outOfBand: string[];
  left: { open: string[]; fds: number; watched: number };
}

describe('calls on channels that come and go', () => {
  it.each(Array.from({ length: 3 * longer }, (_, i) => i + 1))(
    'have their own bytes, %i',
    (seed) => {
      const args = [program, `${seed}`, `${OPERATIONS}`];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, {
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
      const told = JSON.parse(stdout) as Told;
      expect(told.wrong).toEqual([]);
      expect(told.outOfBand).toEqual([]);
      // Every promise is settled, and what they were about is gone.
      expect(told.left).toEqual({ open: [], fds: 0, watched: 0 });
      // All that can happen to a channel has happened to some.
      expect(told.received).toBeGreaterThan(OPERATIONS / 10);
      expect(told.ended).toBeGreaterThan(0);
      const happened = ['closed behind nobody', 'closed behind who waits', 'recv EBADF'];
      expect(Object.keys(told.outcomes)).toEqual(
        expect.arrayContaining([...happened, 'AbortError', 'TimeoutError']),
      );
    },
  );
});
