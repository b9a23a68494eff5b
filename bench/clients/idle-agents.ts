// Agents that hold channels and get nothing: they answer pings, and that is all.
import { setTimeout as wait } from 'node:timers/promises';
import { type AgentChannel, agentDoor } from './agent-doors.ts';
import { serveOrders } from './client-process.ts';
import type { IdleFigures, IdleOrder, IdleTask } from './messages.ts';

/** Channels that are being opened at a time. */
const OPENING_MAX = 32;

serveOrders(async ({ door, url, agents }: IdleTask) => {
  const open = agentDoor(door);
  const channels = new Set<AgentChannel>();
  let lost = 0;

  async function openOne(number: number): Promise<void> {
    const agent = agents[number % agents.length];
    if (!agent) throw new Error('there is no agent');
    const channel = await open(url, agent, () => {});
    channels.add(channel);
    void channel.closed.then(() => {
      if (channels.delete(channel)) lost += 1;
    });
  }

  /** At a pace, so that the openings of a second do not wait for one another. */
  async function openMany(count: number, perSecond: number): Promise<void> {
    const begun = performance.now();
    let next = 0;
    const openInTurn = async () => {
      while (next < count) {
        const number = next;
        next += 1;
        await wait(Math.max(0, begun + (number * 1_000) / perSecond - performance.now()));
        await openOne(number);
      }
    };
    await Promise.all(Array.from({ length: OPENING_MAX }, openInTurn));
  }

  async function closeAll(): Promise<void> {
    const closing = [...channels];
    channels.clear();
    for (const channel of closing) channel.close();
    await Promise.all(closing.map(({ closed }) => closed));
  }

  return async (order: IdleOrder): Promise<IdleFigures> => {
    if (order.open > 0) await openMany(order.open, order.perSecond);
    else if (order.close) await closeAll();
    const figures = { open: channels.size, lost };
    lost = 0;
    return figures;
  };
});
