import type { InputIssue } from '../../domain/errors.ts';
import { DEFAULT_ACTIONS, POLICY_RULES_MAX, type PolicyAction, type PolicyRule } from '../../domain/policy.ts';
import type { Findings, PolicyDraft } from '../../domain/publication.ts';
import type { Isolate } from '../isolate.ts';
import { checkDocuments, checkRulesAlone } from './check-documents.ts';

/**
 * What there is to say about rules: alone, and with the contract in force those that can be read. Throws
 * OverloadedError when the isolate has no room.
 */
export async function checkPolicies(draft: PolicyDraft, isolate: Isolate): Promise<Findings> {
  const { agentId, defaultAction, contract, canApprove, now } = draft;
  const ofRules = [...checkDefault(defaultAction), ...(await checkRulesAlone(draft.rules, isolate, agentId))];
  if (draft.rules.length > POLICY_RULES_MAX) return { errors: ofRules, warnings: [] };
  const rules = draft.rules.map((rule, index) => (ofRules.some(({ path }) => isWithin(path, index)) ? null : rule));
  const capabilities = contract?.capabilities ?? null;
  const check = { about: 'policies', rules, defaultAction, capabilities, canApprove } as const;
  const { errors, warnings } = await checkDocuments(check, isolate, agentId);
  return { errors: [...ofRules, ...errors], warnings: [...warnings, ...expired(draft.rules, now)] };
}

const checkDefault = (action: PolicyAction): readonly InputIssue[] =>
  DEFAULT_ACTIONS.some((each) => each === action)
    ? []
    : [{ path: 'defaultAction', message: `The default action must be one of ${DEFAULT_ACTIONS.join(', ')}` }];

const expired = (rules: readonly PolicyRule[], now: Date): readonly InputIssue[] =>
  rules.flatMap(({ expiresAt }, index) =>
    expiresAt !== null && expiresAt <= now
      ? [{ path: `rules.${index}.expiresAt`, message: 'The rule has expired, so it applies to nothing' }]
      : [],
  );

const isWithin = (path: string, index: number): boolean => `${path}.`.startsWith(`rules.${index}.`);
