import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { emptyDatabase } from '../storage/schema-fixtures.ts';
import { agentAndSender, submitAccepted } from '../testkit/actors.ts';
import { PROCESS_WITHIN_MS, within } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { startServerProcess, temporaryFolder } from '../testkit/server-process.ts';

/** Runs `npm run migrate`, without npm. */
async function migrate(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const script = fileURLToPath(new URL('../../scripts/migrate.js', import.meta.url));
  const child = spawn(process.execPath, [script, ...args], {
    cwd: temporaryFolder(),
    env: { PATH, HOME, LOG_LEVEL: 'silent', ...env },
  });
  const [stdout, stderr, [code]] = await within(
    Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]),
    'end of migrate',
    PROCESS_WITHIN_MS,
  );
  return { stdout, stderr, code: code as number | null };
}

it('npm run migrate says what it will do, does it, and leaves a node nothing to do that may not do it itself', {
  timeout: 180_000,
}, async () => {
  const { url, client, schemas } = await emptyDatabase();
  await client.query('create table public.agents (id int)');
  const before = await schemas();
  const env = { DATABASE_URL: url };
  const plan = await migrate(env, '--plan');
  expect(plan).toMatchObject({ code: 2, stderr: '' });
  for (const { name } of MIGRATIONS) expect(plan.stdout).toContain(name);
  expect(await schemas()).toEqual(before);
  expect(await migrate(env, '--other')).toMatchObject({ code: 1, stderr: expect.stringContaining('-- --plan') });
  const done = await migrate(env);
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('Done: the tables are up to date.') });
  expect(await migrate({ ...env, DATABASE_SCHEMA: 'public' })).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The database of DATABASE_URL cannot be used: schema "public" .* a table "agents"/),
  });

  // Beside it another platform, in a schema of its own that its start makes.
  const [first, second] = await Promise.all([
    startServerProcess({ ...env, MIGRATE_ON_START: 'false' }),
    startServerProcess({ ...env, DATABASE_SCHEMA: 'another' }),
  ]);
  const { agent, sender } = await agentAndSender(first);
  await submitAccepted(first, agent, sender, { whenOffline: 'QUEUE' });
  expect(await ask(first, '{ agents { totalCount } }')).toEqual({ agents: { totalCount: 1 } });
  expect(await ask(second, '{ agents { totalCount } }')).toEqual({ agents: { totalCount: 0 } });
  expect((await client.query('select from public.agents')).rows).toEqual([]);
});
