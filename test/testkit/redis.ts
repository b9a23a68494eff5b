import { onTestFinished } from 'vitest';
import { startRedis, type TestRedis } from './redis-server.ts';

/** A Redis for one test, stopped when the test is over. */
export async function redisForTest(): Promise<TestRedis> {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  return redis;
}
