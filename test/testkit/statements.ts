import type { TestPlatform } from './platform.ts';

/**
 * What was read from the database while the work ran. Needs a platform that echoes its statements: APP_ENV=development
 * with LOG_LEVEL=debug. What the platform does on its own does not count: renewing and sweeping, which write,
 * summarising, looking for due work and whose backlog it is, counting what is open, sealing the audit trail, and looking
 * at the tables' migrations.
 */
export async function readsDuring(
  platform: Pick<TestPlatform, 'log'>,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const before = platform.log.lines.length;
  await work();
  return platform.log.lines.slice(before).filter(isRead);
}

const isRead = (line: string): boolean => {
  const { sql } = JSON.parse(line) as { sql?: unknown };
  return typeof sql === 'string' && READS.test(sql) && !WRITES.test(sql) && !OF_ITS_OWN.test(sql);
};

/** A list begins with its common table expressions; so does what the platform writes on its own. */
const READS = /^\s*(select|with)\b/i;
const WRITES = /\b(insert into|delete from|update ")/i;
const OF_ITS_OWN =
  /\brequest_summaries\b|"hasExpired"|from "migrations"|"o"\."bytes"|from unnest\(\$1::uuid\[\]\) as "a" \("id"\) where exists|\baudit_(cursor|leaves|heads|tiles|checkpoints)\b|\bstorage_count\b|'audit\.key_announced'|^select clock_timestamp/;
