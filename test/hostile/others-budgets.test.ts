import { expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { agentAndSender, registerSender, type Sender, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest } from '../testkit/platform.ts';
import { limitsTold } from '../testkit/rate-limits.ts';
import { Scrape } from '../testkit/scrape.ts';

it('a caller whose seat goes to another is not told how the budget of that one stands', async () => {
  const clock = createManualClock();
  const platform = await platformForTest({
    clock,
    env: { SEATS_MAX: '16', COST_BUDGET_PER_MINUTE: '240', METRICS_PORT: '0' },
  });
  const senders = async (what: 'taken' | 'waiting') =>
    (await Scrape.of(platform)).value(`clawcierge_seats_${what}`, { level: 'senders' });
  const costTold = ({ headers }: { readonly headers: Headers }) => limitsTold(headers).states.cost;
  // Nothing comes back to a budget meanwhile.
  await clock.standStill(async () => {
    const { agent, sender: one } = await agentAndSender(platform);
    const [other, poor] = [await registerSender(platform), await registerSender(platform)];
    const list = () => rest(platform, 'GET', '/v1/requests', { key: poor.apiKey });
    await eventually(async () => expect(costTold(await list())).toBeDefined());
    const requestOf = async (sender: Sender) => {
      const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
      return { path: `/v1/requests/${id}`, key: sender.apiKey };
    };
    const requests = [await requestOf(one), await requestOf(other)];
    const { calls, last } = await whileLocked(platform, 'requests', 'access exclusive', async () => {
      // Three of each holder take all seats, and leave them once they wait for the outcome.
      const all = requests.flatMap(({ path, key }) =>
        Array.from({ length: 3 }, () => rest(platform, 'GET', path, { key, headers: { prefer: 'wait=1' } })),
      );
      await eventually(async () => expect(await senders('taken')).toBe(6));
      const listed = list();
      await eventually(async () => expect(await senders('waiting')).toBe(1));
      return { calls: Promise.all(all), last: listed };
    });
    expect(costTold(await last)).toBeDefined();
    await eventually(async () => expect(await senders('taken')).toBe(0));
    clock.advance(1_000);
    for (const answer of await calls) expect([answer.status, costTold(answer)]).toEqual([200, undefined]);
  });
});
