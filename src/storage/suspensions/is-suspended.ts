import { type Expression, sql } from 'kysely';
import { db } from '../tables.ts';

/**
 * Whether any of them is suspended. Looked up by the key for each row: an `exists` may be planned as a join with all that
 * are suspended.
 */
export const isAnySuspended = (...ids: readonly Expression<string>[]) =>
  sql<boolean>`(${db
    .selectFrom('suspensions as its')
    .select('its.subject_id')
    .where('its.subject_id', '=', sql<string>`any (array[${sql.join(ids)}])`)
    .limit(1)} is not null)`;
