import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import type { Migration, NamedMigration } from '../../src/storage/schema/migration.ts';
import { eventually } from '../testkit/eventually.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { connectTo, emptyDatabase } from './schema-fixtures.ts';

const NEWEST = MIGRATIONS.at(-1)?.name ?? '';

/** The list of a later release, which has these besides. */
const releaseWith = (...added: readonly Migration[]): readonly NamedMigration[] => [
  ...MIGRATIONS,
  ...added.map((migration, index) => ({ ...migration, name: `999${index}-of-a-later-release` })),
];

const addColumn = (name: string): Migration => ({
  kind: 'expand',
  statements: [`alter table agents add ${name} text null`],
});

/** Takes away what nodes before the newest migration of today use. */
const contract = (
  changes: { readonly needs?: string; readonly isDeferrable?: boolean; readonly statements?: readonly string[] } = {},
): Migration => ({
  kind: 'contract',
  needs: NEWEST,
  isDeferrable: false,
  statements: ['alter table agents drop column last_heartbeat_at'],
  ...changes,
});

const QUICK = { lockTimeoutMs: 700, attempts: 2, pauseMs: 50 };

async function migratedDatabase() {
  const database = await emptyDatabase({ migrated: true });
  const { client } = database;
  return {
    ...database,
    /** A node's row, seen just now. */
    addNode: async (newestMigration: string | null): Promise<string> => {
      const id = newId();
      await client.query('insert into nodes (id, seen_at, newest_migration) values ($1, clock_timestamp(), $2)', [
        id,
        newestMigration,
      ]);
      return id;
    },
    columns: async (table: string): Promise<readonly string[]> => {
      const { rows } = await client.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
        [table],
      );
      return rows.map(({ name }) => name);
    },
    recorded: async () => {
      const { rows } = await client.query<{ name: string; needs: string | null }>(
        'select name, needs from migrations order by id offset $1',
        [MIGRATIONS.length],
      );
      return rows;
    },
  };
}

describe('a lock that somebody else holds', () => {
  it('is given up within the time-out, tried again, and in the end told with the table and the session', async () => {
    const { url, client, migrate, columns } = await migratedDatabase();
    const holder = await connectTo(url);
    await holder.query("begin; set local application_name = 'a long report'; lock table agents in access share mode");
    const log = createRecordingLog();
    const migrations = releaseWith(addColumn('one'), addColumn('two'));
    const refused = migrate({ migrations, log, patience: QUICK });
    await expect(refused).rejects.toThrow(
      /^migration 9990-of-a-later-release did not get the lock of agents in 2 attempts of 0\.7 s each, because of backend \d+ of postgres \(a long report, idle in transaction .*nothing is half done\.$/,
    );
    expect(log.lines.filter((line) => line.includes('waits for a lock'))).toHaveLength(1);
    expect(await columns('agents')).not.toContain('one');
    // Meanwhile whoever writes is not held up by it.
    await client.query('update agents set handle = handle');
    await holder.query('rollback');
    await migrate({ migrations, log, patience: QUICK });
    expect(await columns('agents')).toEqual(expect.arrayContaining(['one', 'two']));
  });

  it('is taken at the next attempt when it is let go', async () => {
    const { url, migrate, recorded } = await migratedDatabase();
    const holder = await connectTo(url);
    await holder.query('begin; lock table agents in access share mode');
    const log = createRecordingLog();
    const migrated = migrate({ migrations: releaseWith(addColumn('one')), log, patience: { ...QUICK, attempts: 100 } });
    await eventually(() => expect(log.lines.join()).toContain('a migration waits for a lock'), 30_000);
    await holder.query('rollback');
    await migrated;
    expect(await recorded()).toHaveLength(1);
  });
});

describe('a lock of whoever waits for one of ours', () => {
  it('is tried again, after ours were let go', async () => {
    const { url, client, migrate, recorded } = await migratedDatabase();
    const [gate, writer] = [await connectTo(url), await connectTo(url)];
    await gate.query('select pg_advisory_lock(4711)');
    const untilWaited = (locktype: string) =>
      eventually(async () => {
        const { rows } = await client.query(
          `select from pg_locks where not granted and locktype = $1
            and database = (select oid from pg_database where datname = current_database())`,
          [locktype],
        );
        expect(rows).toHaveLength(1);
      }, 30_000);
    const log = createRecordingLog();
    const both: Migration = {
      kind: 'expand',
      statements: [
        'alter table agents add one text null',
        'select pg_advisory_xact_lock(4711)',
        'alter table senders add two text null',
      ],
    };
    const patience = { lockTimeoutMs: 30_000, attempts: 3, pauseMs: 50 };
    const migrated = migrate({ migrations: releaseWith(both), log, patience });
    await untilWaited('advisory');
    // The migration is the one that notices that neither can go on.
    await writer.query(`set deadlock_timeout = '5min'; begin; lock table senders in row exclusive mode`);
    const written = writer.query('lock table agents in row share mode');
    await untilWaited('relation');
    await gate.query('select pg_advisory_unlock(4711)');
    await written;
    await writer.query('commit');
    await migrated;
    expect(await recorded()).toHaveLength(1);
    expect(log.lines.filter((line) => line.includes('waits for a lock'))).toHaveLength(1);
  });
});

describe('an index that is made while its table is written to', () => {
  const index: Migration = { kind: 'expand', indexes: [{ name: 'agents_later_index', on: '"agents" ("updated_at")' }] };
  const isValid = `select indisvalid as "isValid" from pg_index where indexrelid = 'agents_later_index'::regclass`;

  it('holds up no write, although it waits for one', async () => {
    const { url, client, migrate } = await migratedDatabase();
    const writer = await connectTo(url);
    await writer.query('begin; update agents set handle = handle');
    const migrated = migrate({ migrations: releaseWith(index) });
    await eventually(async () => {
      const { rows } = await client.query('select from pg_stat_progress_create_index');
      expect(rows).toHaveLength(1);
    }, 30_000);
    await client.query('update agents set handle = handle');
    await writer.query('commit');
    await migrated;
    expect((await client.query(isValid)).rows).toEqual([{ isValid: true }]);
  });

  it('is made anew where it was left unfinished, and used as it is where it was finished', async () => {
    const { client, migrate, recorded } = await migratedDatabase();
    await client.query('create index agents_later_index on agents (updated_at)');
    await client.query(`update pg_index set indisvalid = false where indexrelid = 'agents_later_index'::regclass`);
    await migrate({ migrations: releaseWith(index) });
    const { rows } = await client.query(isValid);
    expect(rows).toEqual([{ isValid: true }]);
    // As if the process had ended before it recorded that.
    await client.query('delete from migrations where name like $1', ['999%']);
    const { rows: before } = await client.query(`select 'agents_later_index'::regclass::oid as oid`);
    await migrate({ migrations: releaseWith(index) });
    expect((await client.query(`select 'agents_later_index'::regclass::oid as oid`)).rows).toEqual(before);
    expect(await recorded()).toHaveLength(1);
  });
});

describe('a migration that nodes of earlier releases could not work after', () => {
  it('is run when every live node knows what it needs, and records that', async () => {
    const { client, migrate, addNode, columns, recorded } = await migratedDatabase();
    await addNode(NEWEST);
    const dead = await addNode(null);
    await client.query(`update nodes set seen_at = seen_at - interval '1 minute' where id = $1`, [dead]);
    await migrate({ migrations: releaseWith(contract()) });
    expect(await columns('agents')).not.toContain('last_heartbeat_at');
    expect(await recorded()).toEqual([{ name: '9990-of-a-later-release', needs: NEWEST }]);
  });

  it('is put off with what follows it, where the release works without', async () => {
    const { client, migrate, addNode, columns } = await migratedDatabase();
    const [silent, older] = [await addNode(null), await addNode('0001-create-tables')];
    const log = createRecordingLog();
    const deferrable = contract({ isDeferrable: true });
    const migrations = releaseWith(addColumn('one'), deferrable, { ...deferrable, statements: [] });
    const { fit } = await migrate({ migrations, log });
    expect(fit.missing).toEqual([]);
    expect(fit.pending.map(({ name }) => name)).toEqual(['9991-of-a-later-release', '9992-of-a-later-release']);
    expect(await columns('agents')).toEqual(expect.arrayContaining(['one', 'last_heartbeat_at']));
    const [told] = log.lines.filter((line) => line.includes('put off'));
    expect(told).toContain(`${silent} (an earlier release)`);
    expect(told).toContain(`${older} (knows up to 0001-create-tables)`);
    await client.query('delete from nodes');
    expect((await migrate({ migrations, log })).fit.pending).toEqual([]);
  });

  it('waits for such nodes to be dead, and is refused with their names when they live on', async () => {
    const { client, migrate, addNode, columns } = await migratedDatabase();
    const id = await addNode(null);
    const log = createRecordingLog();
    const migrations = releaseWith(contract());
    const waiting = migrate({ migrations, log, nodeTimeoutMs: 3_000 });
    await eventually(() => expect(log.lines.join()).toContain('a migration waits for nodes'), 30_000);
    await waiting;
    expect(await columns('agents')).not.toContain('last_heartbeat_at');
    await client.query(`update nodes set seen_at = clock_timestamp() + interval '1 hour' where id = $1`, [id]);
    const another = releaseWith(contract(), contract({ needs: '9990-of-a-later-release' }));
    await expect(migrate({ migrations: another, nodeTimeoutMs: 0, patience: { nodesMs: 0 } })).rejects.toThrow(
      `migration 9991-of-a-later-release would break nodes that are running: ${id} (an earlier release). Replace them by a release that knows 9990-of-a-later-release first, or stop them.`,
    );
  });

  it('is not run where one of them starts in the middle of it', async () => {
    const { url, client, migrate, columns } = await migratedDatabase();
    const holder = await connectTo(url);
    await holder.query('begin; lock table senders in access exclusive mode');
    const migrations = releaseWith(
      contract({
        isDeferrable: true,
        statements: ['alter table agents drop column last_heartbeat_at', 'select count(*) from senders'],
      }),
    );
    const migrated = migrate({ migrations, patience: { ...QUICK, lockTimeoutMs: 60_000 } });
    await eventually(async () => {
      const { rows } = await client.query(`select from pg_locks where not granted and relation = 'senders'::regclass`);
      expect(rows).toHaveLength(1);
    }, 30_000);
    await client.query(`insert into nodes (id, seen_at) values ('came meanwhile', clock_timestamp())`);
    await holder.query('rollback');
    expect((await migrated).fit.pending).toHaveLength(1);
    expect(await columns('agents')).toContain('last_heartbeat_at');
  });
});

it('what a failed migration did is undone, the ones before it stay, and the message says which statement it was', async () => {
  const { client, migrate, columns, recorded } = await migratedDatabase();
  const broken: Migration = {
    kind: 'expand',
    statements: ['alter table agents add two text null', 'alter table agents add two int null'],
  };
  await expect(migrate({ migrations: releaseWith(addColumn('one'), broken) })).rejects.toThrow(
    'migration 9991-of-a-later-release failed at its statement 2 of 2: column "two" of relation "agents" already exists',
  );
  expect(await columns('agents')).toContain('one');
  expect(await columns('agents')).not.toContain('two');
  expect(await recorded()).toHaveLength(1);
  // Values of senders and agents are in no message.
  await client.query(`insert into senders values ('00000000-0000-7000-8000-000000000000', 'a secret', now())`);
  const cast: Migration = { kind: 'expand', statements: ['select display_name::int from senders'] };
  await expect(migrate({ migrations: releaseWith(addColumn('one'), cast) })).rejects.toThrow(
    /^migration 9991-of-a-later-release failed at its statement 1 of 1: The database refused a statement \(22P02\)\.$/,
  );
});
