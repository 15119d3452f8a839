// @ts-check
/** dist/: the entry points, and what they share. Node opens few files, and so starts sooner. */
import { defineConfig } from 'rolldown';

const entries = ['index', 'raw', 'promises', 'testing', 'cli/main'];

export default defineConfig({
  input: Object.fromEntries(entries.map((name) => [name, `lib/${name}.ts`])),
  platform: 'node',
  // The loader of the binaries, and Node's own modules, stay what they are.
  external: [/^node:/, 'node-gyp-build'],
  output: {
    dir: 'dist',
    cleanDir: true,
    sourcemap: true,
    chunkFileNames: 'shared/[name].js',
  },
});
