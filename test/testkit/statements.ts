import type { TestPlatform } from './platform.ts';

/**
 * How many statements the database was sent while the work ran. Needs a platform that echoes them: APP_ENV=development
 * with LOG_LEVEL=debug. What the platform does on its own, renewing and sweeping, does not count.
 */
export async function countStatements(platform: Pick<TestPlatform, 'log'>, work: () => Promise<unknown>) {
  const before = platform.log.lines.length;
  await work();
  return platform.log.lines.slice(before).filter(isOfTheWork);
}

/** Tables and marks of what runs on timers. */
const OWN_LIFE = /\b(nodes|touch|used_at|lease_expires_at|skip locked)\b/i;

const isOfTheWork = (line: string): boolean => {
  const { sql } = JSON.parse(line) as { sql?: unknown };
  return typeof sql === 'string' && !OWN_LIFE.test(sql);
};
