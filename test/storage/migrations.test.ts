import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { migrationFiles } from '../../scripts/migration-files.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage } from '../../src/storage/create-storage.ts';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { createOrm } from '../../src/storage/mikro-orm.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

describe('migrations', () => {
  it('are those of the folder, numbered one after the other', () => {
    const folder = fileURLToPath(new URL('../../src/storage/migrations', import.meta.url));
    const files = migrationFiles(folder);
    expect(files.map(({ stem }) => stem)).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(files.map(({ number }) => Number(number))).toEqual(files.map((_, index) => index + 1));
  });

  it('make what the entities say, nothing more and nothing less', async () => {
    const { url, drop } = await createTestDatabase();
    const orm = await createOrm({ link: createDatabaseLink(url), poolSize: 1, log: silentLog, sqlEcho: false });
    try {
      expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
    } finally {
      await orm.close();
      await drop();
    }
  });

  it('leave nodes of the version before able to write while nodes are replaced one by one', async () => {
    const { url, drop } = await createTestDatabase(inject('postgresUrl'), { migrated: false });
    const orm = await createOrm({ link: createDatabaseLink(url), poolSize: 1, log: silentLog, sqlEcho: false });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const columns = async () => {
      const { rows } = await client.query<{ name: string; type: string; isNeeded: boolean; table: string }>(
        `select table_name as table, table_name || '.' || column_name as name, udt_name as type,
          is_nullable = 'NO' and column_default is null and is_generated = 'NEVER' as "isNeeded"
        from information_schema.columns where table_schema = 'public'`,
      );
      return new Map(rows.map((column) => [column.name, column]));
    };
    try {
      let before = await columns();
      for (const { name } of MIGRATIONS) {
        await orm.migrator.up(name);
        const after = await columns();
        const tables = new Set([...before.values()].map(({ table }) => table));
        const gone = [...before.values()].filter((each) => after.get(each.name)?.type !== each.type);
        const needed = [...after.values()].filter((each) => {
          const wasNeeded = before.get(each.name)?.isNeeded ?? false;
          return tables.has(each.table) && each.isNeeded && !wasNeeded;
        });
        expect({ name, gone, needed }).toEqual({ name, gone: [], needed: [] });
        before = after;
      }
    } finally {
      await client.end();
      await orm.close();
      await drop();
    }
  });

  it('run once when several nodes start at once, even with one connection each', async () => {
    const { url, drop } = await createTestDatabase(inject('postgresUrl'), { migrated: false });
    const storages = await Promise.all(
      Array.from({ length: 4 }, () => createStorage({ link: createDatabaseLink(url), poolSize: 1, log: silentLog })),
    );
    try {
      await Promise.all(storages.map((storage) => storage.migrate()));
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query('select name from migrations');
      await client.end();
      expect(rows).toEqual(MIGRATIONS.map(({ name }) => ({ name })));
    } finally {
      await Promise.all(storages.map((storage) => storage.close()));
      await drop();
    }
  });
});
