import { createConnection, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { isNeeded } from '../../src/storage/schema/migration.ts';
import { openDatabase } from '../../src/storage/schema/open-database.ts';
import { silentLog } from '../testkit/postgres.ts';
import { runServerToItsEnd } from '../testkit/server-process.ts';
import { aUser, emptyDatabase } from './schema-fixtures.ts';

/** Changes bytes of what the server says, and not how many there are. */
async function liarBefore(databaseUrl: string, truth: string, lie: string): Promise<string> {
  const path = `${new URL(databaseUrl).searchParams.get('host')}/.s.PGSQL.5432`;
  const server = createServer((client) => {
    const upstream = createConnection(path);
    client.pipe(upstream);
    upstream.on('data', (data) => client.write(Buffer.from(data.toString('latin1').replaceAll(truth, lie), 'latin1')));
    for (const side of [client, upstream]) side.on('error', () => {});
    client.on('close', () => upstream.destroy());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = new URL(databaseUrl);
  url.search = '';
  url.host = `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return url.href;
}

/** The schemas whose agents can be searched by an index. */
const SEARCH_INDEX = `
  select relnamespace::regnamespace::text as of from pg_class where relname = 'agents_search_index' order by 1`;

const databaseIn = (url: string): string => new URL(url).pathname.slice(1);

describe('a database that cannot be used is refused before it is touched', () => {
  it('of an older server', async () => {
    const { url, client, migrate, schemas } = await emptyDatabase();
    const { rows } = await client.query<{ version: string }>(`select current_setting('server_version_num') as version`);
    const before = await schemas();
    const older = await liarBefore(url, rows[0]?.version ?? '', '140012');
    await expect(migrate({ link: createDatabaseLink(older) })).rejects.toThrow(
      /^the server is PostgreSQL .*, and 15 or newer is needed\. Use a newer server\.$/,
    );
    expect(await schemas()).toEqual(before);
  });

  it('with another encoding', async () => {
    const { client, url, migrate } = await emptyDatabase();
    const name = `${databaseIn(url)}_latin`;
    await client.query(`create database ${name} encoding 'LATIN1' template template0 locale 'C'`);
    onTestFinished(async () => {
      await client.query(`drop database ${name}`);
    });
    const latin = new URL(url);
    latin.pathname = `/${name}`;
    await expect(migrate({ link: createDatabaseLink(latin.href) })).rejects.toThrow(
      `database "${name}" has the encoding LATIN1`,
    );
  });

  it('that is read-only', async () => {
    const { client, url, migrate } = await emptyDatabase();
    await client.query(`alter database ${databaseIn(url)} set default_transaction_read_only = on`);
    await expect(migrate()).rejects.toThrow(
      /^database ".*" is read-only for user "postgres": default_transaction_read_only/,
    );
  });

  it('where the user may not make the schema', async () => {
    const { client, url, migrate, schemas } = await emptyDatabase();
    const user = await aUser(url);
    const before = await schemas();
    await expect(migrate({ link: user.link })).rejects.toThrow(
      `create schema "clawcierge" authorization "${user.name}"`,
    );
    expect(await schemas()).toEqual(before);
    // What the message says is enough, with the extension.
    await client.query(`create schema "clawcierge" authorization "${user.name}"`);
    await expect(migrate({ link: user.link })).rejects.toThrow(
      `database "${databaseIn(url)}" lacks the extension pg_trgm, and user "${user.name}" may not install it. Let an administrator run there: create extension pg_trgm`,
    );
    await client.query('create extension pg_trgm');
    expect((await migrate({ link: user.link })).fit.pending).toEqual([]);
  });

  it('where the user may make the schema nothing else is needed, and the extension is nobody’s', async () => {
    const { client, url, migrate } = await emptyDatabase();
    const [user, another] = [await aUser(url), await aUser(url)];
    await client.query(`grant create on database ${databaseIn(url)} to ${user.name}, ${another.name}`);
    expect((await migrate({ link: user.link })).schema).toBe('clawcierge');
    await migrate({ link: another.link, schema: 'staging' });
    const { rows } = await client.query(
      `select extnamespace::regnamespace::text as schema from pg_extension where extname = 'pg_trgm'`,
    );
    expect(rows).toEqual([{ schema: 'clawcierge_extensions' }]);
    await client.query('drop schema clawcierge cascade');
    expect((await client.query(SEARCH_INDEX)).rows).toEqual([{ of: 'staging' }]);
  });

  it('with the extension where the user may not use it, and says what helps', async () => {
    const { client, url, migrate, schemas } = await emptyDatabase();
    const user = await aUser(url);
    // As releases before made it where they might not create in public.
    await client.query('create schema clawcierge; create extension pg_trgm schema clawcierge');
    await client.query(`create schema staging authorization ${user.name}`);
    const before = await schemas();
    await expect(migrate({ link: user.link, schema: 'staging' })).rejects.toThrow(
      `user "${user.name}" may not use the extension pg_trgm, which is in schema "clawcierge". Let its owner run: grant usage on schema "clawcierge" to "${user.name}"`,
    );
    expect(await schemas()).toEqual(before);
    // docs/operations/databases.md
    await client.query('create schema clawcierge_extensions; grant usage on schema clawcierge_extensions to public');
    await migrate({ schema: 'clawcierge' });
    await client.query('alter extension pg_trgm set schema clawcierge_extensions');
    await migrate({ link: user.link, schema: 'staging' });
    expect((await client.query(SEARCH_INDEX)).rows).toEqual([{ of: 'clawcierge' }, { of: 'staging' }]);
  });

  it('and platforms that start at once in several schemas make it once', async () => {
    const { client, migrate } = await emptyDatabase();
    await Promise.all(['one', 'two', 'three'].map((schema) => migrate({ schema })));
    expect((await client.query(SEARCH_INDEX)).rows).toHaveLength(3);
  });

  it('where the user may not use the schema, or not create in it, or not change or write what is in it', async () => {
    const { client, url, migrate } = await emptyDatabase({ migrated: true });
    const user = await aUser(url);
    const as = { link: user.link, schema: 'clawcierge' };
    await expect(migrate(as)).rejects.toThrow(/may not use schema "clawcierge".*grant usage, create on schema/);
    await client.query(`grant usage on schema clawcierge to ${user.name}`);
    await expect(migrate(as)).rejects.toThrow(
      /may not read table "clawcierge"."admin_credential"\. If it is Clawcierge's, let its owner run: grant select/,
    );
    await client.query(`grant select on migrations to ${user.name}`);
    await expect(migrate(as)).rejects.toThrow(
      /may not read and write table "clawcierge"."admin_credential".*grant select, insert, update, delete on all tables/,
    );
    const older = {
      ...as,
      migrations: [...MIGRATIONS, { name: '9999-next', kind: 'expand', statements: [] } as const],
    };
    await expect(migrate(older)).rejects.toThrow(/may not create tables in schema "clawcierge"/);
    await client.query(`grant create on schema clawcierge to ${user.name}`);
    await expect(migrate(older)).rejects.toThrow(
      /^table "clawcierge"."admin_credential" belongs to "postgres", so user ".*" cannot bring it up to date\. Run "npm run migrate" as "postgres"/,
    );
    await client.query(`grant select, insert, update, delete on all tables in schema clawcierge to ${user.name}`);
    expect((await migrate(as)).fit.pending).toEqual([]);
  });

  it('with tables of somebody else in the schema, and says what helps', async () => {
    const { client, url, migrate, schemas } = await emptyDatabase();
    await client.query('create table public.agents (id int)');
    // As another tool's list of its own migrations is.
    await client.query('create table public.migrations (id int, name text)');
    await client.query(`insert into public.migrations values (1, '0001-theirs')`);
    const before = await schemas();
    await expect(migrate({ schema: 'public' })).rejects.toThrow(
      `schema "public" of database "${databaseIn(url)}" has a table "agents" that is not one of Clawcierge's. Name another schema in DATABASE_SCHEMA; it is created where it is missing.`,
    );
    expect(await schemas()).toEqual(before);
    // In a schema of its own nothing is in the way.
    expect((await migrate()).schema).toBe('clawcierge');
  });

  it('with tables in two schemas, of which nobody says which', async () => {
    const { migrate } = await emptyDatabase();
    await migrate({ schema: 'public' });
    expect((await migrate()).schema).toBe('public');
    await migrate({ schema: 'clawcierge' });
    await expect(migrate()).rejects.toThrow(/several schemas: clawcierge, public\. Say in DATABASE_SCHEMA/);
  });

  it('on older tables where the start may not change them, and names the command', async () => {
    const { url, migrate } = await emptyDatabase();
    const { code, output } = await runServerToItsEnd({ DATABASE_URL: url, MIGRATE_ON_START: 'false' });
    expect({ code, lines: output.trim().split('\n').length }).toEqual({ code: 1, lines: 1 });
    expect(output).toContain('Run "npm run migrate" before this release starts');
    // One that may be put off does not keep a node from starting.
    const last = MIGRATIONS.findLastIndex(isNeeded);
    await migrate({ migrations: MIGRATIONS.slice(0, last) });
    const opening = { databaseUrl: url, databaseSchema: undefined, migrateOnStart: false, nodeTimeoutSeconds: 10 };
    await expect(openDatabase({ ...opening, link: createDatabaseLink(url), log: silentLog })).rejects.toThrow(
      `of an earlier release: migration ${MIGRATIONS[last]?.name} was not run`,
    );
  });
});
