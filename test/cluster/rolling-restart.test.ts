import { expect, it, onTestFinished } from 'vitest';
import { agentAndSender, untilStatus } from '../testkit/actors.ts';
import { startAgentProcess } from '../testkit/agent-process.ts';
import { startNodeProcesses } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { LoadBalancer } from '../testkit/load-balancer.ts';
import { redisForTest } from '../testkit/redis.ts';
import { HAS_REDIS } from '../testkit/redis-server.ts';
import type { ServerProcess } from '../testkit/server-process.ts';

const SENDERS = 4;

/** Sends one request after the other until it is told to stop; answers what was taken, and every status it was told. */
function sendAllTheWhile(balancer: LoadBalancer, handle: string, apiKey: string) {
  const accepted: string[] = [];
  const refusals: { readonly status: number; readonly retryAfter: string | null; readonly body: string }[] = [];
  let isOver = false;
  const run = async () => {
    while (!isOver) {
      const response = await fetch(`${balancer.url}/v1/agents/${handle}/requests`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', connection: 'close' },
        body: JSON.stringify({
          action: 'calendar.schedule',
          params: { title: 'Standup', duration_minutes: 30 },
          when_offline: 'queue',
        }),
      });
      const body = await response.text();
      if (response.status === 202) accepted.push(JSON.parse(body).id);
      else refusals.push({ status: response.status, retryAfter: response.headers.get('retry-after'), body });
    }
  };
  const done = Promise.all(Array.from({ length: SENDERS }, run));
  return {
    accepted,
    async stop() {
      isOver = true;
      await done;
      return { accepted, refusals };
    },
  };
}

it.skipIf(!HAS_REDIS)(
  'a rolling restart under load loses nothing and tells senders nothing but to come again',
  async () => {
    const redis = await redisForTest();
    const { nodes, start } = await startNodeProcesses({ redisUrl: redis.url });
    const balancer = await LoadBalancer.start(nodes.map(({ url }) => url));
    onTestFinished(() => balancer.stop());
    const { agent, sender } = await agentAndSender(balancer);
    await startAgentProcess(balancer, agent);
    await startAgentProcess(balancer, agent);
    const senders = sendAllTheWhile(balancer, agent.handle, sender.apiKey);

    let running: readonly ServerProcess[] = nodes;
    for (const old of nodes) {
      const seen = senders.accepted.length;
      await eventually(() => expect(senders.accepted.length).toBeGreaterThan(seen + 20));
      const replacement = await start();
      running = [...running.filter((node) => node !== old), replacement];
      balancer.targets = [...running.map(({ url }) => url), old.url];
      const ended = old.end('SIGTERM');
      expect(await ended).toEqual({ code: 0, signal: null });
      balancer.targets = running.map(({ url }) => url);
    }
    const seen = senders.accepted.length;
    await eventually(() => expect(senders.accepted.length).toBeGreaterThan(seen + 20));

    const { accepted, refusals } = await senders.stop();
    const retryable = refusals.filter(({ status, retryAfter }) => status === 503 && retryAfter !== null);
    expect(refusals.filter((refusal) => !retryable.includes(refusal))).toEqual([]);
    expect(new Set(accepted).size).toBe(accepted.length);
    for (const id of accepted) await untilStatus(balancer, id, sender, 'COMPLETED');
  },
  // Five nodes start, one after the other, beside those who send all the while.
  240_000,
);
