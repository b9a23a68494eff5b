import type { TestProject } from 'vitest/node';
import { currentBuild, ROOT } from '../../scripts/server-build.js';
import { startTestPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What threads run that compute contracts, where it is built of exactly these sources. */
    readonly contractWorker: string | null;
  }
}

/** Runs once for the whole test run: `createTestDatabase` in every test file uses this server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startTestPostgres();
  project.provide('postgresUrl', url);
  project.provide('contractWorker', currentBuild(ROOT, 'contract-worker'));
  return stop;
}
