import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/**
 * What is asked of a platform, a node or a store in the test's own process. Each file has databases of its own. Those that are about threads that
 * are ended, or that look at the process itself, have a process of their own. Others end a thread or two besides (whoever uses
 * `test/testkit/burning-contract.ts`), a file of the browser's too. That has cost a process once (docs/decisions/0076): then the file that ran
 * in it fails, and CI runs it again by itself.
 */
const OF_PLATFORMS = [
  'test/{admin,agent-sdk,application,approval,audit,bus,cli,cluster,integration,limits,mcp,model,policies,publication,python,rest,storage,websocket}/**/*.test.ts',
  'test/hostile/!(burning-contracts|large-messages-are-not-kept|many-connections|quarantine).test.ts',
];

/** What came of each file, in CI. */
const TEST_REPORT = 'node_modules/.cache/test-report.json';

/** `npm test` runs everything but the browser's tests; `npm run test:browser` (mode `browser`) runs those. */
export default defineConfig(({ mode }) => {
  const isBrowser = mode === 'browser';
  const resolve = {
    // One graphql for our sources and the packages, as Node resolves it: of two, each refuses the other's objects.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
  };
  const project = (name: string, include: string[], exclude: string[], isolate: boolean) => ({
    resolve,
    test: {
      name,
      include,
      exclude: ['**/node_modules/**', ...exclude],
      isolate,
      // Longer than what a test waits for: what it says of that is worth more than that it took too long.
      testTimeout: 120_000,
      hookTimeout: 120_000,
      pool: 'forks' as const,
      // Most of the time a test waits for a socket or the database; a browser computes for longer.
      maxWorkers: isBrowser ? 2 : 3,
      // What every process loads of packages is compiled once.
      env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    },
  });
  return {
    test: {
      globalSetup: ['./test/testkit/global-setup.ts'],
      // In CI also for a program, which looks there for what failed.
      reporters: process.env.CI ? ['default', ['json', { outputFile: TEST_REPORT }]] : ['default'],
      projects: isBrowser
        ? [project('browser', ['test/browser/**/*.test.ts'], [], false)]
        : [
            // Files that share their processes: to load the platform is most of what such a file costs.
            project('platform', OF_PLATFORMS, [], false),
            project(
              'process',
              ['test/**/*.test.ts', 'agent-sdk/examples/*.test.ts'],
              ['test/browser/**', ...OF_PLATFORMS],
              true,
            ),
          ],
    },
  };
});
