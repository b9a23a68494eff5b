import type { PolicyAction } from '../../domain/policy.ts';
import type { Term } from './term.ts';

const STRENGTH: Readonly<Record<PolicyAction, number>> = { ALLOW: 0, REQUIRE_APPROVAL: 1, REJECT: 2 };

/** What a rule says and does; its term is null where it cannot be read. */
type Said = { readonly term: Term | null; readonly action: PolicyAction };

/**
 * The rules that make no difference because of others, each with the one that makes none of it: whenever it matches,
 * the other one does, too, and counts for more or comes first. Found by what stands in both: `a and b` beside `a`, `a`
 * beside `a or b`, and anything beside `True`. Linear in the size of all rules.
 */
export function unreachableRules(rules: readonly (Said | null)[]): ReadonlyMap<number, number> {
  const known = rules.flatMap((rule, index) =>
    rule === null || rule.term === null ? [] : [{ ...rule, term: rule.term, index }],
  );
  const strongest = new Map<string, (typeof known)[number]>();
  for (const rule of known) {
    for (const part of parts(rule.term, 'or')) {
      const key = JSON.stringify(part);
      const before = strongest.get(key);
      if (before === undefined || STRENGTH[rule.action] > STRENGTH[before.action]) strongest.set(key, rule);
    }
  }
  const found = new Map<number, number>();
  for (const { term, action, index } of known) {
    for (const part of [...parts(term, 'and'), ALWAYS]) {
      const by = strongest.get(JSON.stringify(part));
      if (by === undefined || by.index === index || found.has(index)) continue;
      const [own, others] = [STRENGTH[action], STRENGTH[by.action]];
      if (others > own || (others === own && by.index < index)) found.set(index, by.index);
    }
  }
  return found;
}

const ALWAYS: Term = { kind: 'literal', value: true };

function* parts(term: Term, operator: 'and' | 'or'): Generator<Term> {
  if (term.kind !== 'logical' || term.operator !== operator) yield term;
  else {
    yield* parts(term.left, operator);
    yield* parts(term.right, operator);
  }
}
