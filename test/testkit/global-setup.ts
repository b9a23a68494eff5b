import type { TestProject } from 'vitest/node';
import { startTestPostgres } from './postgres.ts';

/** Runs once for the whole test run: `createTestDatabase` in every test file uses this server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, stop } = await startTestPostgres();
  project.provide('postgresUrl', url);
  return stop;
}
