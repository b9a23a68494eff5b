import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { migrateDatabase } from '../../src/storage/schema/prepare-database.ts';
import { type NetworkPostgres, networkPostgres } from '../testkit/network-postgres.ts';
import { silentLog } from '../testkit/postgres.ts';
import { pathOf } from './files.ts';

const PASSWORD = "of 'the' \\platform";
const hasPsql = spawnSync('psql', ['--version']).status === 0;

describe.skipIf(!hasPsql)('deploy/postgres/make-role.sh', () => {
  let server: NetworkPostgres;
  beforeAll(async () => {
    server = await networkPostgres();
    const made = spawnSync('/bin/sh', [pathOf('deploy/postgres/make-role.sh')], {
      encoding: 'utf8',
      env: {
        PATH: process.env.PATH,
        PGHOST: server.socketFolder,
        PGPORT: String(server.port),
        POSTGRES_USER: 'postgres',
        APPLICATION_PASSWORD: PASSWORD,
      },
    });
    expect(made).toMatchObject({ status: 0, stderr: '' });
  });
  afterAll(() => server.remove());

  const urlOf = (database: string) =>
    `postgresql://clawcierge:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/${database}`;
  const run = async (database: string, sql: string) => {
    const client = new pg.Client({ connectionString: urlOf(database) });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  it('makes a role that the platform can work as, and that is let into its own database alone', async () => {
    await migrateDatabase({ link: createDatabaseLink(urlOf('clawcierge')), nodeTimeoutMs: 10_000, log: silentLog });
    expect(await run('clawcierge', 'select count(*)::int as agents from clawcierge.agents')).toEqual([{ agents: 0 }]);
    for (const database of ['postgres', 'template1']) {
      await expect(run(database, 'select 1')).rejects.toThrow(/permission denied for database/);
    }
    for (const sql of ['drop database clawcierge', "select pg_read_file('pg_hba.conf')", 'create role another']) {
      await expect(run('clawcierge', sql)).rejects.toThrow(/must be owner|permission denied/);
    }
  });
});
