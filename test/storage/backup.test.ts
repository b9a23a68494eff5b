import { describe, expect, it } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { writeBackup } from '../../src/storage/backup/write-backup.ts';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { createOrm } from '../../src/storage/mikro-orm.ts';
import { migrateDatabase } from '../../src/storage/schema/prepare-database.ts';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  readRequest,
  registerSender,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import {
  backUp,
  connected,
  databaseForTest,
  everythingIn,
  inPieces,
  restore,
  rowCountsIn,
} from '../testkit/backups.ts';
import { eventually } from '../testkit/eventually.ts';
import { platformForTest } from '../testkit/platform.ts';
import { silentLog } from '../testkit/postgres.ts';

/** The ORM looks for tables nowhere else. */
const IN_ORM = 'public';

/** Against the entities, by the ORM itself: nothing when every migration has run. */
async function differencesIn(url: string): Promise<string> {
  const orm = await createOrm({
    link: createDatabaseLink(url),
    schema: IN_ORM,
    poolSize: 1,
    log: silentLog,
    sqlEcho: false,
  });
  try {
    return await orm.schema.getUpdateSchemaSQL();
  } finally {
    await orm.close();
  }
}

/** Each request is a new sender's, so that whoever looks at senders first and at requests later sees strangers. */
function sendAllTheWhile(platform: Awaited<ReturnType<typeof platformForTest>>, agent: { readonly handle: string }) {
  let isOver = false;
  let taken = 0;
  const run = async () => {
    while (!isOver) {
      const sender = await registerSender(platform);
      await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
      taken += 1;
    }
  };
  const done = Promise.all([run(), run(), run()]);
  return {
    taken: () => taken,
    stop: () => {
      isOver = true;
      return done;
    },
  };
}

/** 1,000 requests of 32 kB. */
const fill = (url: string) =>
  connected(url, (client) =>
    client.query(
      `insert into requests (id, status, action, params, handle, agent_id, sender_id, pipeline_log, attempts,
        deliveries, revision, created_at, updated_at, expires_at)
      select gen_random_uuid(), 'PENDING', 'a', to_json(repeat(md5(n::text), 1000)), 'h', gen_random_uuid(),
        gen_random_uuid(), '[]', 0, '[]', 0, now(), now(), now()
      from generate_series(1, 1000) as n`,
    ),
  );

const anAgentIn = (url: string) =>
  connected(url, (client) =>
    client.query(
      `insert into agents (id, handle, display_name, created_at, updated_at)
      values ('00000000-0000-7000-8000-000000000001', 'old.agent', 'Old', now(), now())`,
    ),
  );

describe('a backup', () => {
  it('of a platform at work is of one moment, and what was open goes on where it is restored', async () => {
    const original = await platformForTest();
    const { agent, sender } = await agentAndSender(original);
    const channel = await openChannel(original, agent);
    const done = await submitAccepted(original, agent, sender);
    await channel.received(done.id);
    await acknowledge(original, agent, done.id);
    await complete(original, agent, done.id, { event_id: 'evt-1' });
    const delivered = await submitAccepted(original, agent, sender);
    await channel.received(delivered.id);
    const { agent: busy } = await agentAndSender(original);
    const senders = sendAllTheWhile(original, busy);
    await eventually(() => expect(senders.taken()).toBeGreaterThan(10), 30_000);
    const before = senders.taken();
    const backup = await backUp(original.databaseUrl);
    const after = senders.taken();
    await senders.stop();

    const url = await databaseForTest();
    await restore(url, backup);
    const { rows } = await connected(url, (client) =>
      client.query<{ strangers: number; requests: number; channels: number }>(
        `select count(*)::int as requests,
          count(*) filter (where not exists (select from senders s where s.id = r.sender_id)
            or not exists (select from agents a where a.id = r.agent_id))::int as strangers,
          (select count(*)::int from channels) as channels
        from requests r`,
      ),
    );
    const requests = rows[0]?.requests ?? 0;
    expect(rows).toEqual([{ strangers: 0, channels: 0, requests: rowCountsIn(backup).requests }]);
    // Those that were taken before the backup began are in it; of those under way then, as many as their senders.
    expect(requests).toBeGreaterThanOrEqual(before + 2);
    expect(requests).toBeLessThanOrEqual(after + 2 + 3);

    const restored = await platformForTest({ databaseUrl: url });
    expect(await readRequest(restored, done.id, sender)).toEqual(await readRequest(original, done.id, sender));
    const again = await openChannel(restored, agent);
    expect(await again.received(delivered.id, 30_000)).toMatchObject({ action: 'calendar.schedule' });
  });

  it('restores every value as it was, and leaves out sessions, nodes and channels', async () => {
    const original = await databaseForTest({ migrated: true });
    const platform = await platformForTest({ databaseUrl: original });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    await logIn(platform);
    const title = 'a\\.\n\\.\n\ttab \\N "quoted" \u2028 žlutý 🐎 \r\n\\.';
    await submitAccepted(platform, agent, sender, { params: { title, duration_minutes: 30 } });
    await submit(platform, agent, sender, { params: { title: '\\.', duration_minutes: 999 } });
    const running = await backUp(original);
    // Keys tell later when they were used.
    await platform.stop();
    const url = await databaseForTest();
    const from = await everythingIn(original);
    const backup = await backUp(original);
    await restore(url, backup, { schema: IN_ORM });
    const to = await everythingIn(url);
    expect(Object.keys(to).sort()).toEqual(Object.keys(from).sort());
    for (const table of Object.keys(rowCountsIn(backup))) expect(to[table]).toEqual(from[table]);
    await restore(url, running, { replace: true, schema: IN_ORM });
    const { rows } = await connected(url, (client) =>
      client.query(
        `select (select count(*) from admin_sessions) + (select count(*) from nodes) + (select count(*) from channels)
          as count, (select array_agg(name order by id) from migrations) as migrations`,
      ),
    );
    expect(rows).toEqual([{ count: '0', migrations: MIGRATIONS.map(({ name }) => name) }]);
    expect(await differencesIn(url)).toBe('');
  });

  it('that begins while a restore replaces the tables has what was restored', async () => {
    const url = await databaseForTest({ migrated: true });
    await anAgentIn(url);
    const before = await backUp(url);
    const begun = Promise.withResolvers<Buffer>();
    async function* meanwhile() {
      yield* inPieces(before);
      begun.resolve(backUp(url));
      await eventually(async () => {
        const { rows } = await connected(url, (client) =>
          client.query(
            'select from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())',
          ),
        );
        expect(rows).not.toEqual([]);
      }, 30_000);
    }
    await restore(url, meanwhile(), { replace: true });
    const after = await begun.promise;
    expect(rowCountsIn(after)).toEqual(rowCountsIn(before));
  });

  it('of an older schema is restored as it was and then migrated', async () => {
    const old = await databaseForTest();
    await migrateDatabase({
      link: createDatabaseLink(old),
      migrations: MIGRATIONS.slice(0, 4),
      nodeTimeoutMs: 10_000,
      log: silentLog,
    });
    await anAgentIn(old);
    const url = await databaseForTest();
    await restore(url, await backUp(old), { schema: IN_ORM });
    expect(await differencesIn(url)).toBe('');
    const { rows } = await connected(url, (client) => client.query('select handle, search_text from agents'));
    expect(rows).toEqual([{ handle: 'old.agent', search_text: 'old.agent old ' }]);
  });

  it('reads no further than it is written, so that its size does not matter', async () => {
    const url = await databaseForTest({ migrated: true });
    await fill(url);
    const written = { tables: 0, rows: 0, bytes: 0 };
    await connected(url, async (client) => {
      const content = writeBackup(client, { platformVersion: '1.2.3', schema: undefined, written });
      // Takes a few rows of the 32 MB, and then nothing.
      while (written.rows < 3) await content.next();
      await eventually(async () => {
        const { rows } = await connected(url, (other) =>
          other.query(
            `select wait_event from pg_stat_activity where query like 'copy (select%requests%' and state = 'active'`,
          ),
        );
        expect(rows).toEqual([{ wait_event: 'ClientWrite' }]);
      }, 30_000);
      expect(written.bytes).toBeLessThan(1_048_576);
      let more = await content.next();
      while (more.done !== true) more = await content.next();
    });
    expect(written.rows).toBe(1_000);
    expect(written.bytes).toBeGreaterThan(32_000_000);
  });

  it('fails when its connection is lost, instead of ending early', async () => {
    const url = await databaseForTest({ migrated: true });
    await fill(url);
    const written = { tables: 0, rows: 0, bytes: 0 };
    const lost = connected(url, async (client) => {
      const content = writeBackup(client, { platformVersion: '1.2.3', schema: undefined, written });
      while (written.rows < 3) await content.next();
      await connected(url, (other) =>
        other.query(`select pg_terminate_backend(pid) from pg_stat_activity where query like 'copy (select%requests%'`),
      );
      let more = await content.next();
      while (more.done !== true) more = await content.next();
    });
    await expect(lost).rejects.toThrow();
    expect(written.rows).toBeLessThan(1_000);
  });
});
