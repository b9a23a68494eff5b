// An agent as a process of its own, for the benchmarks: completes what it gets, and says what it ran and when.
import { setTimeout as wait } from 'node:timers/promises';
import { ClawciergeAgent, consoleLogger, silentLogger } from '../agent-sdk/src/index.ts';

const { AGENT_URL: url = '', AGENT_KEY: apiKey = '', AGENT_CONCURRENCY: concurrency = '64' } = process.env;
const { AGENT_SILENCE_MS: silence, AGENT_LOG } = process.env;
const silenceMs = Number(silence);

const agent = new ClawciergeAgent({
  url,
  apiKey,
  logger: AGENT_LOG === undefined ? silentLogger : consoleLogger('debug'),
  concurrency: Number(concurrency),
  backoffBaseMs: 50,
  backoffCapMs: 1_000,
  ...(silence !== undefined && { silenceMs, keepAliveMs: Math.ceil(silenceMs / 3) }),
});
agent.onAny(async ({ id, attempt, params }) => {
  console.log(`ran ${id} ${attempt} ${Date.now()}`);
  if (typeof params.think_ms === 'number') await wait(params.think_ms);
  return { attempt };
});
process.once('SIGTERM', () => void agent.stop());
await agent.start();
console.log('ready');
