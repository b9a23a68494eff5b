import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // The agent SDK is tested from its sources.
    conditions: ['source'],
    // One graphql for our sources and the packages, as Node resolves it: of two, each refuses the other's objects.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  },
  ssr: { resolve: { conditions: ['source'], externalConditions: ['source'] } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    globalSetup: ['./test/testkit/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
});
