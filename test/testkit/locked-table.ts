import pg from 'pg';
import { onTestFinished } from 'vitest';
import type { TestPlatform } from './platform.ts';

/**
 * Locks a table for as long as the work runs: statements of the platform that need it wait, and so does what depends
 * on them. `access exclusive` holds up reads as well.
 */
export async function whileLocked<Result>(
  { databaseUrl }: Pick<TestPlatform, 'databaseUrl'>,
  table: 'api_keys' | 'requests' | 'channels' | 'approvals' | 'policy_sets' | 'capability_contracts',
  mode: 'exclusive' | 'access exclusive',
  work: () => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: databaseUrl });
  // A database that a failed test leaves is dropped under it.
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('begin');
  await client.query(`lock table ${table} in ${mode} mode`);
  const result = await work();
  await client.query('rollback');
  return result;
}
