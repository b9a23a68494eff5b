import type { AuditProofs } from './audit.ts';
import { createProveAudit } from './prove-audit.ts';
import { createProveHeads } from './prove-heads.ts';
import { createReadAudit } from './read-audit.ts';

type Dependencies = Parameters<typeof createReadAudit>[0] &
  Parameters<typeof createProveHeads>[0] & { readonly proofs: AuditProofs };

/** What the audit trail is to callers, and how its sealing goes. */
export function createTrail({ proofs, ...deps }: Dependencies) {
  const { list, find } = createReadAudit(deps);
  return {
    state: () => proofs.state(),
    isKeepingUp: () => proofs.isKeepingUp(),
    list,
    ...createProveAudit({ proofs, find }),
    ...createProveHeads({ ...deps, proofs }),
  };
}
