import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTrail } from '../../src/application/audit/check-trail.ts';
import { exportAudit } from '../../src/application/audit/export-audit.ts';
import { verifyExport } from '../../src/application/audit/verify-export.ts';
import { DETAILS_SALT_BYTES, detailsDigest } from '../../src/domain/audit-entry-text.ts';
import { leafHash, provesInclusion, type Subtree } from '../../src/domain/merkle.ts';
import { newId } from '../../src/domain/new-id.ts';
import { checkpointText, signedNote, verifierText } from '../../src/domain/signed-note.ts';
import { createSigner } from '../../src/signing/ed25519-signer.ts';
import { systemClock } from '../../src/system-clock.ts';
import { nth } from '../testkit/nth.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { auditNode, keyOf, write } from './trails.ts';

/** As many as CI has time for; `TAMPERINGS=1000` is what the design asks for. */
const TAMPERINGS = Number(process.env.TAMPERINGS ?? 120);
const TABLES = [
  'audit_events',
  'audit_details',
  'audit_leaves',
  'audit_tiles',
  'audit_heads',
  'audit_checkpoints',
  'audit_maps',
  'audit_map_tiles',
  'audit_cursor',
];
/**
 * A checkpoint's time is not signed, details that are not found count as erased, and `first` only says where to look in a map. Of the
 * cursor the size is the trail's; the rest says what to read next.
 */
const UNSEEN = [
  'audit_checkpoints.at',
  'audit_details.entry_id',
  'audit_map_tiles.first',
  'audit_cursor.id',
  'audit_cursor.system_identifier',
  'audit_cursor.xact',
  'audit_cursor.origin',
];
/** What an export has of the tables: what is changed there is found by whoever has the file and the key, and nothing else. */
const EXPORTED = ['audit_events', 'audit_details', 'audit_leaves'];
const DAY_MS = 86_400_000;

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
  let url = '';
  let columns: readonly { readonly table: string; readonly name: string; readonly type: string }[] = [];
  let verifiers: readonly string[] = [];
  let everybody: readonly string[] = [];
  let since = '';
  let size = 0;

  const writePersonal = async (agentId: string, senderId: string) => {
    const [salt, details] = [randomBytes(DETAILS_SALT_BYTES), { address: '192.0.2.7' }];
    const {
      rows: [entry],
    } = await client.query(
      `insert into audit_events (type, at, actor_kind, actor_id, key_id, subject_kind, subject_id, agent_id, sender_id, request_id, data, details_digest)
       values ('request.cancelled', now(), 'sender', $2, gen_random_uuid(), 'request', $3, $1, $2, $3, '{"status": "CANCELLED"}', $4) returning entry_id`,
      [agentId, senderId, newId(), detailsDigest(salt, details)],
    );
    await client.query('insert into audit_details (entry_id, salt, details) values ($1, $2, $3)', [
      entry?.entry_id,
      salt,
      details,
    ]);
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    url = database.url;
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    let ahead = 0;
    const clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + ahead) };
    node = await auditNode(database.url, { clock });
    const [agents, senders] = [
      [newId(), newId(), newId()],
      [newId(), newId()],
    ];
    everybody = [...agents, ...senders];
    for (let at = 0; at < 300; at += 1) {
      const [agentId, senderId] = [nth(agents, at % 3), nth(senders, at % 2)];
      if (at % 5 === 0) await writePersonal(agentId, senderId);
      else await write(client, { agentId, senderId, version: at });
      if (at % 60 === 59) await node.sealAll();
    }
    // The heads of the next day are among what is sealed.
    ahead = DAY_MS;
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
  const check = async () => {
    const checked = await checkTrail(node.audit, { verifiers, since });
    if (checked.problem !== null || checked.signedSize === checked.size) return checked;
    return { ...checked, problem: { from: checked.signedSize, to: checked.size, message: 'is not signed' } };
  };
  /** What somebody finds who asks for the heads of everybody, and goes by what was sealed. */
  const mapProblem = async (): Promise<string | null> => {
    try {
      const map = await node.audit.newestMap();
      const [place] = map === null ? [] : await node.audit.places(map.size, 1);
      const { root, audiences } = (place?.entry?.data ?? {}) as { readonly root?: string; readonly audiences?: number };
      if (map === null || place?.entry?.entryId !== map.entryId || root === undefined || audiences === undefined) {
        return 'there is no map';
      }
      const tree = { size: audiences, root: Buffer.from(root, 'base64') };
      const heads = await node.audit.mapHeads(map, everybody);
      if (heads.length !== everybody.length) return 'somebody is not in the map';
      const isProved = ({ text, place: index, path }: (typeof heads)[number]) =>
        provesInclusion(path, { leaf: leafHash(text), index, ...tree });
      return heads.every(isProved) ? null : 'a path leads elsewhere';
    } catch (error) {
      return String(error);
    }
  };
  /** What an operator finds who exports all of it, and verifies that by the key and the checkpoint that they kept. */
  const exportProblem = async (): Promise<string | null> => {
    try {
      await verifyExport(exported(), { keys: verifiers, since });
      return null;
    } catch (error) {
      return String(error);
    }
  };
  const exported = async function* (agentId: string | null = null) {
    const hashesOf = (subtrees: readonly Subtree[]) => node.audit.hashesOf(subtrees);
    const options = { keys: verifiers, hashesOf, agentId };
    for await (const line of exportAudit(node.archive, options)) yield JSON.stringify(line);
  };
  const aRow = async (table: string) => {
    const { rows } = await client.query(`select ctid::text as at from ${table} order by random() limit 1`);
    return rows[0]?.at as string | undefined;
  };
  const indexOf = async (table: string, at: string): Promise<number | null> => {
    const alias = { audit_events: 'e', audit_leaves: 'l', audit_details: 'd' }[table];
    if (alias === undefined) return null;
    const joined = 'audit_leaves l join audit_events e using (xact, id) left join audit_details d using (entry_id)';
    return (await client.query(`select l.index::int from ${joined} where ${alias}.ctid = $1`, [at])).rows[0]?.index;
  };

  /** Each answers what was done, and at which entry, where it was at one. */
  const tamperings: readonly ((
    number: number,
  ) => Promise<{ readonly what: string; readonly index: number | null; readonly isExported?: boolean } | null>)[] = [
    async (number) => {
      const { table, name, type } = nth(columns, number % columns.length);
      const at = await aRow(table);
      if (at === undefined) return null;
      const index = await indexOf(table, at);
      await client.query(`update ${table} set "${name}" = ${OTHER[type]?.(`"${name}"`)} where ctid = $1`, [at]);
      return { what: `edit ${table}.${name}`, index, isExported: EXPORTED.includes(table) };
    },
    async (number) => {
      const tables = TABLES.filter((each) => !['audit_details', 'audit_checkpoints', 'audit_cursor'].includes(each));
      const table = nth(tables, number % tables.length);
      const at = await aRow(table);
      if (at === undefined) return null;
      const index = await indexOf(table, at);
      await client.query(`delete from ${table} where ctid = $1`, [at]);
      return { what: `delete from ${table}`, index, isExported: EXPORTED.includes(table) };
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
      return { what: 'swap two leaves', index: Math.min(one, other), isExported: true };
    },
    async (number) => {
      const [one, other] = [number % size, (number * 11 + 3) % size];
      if (one === other) return null;
      const { rows } = await client.query(
        'delete from audit_leaves where index = any($1) returning index, xact::text, id',
        [[one, other]],
      );
      const { rows: leaves } = await client.query('select * from was_audit_leaves where index = any($1)', [
        [one, other],
      ]);
      for (const leaf of leaves) {
        const place = rows.find(({ index }) => index !== leaf.index);
        await client.query(
          'insert into audit_leaves select (jsonb_populate_record(l, $2)).* from was_audit_leaves l where index = $1',
          [leaf.index, { xact: place?.xact, id: place?.id }],
        );
      }
      return { what: 'let two entries change places', index: Math.min(one, other), isExported: true };
    },
    async () => {
      await client.query(
        `insert into audit_events select (jsonb_populate_record(e, $1)).* from audit_events e
        order by random() limit 1`,
        [{ id: 1_000_000, entry_id: newId() }],
      );
      await client.query(
        `insert into audit_leaves select (jsonb_populate_record(l, jsonb_build_object('index', $1::int, 'id', e.id, 'xact', e.xact::text))).*
          from audit_leaves l, audit_events e where l.index = $1 - 1 and e.id = 1000000`,
        [size],
      );
      await client.query('update audit_cursor set size = size + 1');
      return { what: 'append an entry that nobody signed', index: size };
    },
    async (number) => {
      const { rows } = await client.query('select size::int from audit_checkpoints order by size');
      const to = nth(rows, number % (rows.length - 1)).size;
      for (const table of ['leaves', 'heads']) await client.query(`delete from audit_${table} where index >= $1`, [to]);
      await client.query('delete from audit_checkpoints where size > $1', [to]);
      await client.query('delete from audit_tiles where (n + 1) * 256 > $1', [to]);
      await client.query(
        `delete from audit_events e where not exists (select from audit_leaves l where l.xact = e.xact and l.id = e.id)`,
      );
      await client.query('update audit_cursor set size = $1', [to]);
      return { what: 'take back all since a checkpoint', index: null, isExported: true };
    },
    async () => {
      const { rows } = await client.query('select size from audit_checkpoints order by random() limit 2');
      const sizes = rows.map((row) => row.size);
      await client.query(
        'update audit_checkpoints c set note = w.note from was_audit_checkpoints w where c.size = any($1) and w.size = any($1) and c.size <> w.size',
        [sizes],
      );
      return { what: 'swap two checkpoints', index: null };
    },
    async (number) => {
      // All of the past anew: only whoever kept the key, or a checkpoint, sees it.
      const key = keyOf(number % 2 === 0 ? 9 : 1);
      await client.query(
        `update audit_events set at = at - interval '1 hour' where id in (select id from audit_events order by random() limit 1)`,
      );
      for (const table of ['leaves', 'heads', 'tiles', 'checkpoints', 'maps', 'map_tiles']) {
        await client.query(`delete from audit_${table}`);
      }
      await client.query("update audit_cursor set size = 0, xact = '0'");
      const forger = await auditNode(url, { key });
      await forger.sealAll();
      await forger.close();
      return {
        what: `seal all of it anew, by ${number % 2 === 0 ? 'another' : 'the same'} key`,
        index: null,
        isExported: true,
      };
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
      return { what: 'sign with another key', index: null, isExported: true };
    },
  ];

  it('is found out, and the first entry that is not right is named', async () => {
    expect(await check()).toEqual({ size, signedSize: size, problem: null });
    expect([await mapProblem(), await exportProblem()]).toEqual([null, null]);
    const unfound: string[] = [];
    const [kinds, times] = [new Set<string>(), new Map<number, number>()];
    for (let number = 0; number < TAMPERINGS; number += 1) {
      const kind = number % 2 === 0 ? 0 : 1 + (((number - 1) / 2) % (tamperings.length - 1));
      const time = times.get(kind) ?? 0;
      times.set(kind, time + 1);
      const done = await nth(tamperings, kind)(time);
      if (done === null) continue;
      const { problem } = await check();
      const found = problem?.message ?? (await mapProblem());
      const isNamed = done.index === null || problem?.from === done.index;
      if (found === null || !isNamed) unfound.push(`${done.what} at ${done.index}: ${JSON.stringify(problem)}`);
      if (done.isExported && (await exportProblem()) === null) unfound.push(`${done.what} at ${done.index}, exported`);
      kinds.add(done.what);
      await undo();
    }
    expect(unfound).toEqual([]);
    expect(kinds.size).toBe(columns.length + 16);
    expect(await check()).toEqual({ size, signedSize: size, problem: null });
    expect([await mapProblem(), await exportProblem()]).toEqual([null, null]);
  });

  it('is found out in a file that was exported, whichever line was changed', async () => {
    const verified = async (lines: readonly string[]) => {
      const text = async function* () {
        yield* lines;
      };
      return verifyExport(text(), { keys: verifiers, since }).then(
        () => true,
        () => false,
      );
    };
    const unfound: string[] = [];
    // One agent's file has hashes for what is left out.
    for (const agentId of [null, nth(everybody, 0)]) {
      const lines: string[] = [];
      for await (const line of exported(agentId)) lines.push(line);
      expect(await verified(lines)).toBe(true);
      const isCheckpoint = (at: number) => lines[at]?.startsWith('{"kind":"checkpoint"') === true;
      for (let number = 0; number < TAMPERINGS / 4; number += 1) {
        // The first line is believed nothing; of checkpoints in between there may be more or fewer.
        const at = 1 + ((number * 37) % (lines.length - 1));
        const line = nth(lines, at);
        const ways: Record<string, readonly string[] | null> = {
          change: lines.with(at, flipped(line, number * 53)),
          omit: isCheckpoint(at) && at < lines.length - 1 ? null : lines.toSpliced(at, 1),
          repeat: isCheckpoint(at) ? null : lines.toSpliced(at, 0, line),
          move: at < 2 || isCheckpoint(at) ? null : lines.toSpliced(at, 1).toSpliced(at - 1, 0, line),
          cut: lines.slice(0, at),
        };
        for (const [way, changed] of Object.entries(ways)) {
          if (changed !== null && (await verified(changed))) unfound.push(`${way} line ${at}: ${line}`);
        }
      }
    }
    expect(unfound).toEqual([]);
  });
});

/** The line with another character at that place or the next one: not where base64 ends, of which not every bit says something. */
function flipped(line: string, from: number): string {
  let at = from % line.length;
  while (/^(=|.=|$)/.test(line.slice(at, at + 2))) at = (at + 1) % line.length;
  return line.slice(0, at) + (line[at] === 'A' ? 'B' : 'A') + line.slice(at + 1);
}
