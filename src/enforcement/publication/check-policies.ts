import { POLICY_RULES_MAX } from '../../domain/policy.ts';
import type { Findings, PolicyDraft } from '../../domain/publication.ts';
import type { Isolate } from '../isolate.ts';
import { checkDocuments, checkRulesAlone } from './check-documents.ts';

/**
 * What there is to say about rules: alone, and with the contract in force those that can be read. Throws
 * UnavailableError when the isolate has no room.
 */
export async function checkPolicies(draft: PolicyDraft, isolate: Isolate): Promise<Findings> {
  const { agentId, defaultAction, contract, canApprove } = draft;
  const ofRules = await checkRulesAlone(draft.rules, isolate, agentId);
  if (draft.rules.length > POLICY_RULES_MAX) return { errors: ofRules, warnings: [] };
  const rules = draft.rules.map((rule, index) => (ofRules.some(({ path }) => isWithin(path, index)) ? null : rule));
  const capabilities = contract?.capabilities ?? null;
  const check = { about: 'policies', rules, defaultAction, capabilities, canApprove } as const;
  const { errors, warnings } = await checkDocuments(check, isolate, agentId);
  return { errors: [...ofRules, ...errors], warnings };
}

const isWithin = (path: string, index: number): boolean => `${path}.`.startsWith(`rules.${index}.`);
