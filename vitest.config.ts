import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** `npm test` runs everything but the browser's tests; `npm run test:browser` (mode `browser`) runs those. */
export default defineConfig(({ mode }) => {
  const isBrowser = mode === 'browser';
  return {
    resolve: {
      // One graphql for our sources and the packages, as Node resolves it: of two, each refuses the other's objects.
      alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
    },
    test: {
      include: [isBrowser ? 'test/browser/**/*.test.ts' : 'test/**/*.test.ts'],
      exclude: ['**/node_modules/**', ...(isBrowser ? [] : ['test/browser/**'])],
      globalSetup: ['./test/testkit/global-setup.ts'],
      // Longer than what a test waits for: what it says of that is worth more than that it took too long.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      pool: 'forks',
      // Each file has a process of its own; what they all load of packages is compiled once.
      env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
      // Most of the time a test waits for a socket or the database; a browser computes for longer.
      maxWorkers: isBrowser ? 2 : 3,
    },
  };
});
