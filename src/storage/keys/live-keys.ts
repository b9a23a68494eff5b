import type { Expression } from 'kysely';
import { db } from '../tables.ts';

/** Keys that open something at that moment. */
export const liveKeys = (at: Expression<Date>) =>
  db
    .selectFrom('api_keys as k')
    .where('k.revoked_at', 'is', null)
    .where((where) => where.or([where('k.expires_at', 'is', null), where('k.expires_at', '>', at)]));
