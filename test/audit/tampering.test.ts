import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTrail } from '../../src/application/audit/check-trail.ts';
import { newId } from '../../src/domain/new-id.ts';
import { checkpointText, signedNote, verifierText } from '../../src/domain/signed-note.ts';
import { createSigner } from '../../src/signing/ed25519-signer.ts';
import { nth } from '../testkit/nth.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { auditNode, keyOf, write } from './trails.ts';

/** As many as CI has time for; `TAMPERINGS=1000` is what the design asks for. */
const TAMPERINGS = Number(process.env.TAMPERINGS ?? 120);
const TABLES = ['audit_events', 'audit_details', 'audit_leaves', 'audit_tiles', 'audit_heads', 'audit_checkpoints'];
/** A checkpoint's time is not signed, and details that are not found count as erased. */
const UNSEEN = ['audit_checkpoints.at', 'audit_details.entry_id'];

/** Another value of the type, also in place of none. */
const OTHER: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => `${column} || 'x'`,
  uuid: () => 'gen_random_uuid()',
  int8: (column) => `coalesce(${column}, 0) + 100000`,
  int4: (column) => `${column} + 1`,
  timestamptz: (column) => `${column} + interval '1 second'`,
  bytea: (column) => `coalesce(set_byte(${column}, 3, 255 - get_byte(${column}, 3)), '\\x00')`,
  jsonb: (column) => `${column} || '{"more": 1}'`,
  xid8: (column) => `((${column}::text)::bigint + 1000000)::text::xid8`,
};

describe('whoever changes the audit trail as a superuser', () => {
  let client: pg.Client;
  let node: Awaited<ReturnType<typeof auditNode>>;
  let drop: () => Promise<void>;
  let columns: readonly { readonly table: string; readonly name: string; readonly type: string }[] = [];
  let verifiers: readonly string[] = [];
  let since = '';
  let size = 0;

  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    node = await auditNode(database.url);
    const [agents, senders] = [
      [newId(), newId(), newId()],
      [newId(), newId()],
    ];
    for (let at = 0; at < 300; at += 1) {
      await write(client, { agentId: nth(agents, at % 3), senderId: nth(senders, at % 2), version: at });
      if (at % 60 === 59) await node.sealAll();
    }
    await node.sealAll();
    verifiers = [verifierText((await node.audit.begin()).origin, node.signer.publicKey)];
    since = (await node.audit.checkpoint())?.note ?? '';
    size = (await node.audit.checkpoint())?.size ?? 0;
    await client.query('set session_replication_role = replica');
    for (const table of TABLES) await client.query(`create table was_${table} as table ${table}`);
    const { rows } = await client.query(
      `select relname as table, attname as name, typname as type from pg_attribute a
      join pg_class c on c.oid = attrelid join pg_type t on t.oid = atttypid
      where relname = any($1) and attnum > 0 and relnamespace = current_schema()::regnamespace order by 1, attnum`,
      [TABLES],
    );
    columns = rows.filter(({ table, name }) => !UNSEEN.includes(`${table}.${name}`));
  });
  afterAll(async () => {
    await client.end();
    await node.close();
    await drop();
  });

  const undo = async () => {
    for (const table of TABLES) {
      await client.query(`delete from ${table}`);
      await client.query(`insert into ${table} select * from was_${table}`);
    }
  };
  const check = () => checkTrail(node.audit, { verifiers, since });
  const aRow = async (table: string) => {
    const { rows } = await client.query(`select ctid::text as at from ${table} order by random() limit 1`);
    return rows[0]?.at as string | undefined;
  };
  const indexOf = async (table: string, at: string): Promise<number | null> => {
    if (table !== 'audit_events' && table !== 'audit_leaves') return null;
    const joined = 'audit_leaves l join audit_events e using (xact, id)';
    const alias = table === 'audit_events' ? 'e' : 'l';
    return (await client.query(`select l.index::int from ${joined} where ${alias}.ctid = $1`, [at])).rows[0]?.index;
  };

  /** Each answers what was done, and at which entry, where it was at one. */
  const tamperings: readonly ((
    number: number,
  ) => Promise<{ readonly what: string; readonly index: number | null } | null>)[] = [
    async (number) => {
      const { table, name, type } = nth(columns, number % columns.length);
      const at = await aRow(table);
      if (at === undefined) return null;
      const index = await indexOf(table, at);
      await client.query(`update ${table} set "${name}" = ${OTHER[type]?.(`"${name}"`)} where ctid = $1`, [at]);
      return { what: `edit ${table}.${name}`, index };
    },
    async (number) => {
      const table = nth(['audit_events', 'audit_leaves', 'audit_tiles', 'audit_heads'], number % 4);
      const at = await aRow(table);
      if (at === undefined) return null;
      const index = await indexOf(table, at);
      await client.query(`delete from ${table} where ctid = $1`, [at]);
      return { what: `delete from ${table}`, index };
    },
    async () => {
      await client.query(
        `insert into audit_events select xact, id + 100000, gen_random_uuid(), type, at, node, actor_kind, actor_id, key_id,
          subject_kind, subject_id, agent_id, sender_id, request_id, data, details_digest
          from audit_events order by random() limit 1`,
      );
      return { what: 'insert an event', index: null };
    },
    async (number) => {
      const [one, other] = [number % size, (number * 7 + 1) % size];
      if (one === other) return null;
      await client.query(
        `update audit_leaves l set leaf = o.leaf from audit_leaves o
          where (l.index, o.index) in (($1::bigint, $2::bigint), ($2, $1))`,
        [one, other],
      );
      return { what: 'swap two entries', index: Math.min(one, other) };
    },
    async (number) => {
      const to = size - 1 - (number % 50);
      await client.query('delete from audit_leaves where index >= $1', [to]);
      await client.query('delete from audit_checkpoints where size > $1', [to]);
      return { what: 'truncate', index: null };
    },
    async () => {
      const stranger = createSigner(keyOf(9));
      const text = checkpointText({ origin: (await node.audit.begin()).origin, size, root: Buffer.alloc(32) });
      const note = signedNote(text, {
        name: (await node.audit.begin()).origin,
        publicKey: stranger.publicKey,
        sign: (bytes) => stranger.sign(bytes),
      });
      await client.query('update audit_checkpoints set note = $1 where size = $2', [note, size]);
      return { what: 'sign with another key', index: null };
    },
  ];

  it('is found out, and the first entry that is not right is named', async () => {
    expect(await check()).toEqual({ size, signedSize: size, problem: null });
    const unfound: string[] = [];
    for (let number = 0; number < TAMPERINGS; number += 1) {
      const kind = number % 2 === 0 ? 0 : 1 + (((number - 1) / 2) % (tamperings.length - 1));
      const done = await nth(tamperings, kind)(Math.floor(number / 2));
      if (done === null) continue;
      const { problem } = await check();
      const isNamed = done.index === null || problem?.from === done.index;
      if (problem === null || !isNamed) unfound.push(`${done.what} at ${done.index}: ${JSON.stringify(problem)}`);
      await undo();
    }
    expect(unfound).toEqual([]);
    expect((await check()).problem).toBeNull();
  });
});
