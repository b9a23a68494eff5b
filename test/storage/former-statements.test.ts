import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { createTestDatabase } from '../testkit/postgres.ts';

/** What releases before run while their nodes are replaced: by the newest migration that each knew. */
const FOLDER = fileURLToPath(new URL('./former-statements', import.meta.url));
const former = readdirSync(FOLDER).map((file) => ({
  release: file.replace(/\.json$/, ''),
  statements: Object.entries(JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as Readonly<Record<string, string>>),
}));

async function connect(): Promise<pg.Client> {
  const { url, drop } = await createTestDatabase();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(async () => {
    await client.end();
    await drop();
  });
  return client;
}

/** Those that the server does not plan on its tables, with what it says of them. */
async function refusedBy(client: pg.Client, statements: readonly (readonly [string, string])[]) {
  const refused: string[] = [];
  for (const [name, text] of statements) {
    await client
      .query(`explain (generic_plan, costs off) ${text}`)
      .catch((error: Error) => refused.push(`${name}: ${error.message}`));
  }
  return refused;
}

describe('nodes of a release before, on the tables of this one', () => {
  it.each(former)('have every statement planned: $release', async ({ release, statements }) => {
    expect(MIGRATIONS.map(({ name }) => name)).toContain(release);
    expect(statements.length).toBeGreaterThan(50);
    expect(await refusedBy(await connect(), statements)).toEqual([]);
  });

  it('would be noticed to miss a column, or what makes an insert do nothing twice', async () => {
    const client = await connect();
    const statements = former.flatMap((each) => each.statements);
    await client.query('alter table requests drop column revision');
    await client.query('alter table nodes drop constraint nodes_pkey cascade');
    const refused = await refusedBy(client, statements);
    expect(refused.some((each) => each.includes('revision'))).toBe(true);
    expect(refused.some((each) => each.includes('ON CONFLICT'))).toBe(true);
  });
});
