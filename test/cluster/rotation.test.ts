import { expect, it } from 'vitest';
import { eventually } from '../testkit/eventually.ts';
import { nodesOnOneDatabase } from '../testkit/two-nodes.ts';

const { twoNodes } = nodesOnOneDatabase();

it.each(['delivered', 'lost'] as const)(
  'closes what is open on another node with a key that was rotated, when the overlap is over, its hint being %s',
  async (fate) => {
    const { a, b, network, clock, stores, agent } = await twoNodes();
    const channel = await b.connect(agent);
    if (fate === 'lost') network.fate = () => 'lost';
    const { former } = await a.app.keys.rotate(agent, { apiKeyId: agent.apiKeyId, overlapSeconds: 60 });
    const end = former.expiresAt?.getTime() ?? 0;
    expect(end - clock.now().getTime()).toBe(60_000);
    while (clock.now().getTime() + 1_000 < end) {
      clock.advance(1_000);
      await stores.idle();
    }
    expect(channel.socket.closedFor).toBeNull();
    await eventually(() => {
      clock.advance(500);
      expect(channel.socket.closedFor).toBe('key-expired');
    });
  },
);
