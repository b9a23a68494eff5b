import type { Expression, ExpressionBuilder } from 'kysely';
import type { ApiKeyKind } from '../../domain/api-key.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { noteFrom } from '../audit/note-entries.ts';
import type { Queryable } from '../database.ts';
import { rowCount, valuesOf } from '../expressions.ts';
import { LOCK_APPROVER, LOCK_OWNER } from '../owners/lock-owner.ts';
import { rowOf } from '../parameters.ts';
import { LOCK_SENDER } from '../senders/lock-sender.ts';
import { type PreparedStatement, statement } from '../statement.ts';
import { db, type Tables } from '../tables.ts';
import { API_KEY_ROW, type newKeyRow } from './api-key-records.ts';
import { END_COLUMNS, isEndedByExpiry, keyExpired } from './key-entries.ts';
import { liveKeys } from './live-keys.ts';

export const keys = db.selectFrom('api_keys as k');

const HOLDERS = ['k.agent_id', 'k.sender_id', 'k.owner_id', 'k.approver_id'] as const;

/** Of whichever kind the holder is: no two have the same id. */
export const isHeldBy =
  (holderId: Expression<string | null>) => (where: ExpressionBuilder<{ k: Tables['api_keys'] }, 'k'>) =>
    where.or(HOLDERS.map((holder) => where(holder, '=', holderId)));

export const keysOf = (holderId: Expression<string>) => keys.where(isHeldBy(holderId));

/** The holder's row, under whose lock its keys are counted. */
export const LOCK: Readonly<Record<ApiKeyKind, PreparedStatement<{ id: string }, unknown>>> = {
  AGENT: LOCK_AGENT,
  SENDER: LOCK_SENDER,
  OWNER: LOCK_OWNER,
  APPROVER: LOCK_APPROVER,
};

/** Unless the holder has `max` live keys; the caller holds the holder's lock. */
const INSERT = statement(
  'insert-api-key',
  { key: rowOf(API_KEY_ROW), holderId: 'uuid', max: 'int' },
  ({ key, holderId, max }) =>
    db
      .insertInto('api_keys')
      .columns(API_KEY_ROW.names)
      .expression(
        db
          .selectNoFrom(valuesOf(API_KEY_ROW, key))
          .where(liveKeys(key.created_at).select(rowCount.as('live')).where(isHeldBy(holderId)), '<', max),
      )
      .returning('id'),
);

/** Of a holder's keys that ended, the newest `kept` stay. That one expired is noted by now. */
const FORGET_ENDED = statement(
  'forget-ended-api-keys',
  { holderId: 'uuid', at: 'timestamptz', kept: 'int' },
  ({ holderId, at, kept }) =>
    db
      .with('forgotten', () =>
        db
          .deleteFrom('api_keys as k')
          .where(
            'k.id',
            'in',
            keysOf(holderId)
              .select('k.id')
              .where((where) => where.or([where('k.revoked_at', 'is not', null), where('k.expires_at', '<=', at)]))
              .orderBy('k.id', 'desc')
              .offset(kept),
          )
          .returning(END_COLUMNS),
      )
      .with('noted', (cte) =>
        noteFrom(
          cte
            .selectFrom('forgotten as k')
            .where('k.expiresAt', '<=', at)
            .where('k.isEndNoted', '=', false)
            .where(isEndedByExpiry('k')),
          keyExpired('k', at),
        ),
      )
      .selectFrom('forgotten')
      .select(rowCount.as('n')),
);

/** A further key of the holder; false where that has `max.live` live ones, or is gone. */
export async function insertKey(
  connection: Queryable,
  key: ReturnType<typeof newKeyRow>,
  holderId: string,
  kind: ApiKeyKind,
  max: { readonly live: number; readonly ended: number },
): Promise<boolean> {
  // The holder's row is the lock: of concurrent calls each counts what the one before has added.
  if ((await connection.run(LOCK[kind], { id: holderId })).length === 0) return false;
  if ((await connection.run(INSERT, { key, holderId, max: max.live })).length === 0) return false;
  await connection.run(FORGET_ENDED, { holderId, at: key.createdAt, kept: max.ended });
  return true;
}
