// An agent as a process of its own, for the benchmarks: completes what it gets, and says what it ran and when.
import { ClawciergeAgent, silentLogger } from '../agent-sdk/src/index.ts';

const { AGENT_URL: url = '', AGENT_KEY: apiKey = '' } = process.env;

const agent = new ClawciergeAgent({
  url,
  apiKey,
  logger: silentLogger,
  concurrency: 64,
  backoffBaseMs: 50,
  backoffCapMs: 1_000,
});
agent.onAny(({ id, attempt }) => {
  console.log(`ran ${id} ${attempt} ${Date.now()}`);
  return { attempt };
});
process.once('SIGTERM', () => void agent.stop());
await agent.start();
console.log('ready');
