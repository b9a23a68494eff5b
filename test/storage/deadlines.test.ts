import { setImmediate as nextTurn } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UnavailableError } from '../../src/domain/errors.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage } from '../../src/storage/create-storage.ts';
import { within } from '../testkit/eventually.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { proxiedDatabase } from '../testkit/proxied-database.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { aRequestTo, times } from './fixtures.ts';
import { emptyDatabase } from './schema-fixtures.ts';

const POOL = 4;

async function databaseForTest() {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  return url;
}

/** A store over links that a test can silence, all of which were used a moment ago. */
async function storeOverLinks() {
  const { proxy, url: databaseUrl } = await proxiedDatabase(await databaseForTest());
  const storage = await createStorage({
    link: createDatabaseLink(databaseUrl),
    poolSize: POOL,
    log: silentLog,
    statementTimeoutMs: 500,
  });
  onTestFinished(() => storage.close());
  await Promise.all(times(POOL, () => storage.ping()));
  return { proxy, storage };
}

describe('a link that is gone without a word', () => {
  it('is given up with all others that are as silent, and what comes after works', async () => {
    const { proxy, storage } = await storeOverLinks();
    proxy.silence();
    await expect(storage.ping()).rejects.toBeInstanceOf(UnavailableError);
    // Of the connections that nobody has used since, none is used again.
    await Promise.all(times(POOL * 3, () => storage.ping()));
  });

  it('leaves open what became of a change, which the same change finds out when it is made again', async () => {
    const { proxy, storage } = await storeOverLinks();
    const request = await aRequestTo(storage);
    proxy.stall();
    const stored = storage.requests.insert(request);
    await expect(stored).rejects.toBeInstanceOf(UnavailableError);
    // The statement arrives after all.
    proxy.resume();
    const again = await within(storage.requests.byId(request.id), 'answer');
    expect([request.id, undefined]).toContain(again?.id);
    await storage.requests.insert(request).catch((error: unknown) => expect(error).toMatchObject({ code: '23505' }));
    expect(await storage.requests.byId(request.id)).toMatchObject({ id: request.id, revision: 1 });
  });

  it('holds up no close', async () => {
    const { proxy, storage } = await storeOverLinks();
    proxy.silence();
    storage.hurry(200);
    const failures = await within(Promise.allSettled(times(POOL * 3, () => storage.ping())), 'end of the calls', 2_000);
    for (const failure of failures) expect(failure).toMatchObject({ reason: expect.any(UnavailableError) });
    await expect(storage.ping()).rejects.toBeInstanceOf(UnavailableError);
    await within(storage.close(), 'close', 5_000);
  });
});

describe('a node that stood still', () => {
  it('reads the answers that came meanwhile before it gives up anything', async () => {
    const { storage } = await storeOverLinks();
    const asked = times(POOL, () => storage.ping());
    // They are sent in this turn, and the node stands still, for longer than answers are waited for, in the next one.
    await nextTurn();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
    await Promise.all(asked);
  });
});

describe('a node that stops', () => {
  it('gives up a statement that is only slow, and goes on with the others', async () => {
    const url = await databaseForTest();
    const [storage, holder] = [
      await createStorage({ link: createDatabaseLink(url), poolSize: POOL, log: silentLog }),
      new pg.Client({ connectionString: url }),
    ];
    onTestFinished(() => storage.close());
    await holder.connect();
    onTestFinished(() => holder.end());
    await holder.query('begin; lock table clawcierge.agents');
    let isGivenUp = false;
    const slow = storage.agents.byHandle('nobody').finally(() => {
      isGivenUp = true;
    });
    storage.hurry(2_000);
    const others = (async () => {
      while (!isGivenUp) await storage.ping();
    })();
    await expect(slow).rejects.toBeInstanceOf(UnavailableError);
    await others;
    await storage.ping();
  });
});

describe('the lock under which tables are migrated', () => {
  it('is waited for, not for ever, and whoever gives up says what holds it', async () => {
    const { url, migrate } = await emptyDatabase();
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    const log = createRecordingLog();
    const { rows } = await holder.query<{ pid: number }>(
      `select pg_backend_pid() as pid, pg_advisory_lock($1, hashtext('clawcierge'))`,
      [0x636c6177],
    );
    await expect(migrate({ log, patience: { turnMs: 300 } })).rejects.toThrow(
      new RegExp(`another node has been migrating schema "clawcierge" .*backend ${rows[0]?.pid} `),
    );
    expect(log.lines.filter((line) => line.includes('waiting for another node'))).toHaveLength(1);
    const waiting = migrate({ log });
    await holder.end();
    await waiting;
  });
});
