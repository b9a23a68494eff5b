import { createReadAudit } from './read-audit.ts';

/** What the audit trail is to callers. */
export const createTrail = (deps: Parameters<typeof createReadAudit>[0]) => ({ ...createReadAudit(deps) });
