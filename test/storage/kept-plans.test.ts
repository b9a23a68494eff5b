import pg from 'pg';
import { v7 as newId } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { countOf, idsOnPage } from '../../src/storage/audit/list-events.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { madeStatements } from '../../src/storage/statement.ts';
import { eventually } from '../testkit/eventually.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

const byKey = [...madeStatements].filter(([, { isByKey }]) => isByKey);

/** More rows than anybody would scan. */
const FILL = `
  insert into agents (id, handle, display_name, created_at, updated_at)
    select gen_random_uuid(), 'h.' || n, 'An agent', now(), now() from generate_series(1, 8000) n;
  insert into senders (id, display_name, created_at)
    select gen_random_uuid(), 'A sender', now() from generate_series(1, 8000) n;
  insert into api_keys (id, agent_id, hash, prefix, scopes, created_at)
    select gen_random_uuid(), id, sha256(handle::bytea), 'prefix', '{}', now() from agents;
  insert into capability_contracts (id, agent_id, version, is_active, capabilities, actions, created_at)
    select gen_random_uuid(), id, 1, true, '[]', '{}', now() from agents;
  insert into policy_sets (id, agent_id, version, is_active, default_action, rules, created_at)
    select gen_random_uuid(), id, 1, true, 'REJECT', '[]', now() from agents;
  insert into nodes (id, seen_at) values ('node', now());
  insert into channels (id, agent_id, node_id, api_key_id, transport, opened_at)
    select gen_random_uuid(), agent_id, 'node', id, 'websocket', now() from api_keys;
  insert into requests (id, status, action, params, handle, agent_id, sender_id, pipeline_log, attempts, deliveries,
      channel_id, revision, created_at, updated_at, expires_at, finished_at)
    select gen_random_uuid(), status, 'a', '{}', 'h', a.id, gen_random_uuid(), '[]', 1, '[]', c.id, 1, now(), now(), now(),
      case when status = 'COMPLETED' then now() end
    from agents a join channels c on c.agent_id = a.id,
      unnest(array['DISPATCHED', 'ACKED', 'COMPLETED', 'COMPLETED']) status
    where a.handle like 'h.1%';
  insert into audit_events (type, at, actor_kind, subject_kind, subject_id, agent_id, data)
    select case when handle like '%1' then 'agent.changed' else 'request.finished' end, now(), 'owner', 'agent', id, case when handle like '%0' then null else id end, '{}' from agents;
  analyze agents, senders, api_keys, capability_contracts, policy_sets, channels, requests, audit_events`;

describe('the plans of statements by key', () => {
  let storage: Storage;
  let client: pg.Client;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    storage = await createStorage({ link: createDatabaseLink(database.url), poolSize: 1, log: silentLog });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await storage.close();
    await drop();
  });

  /** As a connection of the pool makes it: of those values, or else of any. */
  const planOf = async (text: string, values?: unknown[]): Promise<string> => {
    const how = values === undefined ? 'generic_plan, costs off' : 'costs off';
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (${how}) ${text}`, values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };

  it('use an index for each table, and soon so where they were made on an empty one', async () => {
    await storage.requests.byId(newId());
    expect(await planOf(madeStatements.get('requests-by-ids')?.text ?? '')).toContain('Seq Scan');
    await client.query(FILL);

    expect(byKey.length).toBeGreaterThan(10);
    for (const [name, { text }] of byKey) {
      // Nodes, migrations and the server's databases are few, and always will be.
      const plan = (await planOf(text)).replaceAll(/Seq Scan on (nodes|migrations|pg_database)\b/g, 'Few rows');
      expect(plan, `${name}\n${plan}`).not.toContain('Seq Scan');
      const ways = plan.match(/Index (Only )?Scan|Bitmap Index Scan/g) ?? [];
      expect(plan.match(/Index Cond/g) ?? [], `${name}\n${plan}`).toHaveLength(ways.length);
    }
    await eventually(async () => {
      await storage.requests.byId(newId());
      const { rows } = await client.query(
        "select from pg_stat_user_indexes where indexrelname = 'requests_pkey' and idx_scan > 0",
      );
      expect(rows).toHaveLength(1);
    });

    // What is about somebody and no agent may be far back in the trail, or nowhere.
    const audience = { agentIds: [], senderId: null, subjectIds: [newId(), newId()] };
    const bounds = { from: null, to: null };
    for (const types of [undefined, ['key.revoked']]) {
      const queries = [
        idsOnPage({ audience, types }, { limit: 20 }, bounds),
        countOf({ audience, types }, bounds, 1_000),
      ];
      for (const query of queries) {
        const { sql: text, parameters } = query.compile();
        const plan = await planOf(text, [...parameters]);
        expect(plan).toMatch(/Index Cond: \(\(?subject_id = /);
        expect(plan).not.toMatch(/Seq Scan|audit_events_id_index/);
      }
    }

    // Of all there is, what is rare is found by its type, and what each request has among the newest.
    for (const [types, index] of [
      [['key.revoked', 'audit.pruned'], 'audit_events_rare_type_index'],
      [['request.finished'], 'audit_events_id_index'],
    ] as const) {
      const { sql: text, parameters } = idsOnPage({ audience: null, types }, { limit: 20 }, bounds).compile();
      const plan = await planOf(text, [...parameters]);
      expect(plan).toContain(index);
      expect(plan).not.toContain('Seq Scan');
    }
  });
});
