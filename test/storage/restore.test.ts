import { beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { migrationLockOf } from '../../src/storage/schema/migration-lock.ts';
import { migrateDatabase } from '../../src/storage/schema/prepare-database.ts';
import { agentAndSender, submitAccepted } from '../testkit/actors.ts';
import {
  backUp,
  connected,
  databaseForTest,
  everythingIn,
  inPieces,
  isUntouched,
  restore,
} from '../testkit/backups.ts';
import { eventually } from '../testkit/eventually.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';

const run = (url: string, sql: string) => connected(url, (client) => client.query(sql));

const anAgentIn = (url: string) =>
  run(
    url,
    `insert into agents (id, handle, display_name, created_at, updated_at)
    values ('00000000-0000-7000-8000-000000000001', 'was.here', 'Here', now(), now())`,
  );

describe('a restore', () => {
  const platform = platformForFile();
  let backup: Buffer = Buffer.alloc(0);

  beforeAll(async () => {
    const { agent, sender } = await agentAndSender(platform);
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    backup = await backUp(platform.databaseUrl);
  });

  it('refuses a database that is not empty, by what is in it, unless that is to be replaced', async () => {
    const url = await databaseForTest({ migrated: true });
    await anAgentIn(url);
    const before = await everythingIn(url);
    await expect(restore(url, backup)).rejects.toThrow(
      'The database is not empty: it has 1 agent, 0 senders and 0 requests. Restore into another one, or say --replace',
    );
    expect(await everythingIn(url)).toEqual(before);
    await restore(url, backup, { replace: true });
    expect((await everythingIn(url)).agents).toEqual((await everythingIn(platform.databaseUrl)).agents);
  });

  it('needs no telling where there are only empty tables, with what a first start leaves', async () => {
    const url = await databaseForTest();
    const fresh = await platformForTest({ databaseUrl: url });
    await fresh.stop();
    await restore(url, backup);
    expect((await everythingIn(url)).requests).toEqual((await everythingIn(platform.databaseUrl)).requests);
  });

  it('refuses while a node is at work there', async () => {
    await expect(restore(platform.databaseUrl, backup, { replace: true })).rejects.toThrow(
      /^A node is working on the database \(the last was heard of \d+ s ago\)\. Stop every node first/,
    );
  });

  it('refuses when a node has come to work there before it has the tables to itself', async () => {
    const url = await databaseForTest({ migrated: true });
    await anAgentIn(url);
    await connected(url, async (node) => {
      await node.query('begin');
      await node.query(
        "insert into nodes (id, seen_at) values ('00000000-0000-7000-8000-000000000002', clock_timestamp())",
      );
      const restoring = restore(url, backup, { replace: true });
      const refused = expect(restoring).rejects.toThrow(/^A node is working on the database/);
      await eventually(async () => {
        const { rows } = await run(
          url,
          'select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
        );
        expect(rows).not.toEqual([]);
      }, 30_000);
      await node.query('commit');
      await refused;
    });
    expect((await everythingIn(url)).agents).toHaveLength(1);
  });

  it('refuses while a node is migrating, and nodes that start wait for it', async () => {
    const url = await databaseForTest();
    await connected(url, async (client) => {
      await client.query(`select pg_advisory_lock(${migrationLockOf('clawcierge')})`);
      await expect(restore(url, backup)).rejects.toThrow('A node is migrating the database, or another restore is');
    });
    let started: ReturnType<typeof platformForTest> | null = null;
    async function* meanwhile() {
      for await (const piece of inPieces(backup, 500)) {
        started ??= platformForTest({ databaseUrl: url });
        yield piece;
      }
    }
    await restore(url, meanwhile());
    const node = await started;
    expect(node).not.toBeNull();
    expect((await everythingIn(url)).requests).toHaveLength(1);
  });

  it('has nodes wait that start while it has the tables locked, for as long as it takes, and say what for', async () => {
    const url = await databaseForTest({ migrated: true });
    const log = createRecordingLog();
    let looking: ReturnType<typeof migrateDatabase> | null = null;
    async function* meanwhile() {
      for await (const piece of inPieces(backup)) {
        looking ??= migrateDatabase({ link: createDatabaseLink(url), nodeTimeoutMs: 10_000, log });
        await eventually(() =>
          expect(log.lines.join()).toMatch(
            /waiting for a restore of the database to end.*"holder":"backend \d+ of \w+ \(clawcierge restore, /,
          ),
        );
        yield piece;
      }
    }
    await restore(url, meanwhile());
    expect(await looking).toMatchObject({ schema: 'clawcierge', fit: { pending: [] } });
  });

  it('names who keeps a table locked, and what to do about it', async () => {
    const url = await databaseForTest({ migrated: true });
    await connected(url, async (other) => {
      await other.query('begin; lock table requests in row exclusive mode');
      const wanted =
        /^Another session keeps table "requests" locked: backend (\d+) of \w+ \(clawcierge backup, idle in transaction for \d+ s\)\. Wait until it is done, or end it with "select pg_terminate_backend\(\1\)", then try again\.$/;
      await expect(restore(url, backup, { lockTimeout: '300ms' })).rejects.toThrow(wanted);
      await other.query('lock table requests in access exclusive mode');
      await expect(backUp(url, { lockTimeout: '300ms' })).rejects.toThrow(wanted);
    });
  });

  it('refuses tables of others, a newer schema, and what others have built on the tables', async () => {
    const foreign = await databaseForTest();
    await run(foreign, 'create schema clawcierge; create table clawcierge.agents (id int)');
    await expect(restore(foreign, backup)).rejects.toThrow(
      'The database has tables that are not of Clawcierge but have the same names: agents.',
    );
    const newer = await databaseForTest({ migrated: true });
    await run(newer, `insert into migrations (name) values ('9999-later')`);
    await expect(restore(newer, backup)).rejects.toThrow(
      'The database that should be restored into is of a newer version of Clawcierge: this one does not know 9999-later',
    );
    await expect(backUp(newer)).rejects.toThrow('The database is of a newer version of Clawcierge');
    await expect(backUp(foreign)).rejects.toThrow('There is nothing to back up');
    const viewed = await databaseForTest({ migrated: true });
    await run(viewed, 'create view report as select handle from agents');
    await expect(restore(viewed, backup)).rejects.toThrow(/view report depends on table agents\)\. Drop that first/);
  });

  it('says of a database that takes no writes what helps', async () => {
    const url = await databaseForTest();
    await run(
      url,
      `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
    );
    await expect(restore(url, backup)).rejects.toThrow(
      /^The database cannot be restored into: database "\w+" is read-only for user .* Turn it off there\.$/,
    );
  });

  it.each([false, true])(
    'that loses its connection in the middle leaves everything as it was (replace: %s)',
    async (replace) => {
      const url = await databaseForTest({ migrated: replace });
      if (replace) await anAgentIn(url);
      const before = replace ? await everythingIn(url) : {};
      async function* cutShort() {
        for await (const piece of inPieces(backup, backup.length - 20)) {
          yield piece;
          await run(
            url,
            `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
          );
        }
      }
      await expect(restore(url, cutShort(), { replace })).rejects.toThrow();
      // The last of those that end connections may end one of these.
      await eventually(async () => {
        expect(replace ? await everythingIn(url) : {}).toEqual(before);
        if (!replace) expect(await isUntouched(url)).toBe(true);
      });
    },
  );

  it('goes on with the numbers that the server gives to rows', async () => {
    const entry = `insert into audit_events (type, at, actor_kind, subject_kind, data)
      values ('audit.exported', now(), 'platform', 'trail', '{}') returning id::int`;
    const [from, to] = [await databaseForTest({ migrated: true }), await databaseForTest()];
    await run(from, entry);
    const [last] = (await run(from, entry)).rows;
    await restore(to, await backUp(from));
    const { rows } = await run(to, entry);
    expect(rows).toEqual([{ id: last.id + 1 }]);
  });
});
