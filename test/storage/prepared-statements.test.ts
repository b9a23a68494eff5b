import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/storage/database.ts';
import { statement, statementByKey } from '../../src/storage/statement.ts';
import { db } from '../../src/storage/tables.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { times } from './fixtures.ts';

const select = () =>
  db.selectFrom('nodes').select([sql<number>`pg_backend_pid()`.as('connection'), sql<unknown>`id`.as('id')]);

const BOTH = [statementByKey('test-kept', {}, select), statement('test-planned', {}, select)];

const DIVIDE = statementByKey('test-divide', { by: 'int' }, ({ by }) =>
  db.selectNoFrom([sql<number>`pg_backend_pid()`.as('connection'), sql<number>`1 / ${by}`.as('quotient')]),
);

const LARGE = statementByKey('test-large', { large: 'bigint' }, ({ large }) =>
  db.selectNoFrom([sql<number>`${large} + 1`.as('more'), sql<null>`null::bigint`.as('none')]),
);

const CONNECTIONS = 6;

describe('statements that are prepared on connections', () => {
  let pool: pg.Pool;
  let database: Database;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    const { url, drop: dropIt } = await createTestDatabase();
    drop = dropIt;
    pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
    // Dropping the database ends connections that are still about to end by themselves.
    pool.on('error', () => {});
    database = new Database(pool, silentLog);
    await pool.query(`insert into nodes (id, seen_at) values ('7', now())`);
  });
  afterEach(async () => {
    await pool.end();
    await drop();
  });

  const withAllConnections = async (text: string) => {
    const clients = await Promise.all(times(CONNECTIONS, () => pool.connect()));
    await Promise.all(clients.map((client) => client.query(text)));
    for (const client of clients) client.release();
  };

  it.each(BOTH)('are prepared again when somebody has discarded them: $name', async (made) => {
    await Promise.all(times(CONNECTIONS, () => database.run(made, {})));
    await withAllConnections('discard all');
    expect(await database.run(made, {})).toMatchObject([{ id: '7' }]);
  });

  it.each(BOTH)('are prepared again when their columns have changed: $name', async (made) => {
    await Promise.all(times(CONNECTIONS, () => database.run(made, {})));
    await pool.query('alter table channels drop constraint channels_node_id_foreign');
    await pool.query('alter table nodes alter column id type int using id::int');
    expect(await database.run(made, {})).toMatchObject([{ id: 7 }]);
  });

  it('take and answer whole numbers beyond 32 bits as numbers', async () => {
    expect(await database.run(LARGE, { large: 2 ** 32 })).toEqual([{ more: 2 ** 32 + 1, none: null }]);
  });

  it('cost no connection when they refuse a value', async () => {
    const [before] = await database.run(DIVIDE, { by: 1 });
    await expect(database.run(DIVIDE, { by: 0 })).rejects.toMatchObject({ code: '22012' });
    expect(await database.run(DIVIDE, { by: 1 })).toEqual([before]);
  });
});
