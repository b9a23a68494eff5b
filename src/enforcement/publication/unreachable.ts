import type { PolicyAction, PolicyRule } from '../../domain/policy.ts';
import type { Term } from './term.ts';

/** Of what decides by itself; a WAIVE_APPROVAL only takes something away. */
const STRENGTH: Readonly<Record<Exclude<PolicyAction, 'WAIVE_APPROVAL'>, number>> = {
  ALLOW: 0,
  REQUIRE_APPROVAL: 1,
  REJECT: 2,
};

/** What a rule says and does; its term is null where it cannot be read. */
type Said = Pick<PolicyRule, 'action' | 'expiresAt' | 'onlyParams'> & { readonly term: Term | null };
type Known = Said & { readonly term: Term; readonly index: number };

/**
 * The rules that make no difference because of others, each with the one that makes none of it: whenever it matches,
 * the other one does, too, and counts for more or comes first. Found by what stands in both: `a and b` beside `a`, `a`
 * beside `a or b`, and anything beside `True`. A rule that expires, or is about some params only, makes none of
 * another. Linear in the size of all rules.
 */
export function unreachableRules(
  rules: readonly (Said | null)[],
  defaultAction: PolicyAction,
): ReadonlyMap<number, number> {
  const known = rules.flatMap((rule, index) =>
    rule === null || rule.term === null ? [] : [{ ...rule, term: rule.term, index }],
  );
  const strongest = new Map<string, Known>();
  const waivers = new Map<string, Known>();
  for (const rule of known) {
    if (rule.expiresAt !== null || rule.onlyParams !== null) continue;
    for (const part of parts(rule.term, 'or')) {
      const key = JSON.stringify(part);
      const found = rule.action === 'WAIVE_APPROVAL' ? waivers : strongest;
      const before = found.get(key);
      if (before === undefined || strengthOf(rule) > strengthOf(before)) found.set(key, rule);
    }
  }
  const found = new Map<number, number>();
  for (const rule of known) {
    for (const part of [...parts(rule.term, 'and'), ALWAYS]) {
      if (found.has(rule.index)) break;
      const key = JSON.stringify(part);
      const by = [strongest.get(key), waivers.get(key)].find((each) => each && overrides(each, rule, defaultAction));
      if (by !== undefined) found.set(rule.index, by.index);
    }
  }
  return found;
}

/** Whether the other makes no difference where both match. */
function overrides(by: Known, rule: Known, defaultAction: PolicyAction): boolean {
  if (by.index === rule.index) return false;
  if (by.action === 'REJECT') return rule.action !== 'REJECT' || by.index < rule.index;
  // Where nothing is allowed, what holds is what lets pass once the hold is waived.
  if (by.action === 'WAIVE_APPROVAL' && rule.action === 'REQUIRE_APPROVAL') return defaultAction !== 'REJECT';
  if (by.action === 'WAIVE_APPROVAL' || rule.action === 'WAIVE_APPROVAL') {
    return by.action === rule.action && by.index < rule.index;
  }
  const [own, others] = [strengthOf(rule), strengthOf(by)];
  return others > own || (others === own && by.index < rule.index);
}

const strengthOf = ({ action }: Said): number => (action === 'WAIVE_APPROVAL' ? 0 : STRENGTH[action]);

const ALWAYS: Term = { kind: 'literal', value: true };

function* parts(term: Term, operator: 'and' | 'or'): Generator<Term> {
  if (term.kind !== 'logical' || term.operator !== operator) yield term;
  else {
    yield* parts(term.left, operator);
    yield* parts(term.right, operator);
  }
}
