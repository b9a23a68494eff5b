import type { PublishedContractFragment, PublishedPolicySetFragment } from './generated/graphql.ts';
import type { CapabilityHints, CapabilityInput, PolicyAction, PolicyRuleInput } from './types.ts';

/**
 * Whether what is to be published means what is published: as JSON, whatever the order of members is, and with the
 * platform's defaults for what is left out. The order of capabilities and rules counts.
 */

export const isSameContract = (
  published: Pick<PublishedContractFragment, 'capabilities'>,
  { capabilities }: { readonly capabilities: readonly CapabilityInput[] },
): boolean => isSame(published.capabilities.map(capabilityOf), capabilities.map(capabilityOf));

export const isSamePolicySet = (
  published: Pick<PublishedPolicySetFragment, 'rules' | 'defaultAction'>,
  {
    rules,
    defaultAction = 'ALLOW',
  }: { readonly rules: readonly PolicyRuleInput[]; readonly defaultAction?: PolicyAction },
): boolean => isSame([published.defaultAction, published.rules.map(ruleOf)], [defaultAction, rules.map(ruleOf)]);

const capabilityOf = (capability: CapabilityInput) => ({
  action: capability.action,
  title: capability.title ?? null,
  description: capability.description ?? null,
  paramsSchema: capability.paramsSchema ?? {},
  constraints: capability.constraints ?? {},
  resultFormat: capability.resultFormat ?? 'JSON',
  resultSchema: capability.resultSchema ?? null,
  hints: hintsOf(capability.hints ?? {}),
  textParam: capability.textParam ?? null,
});

const hintsOf = ({ readOnly, destructive, idempotent, openWorld }: CapabilityHints) => ({
  readOnly: readOnly ?? null,
  destructive: destructive ?? null,
  idempotent: idempotent ?? null,
  openWorld: openWorld ?? null,
});

const ruleOf = ({ condition, cel, action, reason, onlyParams, expiresAt }: PolicyRuleInput) => ({
  condition: condition ?? null,
  cel: cel ?? null,
  action,
  reason: reason ?? null,
  onlyParams: onlyParams ?? null,
  // However the moment is written.
  expiresAt: expiresAt == null ? null : Date.parse(expiresAt),
});

const isSame = (one: unknown, other: unknown): boolean => canonical(one) === canonical(other);

/** The value as JSON, its members sorted. What is no JSON, the symbols of schema libraries among it, is left out. */
const canonical = (value: unknown): string => sorted(JSON.parse(JSON.stringify(value)));

function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${sorted(member)}`).join(',')}}`;
}
