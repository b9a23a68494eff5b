import type { Act } from '../../domain/actor.ts';
import type { AuditFields, NewAuditEntry } from '../../domain/audit-entry.ts';
import { entryBy } from '../audit/entry-by.ts';

/** What the audit trail says of an administrator; null for the one password. Names are personal. */
export const ofAdmin = (
  type: 'admin.created' | 'admin.changed' | 'admin.removed' | 'admin.logged_in',
  act: Act,
  id: string | null,
  data: AuditFields = {},
): NewAuditEntry => ({ type, ...entryBy(act), subject: { kind: 'admin', id }, data });
