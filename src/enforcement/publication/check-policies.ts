import type { Findings, PolicyDraft } from '../../domain/publication.ts';
import { checkRules } from '../policy/check-rules.ts';

/** What there is to say about rules. */
export async function checkPolicies({ rules }: PolicyDraft): Promise<Findings> {
  return { errors: checkRules(rules), warnings: [] };
}
