import type { Act } from '../../domain/actor.ts';
import type { NewAuditEntry } from '../../domain/audit-entry.ts';

/** Who did it, when, and what is personal of it. */
export const entryBy = ({ by, at, details }: Act): Pick<NewAuditEntry, 'at' | 'actor' | 'details'> => ({
  at,
  actor: by,
  ...(details !== null && { details }),
});
