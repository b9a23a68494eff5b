import type { PolicyPublication } from '../../application/ports/document-store.ts';
import type { Act } from '../../domain/actor.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import type { PolicySet } from '../../domain/policy.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Queryable } from '../database.ts';
import { liftQuarantine } from '../quarantines/lift-quarantine.ts';
import { documentDigest } from './document-digest.ts';
import { INSERT_POLICY_SET, NEXT_POLICY_SET_VERSION } from './document-statements.ts';
import { toStored } from './stored-rule.ts';

/** Stores the next version, and deactivates the one before: in a transaction that has the agent's lock. */
export async function publishPolicySet(
  connection: Queryable,
  agentId: string,
  { id, rules, defaultAction }: PolicyPublication,
  act: Act,
): Promise<PolicySet> {
  const [next] = await connection.run(NEXT_POLICY_SET_VERSION, { agentId });
  const policySet = { id, agentId, version: next?.version ?? 1, isActive: true, defaultAction, createdAt: act.at };
  const stored = JsonText.of(rules.map(toStored));
  await connection.run(INSERT_POLICY_SET, { policySet: { ...policySet, rules: stored } });
  await liftQuarantine(connection, agentId, 'POLICIES', act);
  await noteEntries(connection, [
    {
      type: 'policies.published',
      ...entryBy(act),
      subject: { kind: 'policy_set', id },
      agentId,
      data: { version: policySet.version, digest: documentDigest('policies', `${defaultAction}\n${stored.text}`) },
    },
  ]);
  return { ...policySet, rules };
}
