import type { PolicyPublication } from '../../application/ports/document-store.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import type { PolicySet } from '../../domain/policy.ts';
import type { Queryable } from '../database.ts';
import { INSERT_POLICY_SET, NEXT_POLICY_SET_VERSION } from './document-statements.ts';
import { toStored } from './stored-rule.ts';

/** Stores the next version, and deactivates the one before: in a transaction that has the agent's lock. */
export async function publishPolicySet(
  connection: Queryable,
  agentId: string,
  { id, rules, defaultAction }: PolicyPublication,
  at: Date,
): Promise<PolicySet> {
  const [next] = await connection.run(NEXT_POLICY_SET_VERSION, { agentId });
  const policySet = { id, agentId, version: next?.version ?? 1, isActive: true, defaultAction, createdAt: at };
  await connection.run(INSERT_POLICY_SET, { policySet: { ...policySet, rules: JsonText.of(rules.map(toStored)) } });
  return { ...policySet, rules };
}
