import {
  activeDocuments,
  type CapabilityInput,
  type OwnerOptions,
  type PolicyRuleInput,
  publishPolicies,
} from '@clawcierge/agent-sdk';
import { isDestructive } from './narrowing.ts';

/** By this the bridge knows its own rules again. */
const REASON = 'This may destroy something, so a person decides (held by the bridge).';
/** A rule's text has at most 2,000 characters. */
const RULE_MAX = 1_900;

/** Has a person decide about whatever may destroy something. All other rules of the agent stay as they are. */
export async function holdDestructive(options: OwnerOptions, capabilities: readonly CapabilityInput[]): Promise<void> {
  const { policySet } = await activeDocuments(options);
  const others = (policySet?.rules ?? []).filter(({ reason }) => reason !== REASON);
  const rules = [...others, ...rulesFor(capabilities.filter(isDestructive).map(({ action }) => action))];
  await publishPolicies({ ...options, rules, ...(policySet && { defaultAction: policySet.defaultAction }) });
}

function rulesFor(actions: readonly string[]): readonly PolicyRuleInput[] {
  const lists: string[] = [];
  for (const action of actions.map((each) => JSON.stringify(each))) {
    const last = lists.at(-1);
    if (last !== undefined && last.length + action.length < RULE_MAX) lists.splice(-1, 1, `${last}, ${action}`);
    else lists.push(action);
  }
  return lists.map((list) => ({ cel: `action in [${list}]`, action: 'REQUIRE_APPROVAL', reason: REASON }));
}
