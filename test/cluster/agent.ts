// An agent as a process of its own: says what it gets, and does what AGENT_DOES says with it.
import { ClawciergeAgent, silentLogger } from '../../agent-sdk/src/index.ts';

const { AGENT_URL: url = '', AGENT_KEY: apiKey = '', AGENT_DOES: does = 'complete' } = process.env;

const agent = new ClawciergeAgent({ url, apiKey, logger: silentLogger, backoffBaseMs: 50, backoffCapMs: 500 });
agent.onAny(async ({ id, attempt }) => {
  console.log(`got ${id} ${attempt}`);
  if (does === 'complete') return { attempt };
  // Acked, and never done.
  return new Promise(() => {});
});
process.once('SIGTERM', () => void agent.stop());
await agent.start();
console.log('ready');
