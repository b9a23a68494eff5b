import pg from 'pg';
import { v7 as newId } from 'uuid';
import { expect, it, onTestFinished } from 'vitest';
import { aHoldingAgent, heldBy } from '../approval/held.ts';
import { eventually } from '../testkit/eventually.ts';
import { NOW, twoNodes } from './fixtures.ts';

const HELD = 4;

const nodes = twoNodes();

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: nodes.url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** An agent that a webhook is told much of, what is held at it, and a connection that ends that, one after the other. */
async function world() {
  const agentId = await aHoldingAgent(nodes.a);
  const set = await nodes.a.webhooks.set(
    {
      id: newId(),
      agentId,
      name: 'pager',
      url: 'https://hooks.example/',
      secret: 'whsec_c2VjcmV0',
      events: ['APPROVAL_REQUESTED', 'APPROVAL_REMINDER'],
      includesParams: false,
    },
    { max: 5, at: NOW, formerMs: 1_000 },
  );
  if (set === null || set === 'full') throw new Error('it was not set');
  const held = await heldBy(nodes.a, agentId, HELD);
  const [ending, onlooker] = [await connect(), await connect()];
  // Whoever waits for the other is the one that finds it out.
  await ending.query(`set deadlock_timeout = '10ms'`);
  const end = (requestId: string) =>
    ending.query(`update requests set status = 'TIMEOUT', finished_at = $2, updated_at = $2 where id = $1`, [
      requestId,
      NOW,
    ]);
  const untilSomebodyWaits = () =>
    eventually(async () => {
      const { rows } = await onlooker.query(`select 1 from pg_locks where not granted and database =
        (select oid from pg_database where datname = current_database())
        union all select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`);
      expect(rows).not.toEqual([]);
    });
  return { agentId, webhookId: set.id, held, ending, onlooker, end, untilSomebodyWaits };
}

it.each([
  ['a webhook is removed', ({ agentId }) => nodes.b.webhooks.remove(agentId, 'pager')],
  ['an agent is deleted', ({ agentId }) => nodes.b.agents.delete(agentId)],
] satisfies [string, (of: Awaited<ReturnType<typeof world>>) => Promise<unknown>][])(
  '%s while what it was to be told of ends: neither waits for the other',
  async (_what, remove) => {
    const here = await world();
    const { ending, onlooker, end, webhookId } = here;
    // In the order in which the webhook's messages are found.
    const { rows } = await onlooker.query<{ id: string }>(
      `select a.request_id as id from outbox o join approvals a on a.id = o.approval_id where o.endpoint_id = $1
       group by a.request_id order by min(o.ctid)`,
      [webhookId],
    );
    const ids = rows.map(({ id }) => id);
    expect(ids).toHaveLength(HELD);
    await ending.query('begin');
    // As everybody does who ends several.
    await ending.query('select from requests where id = any ($1) order by id for update', [ids]);
    await end(ids.at(-1) ?? '');
    const removed = remove(here);
    await here.untilSomebodyWaits();
    for (const id of ids.slice(0, -1)) await end(id);
    await ending.query('commit');
    expect(await removed).not.toBeNull();
    expect((await onlooker.query('select 1 from outbox where endpoint_id = $1', [webhookId])).rows).toEqual([]);
  },
);

it('what a webhook was to be told is dropped without waiting for what ends', async () => {
  const { ending, end, held, onlooker, webhookId } = await world();
  await ending.query('begin');
  await end(held[0]?.request.id ?? '');
  await nodes.b.outbox.dropOfWebhook(webhookId);
  await ending.query('commit');
  expect((await onlooker.query('select 1 from outbox where endpoint_id = $1', [webhookId])).rows).toEqual([]);
});
