/** Every file of examples/servers/ is tried in test/servers/, and explained. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { examples } from './support/examples.js';

const root = join(examples, '..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const files = readdirSync(join(examples, 'servers')).filter((name) => name.endsWith('.js'));
const tests = readdirSync(join(root, 'test', 'servers'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => read('test', 'servers', name))
  .join('\n');

describe.each(files)('examples/servers/%s', (name) => {
  it('is tried', () => {
    expect(tests).toContain(`'${name}'`);
  });

  it('has its lines in the README and in docs/', () => {
    expect(read('examples', 'README.md')).toContain(`\n| [${name}](servers/${name}) `);
    expect(read('docs', 'servers.md')).toContain(`[${name}](../examples/servers/${name})`);
  });

  it('says how to run it, and has not too many lines', () => {
    const text = read('examples', 'servers', name);
    expect(text).toContain(`//   node examples/servers/${name} `);
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(100);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });
});
