import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/domain/new-id.ts';
import {
  detailGiven,
  GIVEN_ENTRIES,
  noteEntries,
  noteFrom,
  noteGiven,
  toGiven,
} from '../../src/storage/audit/note-entries.ts';
import { Database } from '../../src/storage/database.ts';
import { rows } from '../../src/storage/parameters.ts';
import { statement } from '../../src/storage/statement.ts';
import { db } from '../../src/storage/tables.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

const AT = new Date('2026-11-29T12:00:00.000Z');
const SENDER = newId();

const DISABLE = statement(
  'test-disable-owners',
  { owners: rows({ id: 'uuid', senderId: 'uuid?' }), at: 'timestamptz' },
  ({ owners, at }) =>
    db
      .with('changed', () =>
        db
          .updateTable('owners as o')
          .from(owners.as('i'))
          .set({ display_name: null })
          .whereRef('o.id', '=', 'i.id')
          .where('o.display_name', 'is not', null)
          .returning(['o.id', 'i.senderId']),
      )
      .with('noted', (cte) =>
        noteFrom(cte.selectFrom('changed as c'), {
          type: 'request.redelivered',
          at,
          actor: { kind: 'sender', id: sql.ref<string | null>('c.senderId') },
          subject: { kind: 'owner', id: null },
          data: { attempt: 2 },
        }),
      )
      .selectFrom('changed')
      .select('changed.id'),
);

const IF_THERE = statement('test-note-if-there', { id: 'uuid', entries: GIVEN_ENTRIES }, ({ id, entries }) => {
  const isThere = db.selectFrom('owners').select('id').where('id', '=', id);
  return db
    .with('noted', () => noteGiven(entries, db.fn<boolean>('exists', [isThere])))
    .with('detailed', () => detailGiven(entries, db.fn<boolean>('exists', [isThere])))
    .selectFrom('owners')
    .select('id')
    .where('id', '=', id);
});

describe('entries of the audit trail', () => {
  let pool: pg.Pool;
  let database: Database;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const { url, drop: dropIt } = await createTestDatabase();
    drop = dropIt;
    pool = new pg.Pool({ connectionString: url, max: 4 });
    pool.on('error', () => {});
    database = new Database(pool, silentLog);
  });
  afterAll(async () => {
    await pool.end();
    await drop();
  });

  const entries = async () => (await pool.query('select * from audit_events order by id')).rows;
  const owner = async () => {
    const id = newId();
    await pool.query(`insert into owners (id, display_name, created_at) values ($1, 'Olga', now())`, [id]);
    return id;
  };
  const revoked = (id: string) =>
    ({
      type: 'key.revoked',
      at: AT,
      actor: { kind: 'owner', id, keyId: id },
      subject: { kind: 'key', id },
      details: { address: '192.0.2.7' },
    }) as const;

  it('are written for each row that the statement has changed', async () => {
    const [one, other] = [await owner(), await owner()];
    const before = (await entries()).length;
    await database.run(DISABLE, { owners: [{ id: one, senderId: SENDER }], at: AT });
    await database.run(DISABLE, { owners: [one, other].map((id) => ({ id, senderId: SENDER })), at: AT });
    const written = (await entries()).slice(before);
    expect(written).toHaveLength(2);
    expect(written[0]).toMatchObject({
      type: 'request.redelivered',
      at: AT,
      actor_kind: 'sender',
      actor_id: SENDER,
      key_id: null,
      subject_kind: 'owner',
      data: { attempt: 2 },
      details_digest: null,
    });
    expect(written[0].entry_id).not.toBe(written[1].entry_id);
    expect(BigInt(written[0].xact)).toBeLessThan(BigInt(written[1].xact));
  });

  it('are written, with their details, if the statement finds what they are about', async () => {
    const id = await owner();
    const before = (await entries()).length;
    await database.run(IF_THERE, { id: newId(), entries: [toGiven(revoked(id))] });
    await database.run(IF_THERE, { id, entries: [toGiven(revoked(id))] });
    const written = (await entries()).slice(before);
    expect(written).toMatchObject([{ type: 'key.revoked', key_id: id, data: {} }]);
    const { rows: details } = await pool.query('select * from audit_details where entry_id = $1', [
      written[0].entry_id,
    ]);
    expect(details).toMatchObject([{ details: { address: '192.0.2.7' } }]);
    expect(written[0].details_digest).toHaveLength(32);
  });

  it('are not there when their transaction is undone', async () => {
    const before = (await entries()).length;
    const failing = database.transaction('test-undone', async (connection) => {
      await noteEntries(connection, [revoked(SENDER)]);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow();
    await database.transaction('test-done', (connection) => noteEntries(connection, [revoked(SENDER)]));
    expect(await entries()).toHaveLength(before + 1);
  });

  it.each(['audit_events', 'audit_details', 'audit_leaves', 'audit_tiles', 'audit_heads', 'audit_checkpoints'])(
    'cannot be changed, deleted or truncated: %s',
    async (table) => {
      const digest = Buffer.alloc(32);
      const row: Record<string, [string, unknown[]]> = {
        audit_events: [
          'default, default, default, $1, now(), $1, $1, null, null, $1, null, null, null, null, $2',
          ['x', '{}'],
        ],
        audit_details: ['gen_random_uuid(), $1, $2', [digest, '{}']],
        audit_leaves: ['0, pg_current_xact_id(), 1, $1', [digest]],
        audit_tiles: ['0, 0, $1, $1', [digest]],
        audit_heads: ['gen_random_uuid(), 1, 0, $1', [digest]],
        audit_checkpoints: ['1, $1, $2, now()', [digest, 'note']],
      };
      const [values, given] = row[table] ?? ['', []];
      await pool.query(`insert into ${table} values (${values})`, given);
      const { rows: columns } = await pool.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0`,
        [table],
      );
      for (const { name } of columns) {
        await expect(pool.query(`update ${table} set "${name}" = "${name}"`), name).rejects.toThrow('are only added');
      }
      await expect(pool.query(`delete from ${table}`)).rejects.toThrow('are only added');
      await expect(pool.query(`truncate ${table}`)).rejects.toThrow('are only added');
    },
  );
});
