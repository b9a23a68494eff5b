// The agents of a benchmark: each holds one channel, acks what it gets, thinks as long as the params say, and completes it.
import { setTimeout as wait } from 'node:timers/promises';
import { agentDoor } from './agent-doors.ts';
import { serveOrders } from './client-process.ts';
import { type AgentsFigures, type AgentsTask, monotonicMs, type Params } from './messages.ts';

serveOrders(async ({ door, urls, parties: { agents } }: AgentsTask) => {
  const open = agentDoor(door);
  const seen = new Set<string>();
  let deliveryMs: number[] = [];
  let repeated = 0;

  for (const [place, agent] of agents.entries()) {
    const channel = await open(urls[place % urls.length] ?? '', agent, async ({ id, params }) => {
      const { number, at, think_ms } = params as Params;
      deliveryMs.push(monotonicMs() - at);
      if (seen.has(id)) repeated += 1;
      seen.add(id);
      channel.ack(id);
      if (think_ms > 0) await wait(think_ms);
      channel.complete(id, { number });
    });
  }
  return async (): Promise<AgentsFigures> => {
    const figures = { deliveryMs: Float64Array.from(deliveryMs), repeated };
    deliveryMs = [];
    repeated = 0;
    return figures;
  };
});
