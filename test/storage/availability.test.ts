import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '../../src/application/ports/metrics.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json/json.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.ts';
import { migrateDatabase } from '../../src/storage/schema/prepare-database.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { silentLog } from '../testkit/postgres.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import {
  aConnectedAgent,
  aKey,
  anAgent,
  anApproval,
  aRequest,
  aRequestTo,
  expiredAs,
  HOLD_BOUNDS,
  NOW,
  stored,
  times,
} from './fixtures.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'clawcierge-away-'));
chmodSync(dataDir, 0o755);
const log = createRecordingLog();
let server: EmbeddedPostgres;
let storage: Storage;

beforeAll(async () => {
  server = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: false });
  await migrate();
  storage = await createStorage({ link: createDatabaseLink(server.databaseUrl), poolSize: 4, log });
});

afterAll(async () => {
  await storage.close();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const migrate = () => migrateDatabase({ link: createDatabaseLink(server.databaseUrl), nodeTimeoutMs: 10_000, log });

const everyKindOfCall = (): Record<string, () => Promise<unknown>> => ({
  ping: () => storage.ping(),
  migrate,
  insertAgent: () => storage.agents.insert(anAgent(), aKey()),
  agentByHandle: () => storage.agents.byHandle('someone'),
  agents: () => storage.agents.list({ words: ['x'] }, { limit: 1 }),
  apiKeyByHash: () => storage.apiKeys.byHash(aKey().hash),
  activeContracts: () => storage.documents.activeContracts([newId()]),
  publish: () => storage.documents.publishCapabilities(newId(), newId(), [], NOW),
  insert: () => storage.requests.insert(aRequest()),
  byId: () => storage.requests.byId(newId()),
  finish: () => storage.requests.finish(newId(), newId(), { status: 'COMPLETED', result: null }, NOW),
  expire: () => storage.requests.expire(expiredAs({ code: 'timeout', message: 'Late.' }), NOW, 1),
  list: () => storage.requests.list({}, { limit: 1 }),
  hold: () => storage.approvals.hold(aRequest({ status: 'AWAITING_APPROVAL' }), anApproval(), HOLD_BOUNDS),
  approval: () => storage.approvals.byId(newId()),
  insertChannel: () =>
    storage.presence.insertChannel(
      { id: newId(), agentId: newId(), nodeId: 'n', apiKeyId: newId(), transport: 'graphql', openedAt: NOW },
      1,
      NOW,
    ),
  areConnected: () => storage.presence.areConnected([newId()], NOW),
});

const failureOf = async (call: () => Promise<unknown>): Promise<unknown> =>
  call().then(
    () => 'no failure',
    (error: unknown) => error,
  );

describe('a database that goes away', () => {
  it('makes every call fail as unavailable, and all works again when it is back', async () => {
    const before = await stored(storage);
    await Promise.all(times(8, () => storage.ping()));
    await server.stop();
    for (const [name, call] of Object.entries(everyKindOfCall())) {
      const failure = await failureOf(call);
      expect(failure, name).toBeInstanceOf(UnavailableError);
      expect(failure, name).toMatchObject({ retryAfterSeconds: expect.toSatisfy((s) => s >= 1 && s <= 5) });
    }
    server = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: false });
    await eventually(() => storage.ping());
    for (const call of Object.values(everyKindOfCall())) await call();
    expect(await storage.requests.byId(before.id)).toEqual(before);
  });

  it('is told apart by callers that were in the middle of something, and takes no connection with it', async () => {
    const { agent } = await aConnectedAgent(storage);
    const publish = () => storage.documents.publishPolicies(newId(), agent.id, [], 'ALLOW', NOW);
    const addKey = () => storage.apiKeys.insert(agent.id, aKey(), { live: 1_000, ended: 100 }, NOW);
    for (const _ of times(3, String)) {
      const calls = times(40, () => [failureOf(publish), failureOf(addKey), failureOf(() => stored(storage))]).flat();
      const [, ...failures] = await Promise.all([server.stop(), ...calls]);
      for (const failure of failures) {
        if (failure !== 'no failure') expect(failure).toBeInstanceOf(UnavailableError);
      }
      server = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: false });
      await eventually(() => storage.ping());
    }
    await Promise.all(times(20, publish));
  });
});

describe('what goes outward and to the log', () => {
  it('never carries the URL, the password, a statement or a value', async () => {
    const password = new URL(server.databaseUrl).password;
    const secret = 'value-of-a-client';
    const twice = await aRequestTo(storage, { params: JsonText.of<JsonObject>({ secret }), action: secret });
    await storage.requests.insert(twice);
    const refused = await failureOf(() => storage.requests.insert(twice));
    const wrong = new URL(server.databaseUrl);
    wrong.password = 'wrong-password';
    const stranger = await createStorage({ link: createDatabaseLink(wrong.href), poolSize: 1, log });
    const denied = await failureOf(() => stranger.ping());
    const deniedByOrm = await failureOf(() => stranger.agents.byHandle(secret));
    await stranger.close();
    for (const error of [refused, denied, deniedByOrm]) {
      expect(error).toBeInstanceOf(Error);
      const text = `${String(error)} ${JSON.stringify(error)} ${error instanceof Error ? error.cause : ''}`;
      expect(text).not.toMatch(new RegExp(`${password}|wrong-password|${secret}|insert into|select|postgresql:`, 'i'));
    }
    expect(log.lines.join('\n')).not.toMatch(
      new RegExp(`${password}|wrong-password|${secret}|insert into|postgresql://`),
    );
    expect(refused).toMatchObject({ code: '23505', constraint: 'requests_pkey' });
    expect(denied).toMatchObject({ message: 'The database does not accept the user or the password (28P01).' });
  });

  it('does not wait for ever for a server that accepts and says nothing', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const address = mute.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const metrics = new Metrics();
    const waiting = await createStorage({
      link: createDatabaseLink(`postgres://u:p@127.0.0.1:${port}/db`),
      poolSize: 1,
      log,
      metrics,
    });
    const failure = await within(
      failureOf(() => waiting.ping()),
      'failure',
    );
    expect(failure).toBeInstanceOf(UnavailableError);
    expect(metrics.poolTimeouts.value).toBe(1);
    await waiting.close();
    mute.close();
  });
});
