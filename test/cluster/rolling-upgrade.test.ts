import { describe, expect, it, onTestFinished } from 'vitest';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { connectTo, emptyDatabase } from '../storage/schema-fixtures.ts';
import { agentAndSender, submitAccepted } from '../testkit/actors.ts';
import { QUICK, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { startTestPlatform } from '../testkit/platform.ts';
import { readiness } from '../testkit/ready.ts';
import { runServerToItsEnd } from '../testkit/server-process.ts';

const NEWEST = MIGRATIONS.at(-1)?.name ?? '';

/** A migration of a release that there is not yet. */
const LATER = '9998-of-a-later-release';

describe('a node on tables that a later release has changed', () => {
  it('works on while every change keeps it working, and starts on them', async () => {
    const [node] = await startNodes({ count: 1 });
    const client = await connectTo(node?.databaseUrl ?? '');
    await client.query('alter table agents add column of_later_releases text null');
    await client.query('insert into migrations (name, needs) values ($1, null), ($2, $3)', [
      LATER,
      '9999-of-one-later-still',
      NEWEST,
    ]);
    const another = await startTestPlatform({ databaseUrl: node?.databaseUrl ?? '', env: QUICK });
    onTestFinished(() => another.stop());
    for (const each of [node, another]) {
      if (!each) continue;
      const { agent, sender } = await agentAndSender(each);
      await submitAccepted(each, agent, sender, { whenOffline: 'QUEUE' });
      expect(await readiness(each)).toMatchObject({ status: 200, body: { checks: { schema: 'ok' } } });
    }
  });

  it('turns unready when a change is one that it cannot work after, says so once, and comes back by itself', async () => {
    const [node] = await startNodes({ count: 1, env: { NODE_TIMEOUT_SECONDS: '1' } });
    if (!node) throw new Error('no node');
    const client = await connectTo(node.databaseUrl);
    await client.query('insert into migrations (name, needs) values ($1, $2)', [LATER, LATER]);
    await eventually(async () => {
      expect(await readiness(node)).toMatchObject({
        status: 503,
        body: { detail: expect.stringContaining('schema'), checks: { database: 'ok', schema: 'down' } },
      });
    }, 30_000);
    await client.query('delete from migrations where name = $1', [LATER]);
    await eventually(async () => expect((await readiness(node)).status).toBe(200), 30_000);
    const told = node.log.errors().filter((line) => line.includes(LATER));
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`this release knows migrations up to ${NEWEST}`);
  });

  it('does not start on tables that it cannot work with, and says which release they need', async () => {
    const { url, client } = await emptyDatabase({ migrated: true });
    await client.query('insert into migrations (name, needs) values ($1, $2)', [LATER, LATER]);
    const { code, output } = await runServerToItsEnd({ DATABASE_URL: url });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain(`migration ${LATER} was run, after which nodes must know ${LATER}`);
    expect(output).toContain('Start that release');
  });
});
