import { type Expression, sql } from 'kysely';
import type { InvitationStore } from '../../application/ports/invitation-store.ts';
import { ownAct } from '../../domain/actor.ts';
import { instantText } from '../../domain/instant-text.ts';
import { isUuid } from '../../domain/uuid.ts';
import { entryBy } from '../audit/entry-by.ts';
import { detailGiven, GIVEN_ENTRIES, noteEntries, noteGiven, toGiven } from '../audit/note-entries.ts';
import type { Database, Queryable } from '../database.ts';
import { isAny, rowCount } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { InvitationEntity } from './invitation-entity.ts';

const ROW = columnsOfTable(InvitationEntity);
const INVITATION = columnsOfTable(InvitationEntity, { without: ['codeHash'] });

/** Lets somebody register at that moment. */
const open = (at: Expression<Date>) =>
  db
    .selectFrom('invitations as i')
    .where('i.revoked_at', 'is', null)
    .where('i.uses_left', '>', 0)
    .where('i.expires_at', '>', at);

const LIST = statement('invitations', {}, () =>
  db.selectFrom('invitations as i').select(INVITATION.from('i')).orderBy('i.id', 'desc'),
);

/** Under it open ones are counted; any number that nothing else locks. */
const COUNT_LOCK = 4_270_211_057;

const LOCK = statement('lock-invitations', {}, () =>
  db.selectNoFrom(sql<string>`pg_advisory_xact_lock(${sql.lit(COUNT_LOCK)})::text`.as('locked')),
);

const COUNT_OPEN = statement('count-open-invitations', { at: 'timestamptz' }, ({ at }) =>
  open(at).select(rowCount.as('count')),
);

const CREATE = statement('create-invitation', { invitation: rowOf(ROW) }, ({ invitation }) =>
  db.insertInto('invitations').values(invitation),
);

const FORGET_OVER = statement('forget-invitations-that-are-over', { at: 'timestamptz', kept: 'int' }, ({ at, kept }) =>
  db
    .deleteFrom('invitations')
    .where(
      'id',
      'in',
      db
        .selectFrom('invitations as o')
        .select('o.id')
        .where('o.id', 'not in', open(at).select('i.id'))
        .orderBy('o.id', 'desc')
        .offset(kept),
    ),
);

const REVOKE = statement(
  'revoke-invitation',
  { id: 'uuid', at: 'timestamptz', entries: GIVEN_ENTRIES },
  ({ id, at, entries }) =>
    db
      .with('revoked', (cte) =>
        cte
          .updateTable('invitations as i')
          .set((set) => ({ revoked_at: set.fn.coalesce('i.revoked_at', at) }))
          .where('i.id', '=', id)
          .returning(INVITATION.from('i')),
      )
      .with('noted', () => noteGiven(entries, isAny('revoked')))
      .with('detailed', () => detailGiven(entries, isAny('revoked')))
      .selectFrom('revoked')
      .selectAll(),
);

/** Waits for who is taking a use of it, and looks again. */
const LOCK_OPEN = statement('lock-open-invitation', { codeHash: 'bytea', at: 'timestamptz' }, ({ codeHash, at }) =>
  open(at).select('i.id').where('i.code_hash', '=', codeHash).forNoKeyUpdate('i'),
);

const TAKE_USE = statement('take-use-of-invitation', { codeHash: 'bytea' }, ({ codeHash }) =>
  db
    .updateTable('invitations')
    .set((set) => ({ uses_left: set('uses_left', '-', 1) }))
    .where('code_hash', '=', codeHash),
);

/**
 * Stores somebody whom the invitation lets in, in the transaction of that connection: of concurrent callers as many as it has
 * uses. Answers null where it lets nobody in; a use is taken only where `store` has stored somebody.
 */
export async function storeInvited(
  connection: Queryable,
  codeHash: Buffer | null,
  at: Date,
  store: () => Promise<boolean>,
): Promise<boolean | null> {
  if (codeHash === null) return store();
  if ((await connection.run(LOCK_OPEN, { codeHash, at })).length === 0) return null;
  const isStored = await store();
  if (isStored) await connection.run(TAKE_USE, { codeHash });
  return isStored;
}

export const createInvitationStore = (database: Database): InvitationStore => ({
  list: () => database.run(LIST, {}),

  create: (invitation, codeHash, max, act = ownAct(invitation.createdAt)) =>
    database.transaction('create-invitation', async (connection) => {
      const at = invitation.createdAt;
      await connection.run(LOCK, {});
      const [counted] = await connection.run(COUNT_OPEN, { at });
      if ((counted?.count ?? 0) >= max) return false;
      await connection.run(CREATE, { invitation: { ...invitation, codeHash } });
      await connection.run(FORGET_OVER, { at, kept: max });
      const { id, uses, expiresAt } = invitation;
      const data = { uses, expiresAt: instantText(expiresAt) };
      await noteEntries(connection, [
        { type: 'invitation.created', ...entryBy(act), subject: { kind: 'invitation', id }, data },
      ]);
      return true;
    }),

  revoke: async (id, at, act = ownAct(at)) => {
    if (!isUuid(id)) return null;
    const subject = { kind: 'invitation', id } as const;
    const entries = [toGiven({ type: 'invitation.revoked', ...entryBy(act), subject })];
    return (await database.run(REVOKE, { id, at, entries }))[0] ?? null;
  },
});
