/** Each benchmark runs, and every one of its peers does what is measured; how fast is not tested. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const bench = join(import.meta.dirname, '..', 'bench');
const names = readdirSync(bench)
  .filter((name) => name.endsWith('.js') && name !== 'run.js')
  .map((name) => name.replace('.js', ''));

/** How many rows the tables have: the peers of each operation. */
const rows: Record<string, number> = { calls: 21, decode: 9, echo: 49, udp: 56 };

describe('bench/', () => {
  it.each(names)(
    '%s runs, with all its peers',
    (name) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(bench, 'run.js'), name, '--rounds=1', '--batch=1', '--quick'],
        { encoding: 'utf8', timeout: 280_000 },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(`\n${name}: 1 rounds of about 1 ms, `);
      expect(stdout.match(/^.*not measured.*$/gm)).toBeNull();
      // What is freed meanwhile may be more than what a few connections take.
      expect(stdout.match(/ \(-?\d+\.\d\d–-?\d+\.\d\d\)$/gm)).toHaveLength(rows[name] ?? 0);
      expect(stdout.match(/: (met|MISSED)$/gm)?.length).toBeGreaterThan(0);
    },
    300_000,
  );
});
