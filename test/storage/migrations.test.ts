import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { migrationFiles } from '../../scripts/migration-files.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { createOrm } from '../../src/storage/mikro-orm.ts';
import { silentLog } from '../testkit/postgres.ts';
import { emptyDatabase } from './schema-fixtures.ts';

describe('migrations', () => {
  it('are those of the folder, numbered one after the other', () => {
    const folder = fileURLToPath(new URL('../../src/storage/migrations', import.meta.url));
    const files = migrationFiles(folder);
    expect(files.map(({ stem }) => stem)).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(files.map(({ number }) => Number(number))).toEqual(files.map((_, index) => index + 1));
  });

  it('name an earlier migration where they need nodes to know one', () => {
    const names = MIGRATIONS.map(({ name }) => name);
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (migration.kind === 'contract') expect(names.slice(0, index), migration.name).toContain(migration.needs);
    }
  });

  it('make what the entities say, nothing more and nothing less', async () => {
    const { migrate, url } = await emptyDatabase();
    // The ORM looks for tables nowhere else.
    await migrate({ schema: 'public' });
    const orm = await createOrm({
      link: createDatabaseLink(url),
      schema: 'public',
      poolSize: 1,
      log: silentLog,
      sqlEcho: false,
    });
    onTestFinished(() => orm.close());
    expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
  });

  it('that expand leave nodes of the release before able to write while nodes are replaced one by one', async () => {
    const { client, migrate } = await emptyDatabase();
    const columns = async () => {
      const { rows } = await client.query<{ name: string; type: string; isNeeded: boolean; table: string }>(
        `select table_name as table, table_name || '.' || column_name as name, udt_name as type,
          is_nullable = 'NO' and column_default is null and is_generated = 'NEVER' as "isNeeded"
        from information_schema.columns where table_schema = 'clawcierge'`,
      );
      return new Map(rows.map((column) => [column.name, column]));
    };
    let before = await columns();
    for (const [index, { name, kind }] of MIGRATIONS.entries()) {
      await migrate({ migrations: MIGRATIONS.slice(0, index + 1) });
      const after = await columns();
      const tables = new Set([...before.values()].map(({ table }) => table));
      const gone = [...before.values()].filter((each) => after.get(each.name)?.type !== each.type);
      const needed = [...after.values()].filter((each) => {
        const wasNeeded = before.get(each.name)?.isNeeded ?? false;
        return tables.has(each.table) && each.isNeeded && !wasNeeded;
      });
      if (kind === 'expand') expect({ name, gone, needed }).toEqual({ name, gone: [], needed: [] });
      before = after;
    }
  });

  it('make the same tables whether they are run at once or one after the other', async () => {
    const [atOnce, oneByOne] = [await emptyDatabase(), await emptyDatabase()];
    await atOnce.migrate();
    for (const index of MIGRATIONS.keys()) await oneByOne.migrate({ migrations: MIGRATIONS.slice(0, index + 1) });
    const described = async (client: pg.Client) => {
      const { rows } = await client.query(
        `select pg_get_indexdef(indexrelid) as text from pg_index where indrelid::regclass::text not like 'pg\\_%'
        union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
          where connamespace = 'clawcierge'::regnamespace
        order by 1`,
      );
      return rows;
    };
    expect(await described(oneByOne.client)).toEqual(await described(atOnce.client));
  });

  it('run once when several nodes start at once', async () => {
    const { client, migrate } = await emptyDatabase();
    await Promise.all(Array.from({ length: 4 }, () => migrate()));
    const { rows } = await client.query('select name from migrations order by id');
    expect(rows).toEqual(MIGRATIONS.map(({ name }) => ({ name })));
  });

  it('leave nothing where one of them fails on an empty database', async () => {
    const { client, migrate, schemas } = await emptyDatabase();
    const before = await schemas();
    const broken = [
      ...MIGRATIONS,
      { name: '9999-broken', kind: 'expand' as const, statements: ['select from nowhere'] },
    ];
    await expect(migrate({ migrations: broken })).rejects.toThrow(
      /^migration 9999-broken failed at its statement 1 of 1: relation "nowhere" does not exist$/,
    );
    expect(await schemas()).toEqual(before);
    const { rows } = await client.query(`select from pg_extension where extname = 'pg_trgm'`);
    expect(rows).toEqual([]);
  });
});
