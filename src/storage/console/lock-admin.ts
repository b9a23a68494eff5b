import { sql } from 'kysely';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/** The administrator's row, under whose lock its passkeys are counted. */
export const LOCK_ADMIN = statement('lock-admin', { id: 'uuid' }, ({ id }) =>
  db
    .selectFrom('admins as a')
    .select(['a.id', sql<boolean>`a.totp_secret is not null`.as('hasTotp')])
    .where('a.id', '=', id)
    .where('a.removed_at', 'is', null)
    .forNoKeyUpdate(),
);
