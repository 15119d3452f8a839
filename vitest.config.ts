import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each file in a process of its own: descriptors are counted, signals are sent.
    pool: 'forks',
    execArgv: ['--expose-gc'],
    testTimeout: 120_000,
    // Some compile. On a busy machine that takes longer than Vitest's ten seconds.
    hookTimeout: 120_000,
    reporters: ['default', './test/support/reporter.ts'],
  },
});
