import type { JsonObject } from '../../domain/contract.ts';
import type { PolicyNeed, PolicyRule } from '../../domain/policy.ts';
import { PATTERN_MEMORY_BYTES } from '../contract/compile-pattern.ts';
import { type CelScope, CompiledCel } from './cel/evaluate.ts';
import { parseCel } from './cel/parse.ts';
import { holds, type Scope } from './evaluate.ts';
import { EvaluationError } from './evaluation-error.ts';
import { needsOfCel, needsOfCondition } from './needs.ts';
import { parsePolicyCondition } from './parse-condition.ts';
import type { VariableFacts } from './variables.ts';

/** What rules of both languages are evaluated with. One is made for each request, for all of its rules. */
export type RuleScopes = { readonly condition: Scope; readonly cel: CelScope };

/** A rule that can be evaluated. */
export type CompiledRule = {
  readonly rule: PolicyRule;
  readonly needs: ReadonlySet<PolicyNeed>;
  /** How many regular expressions it has. */
  readonly patterns: number;
  /** Whether it is about such a request at all: it has not expired by then, and names no other params. */
  isAbout(facts: Pick<VariableFacts, 'now' | 'params'>): boolean;
  /** Whether it matches what it is about. Throws an EvaluationError where that cannot be said. */
  matches(scopes: RuleScopes): boolean;
};

/** Rules that can be evaluated, and what must be read before. */
export type CompiledRules = { readonly rules: readonly CompiledRule[]; readonly needs: ReadonlySet<PolicyNeed> };

export function compileRules(rules: readonly PolicyRule[]): CompiledRules {
  const compiled = rules.map(compileRule);
  return { rules: compiled, needs: new Set(compiled.flatMap(({ needs }) => [...needs])) };
}

/** What a compiled rule takes for each character of its text, in bytes, as measured: mostly its tree. */
const CONDITION_BYTES = 25;
const CEL_BYTES = 60;
/** The same for the name of a param. */
const NAME_BYTES = 300;

/** About how much memory compiled rules take, in KiB: their trees, and what their regular expressions remember. */
export function rulesKib({ rules }: CompiledRules): number {
  return rules.reduce((sum, { rule: { condition, cel, onlyParams }, patterns }) => {
    const trees = (condition?.length ?? 0) * CONDITION_BYTES + (cel?.length ?? 0) * CEL_BYTES;
    const names = (onlyParams?.length ?? 0) * NAME_BYTES;
    return sum + (trees + names + patterns * 2 * PATTERN_MEMORY_BYTES) / 1_024;
  }, 0);
}

export const haveSameRules = (one: readonly PolicyRule[], other: readonly PolicyRule[]): boolean =>
  one.length === other.length && one.every((rule, index) => isSameRule(rule, other[index]));

function isSameRule(one: PolicyRule, other: PolicyRule | undefined): boolean {
  return (
    other !== undefined &&
    one.condition === other.condition &&
    one.cel === other.cel &&
    one.action === other.action &&
    one.reason === other.reason &&
    one.expiresAt?.getTime() === other.expiresAt?.getTime() &&
    one.madeFrom === other.madeFrom &&
    one.onlyParams?.length === other.onlyParams?.length &&
    (one.onlyParams?.every((name, at) => name === other.onlyParams?.[at]) ?? true)
  );
}

const NO_NEEDS: ReadonlySet<PolicyNeed> = new Set();

/** What was stored although it cannot be read: it is never evaluated, and says why. */
const unusable = (rule: PolicyRule, why: string): CompiledRule => ({
  rule,
  needs: NO_NEEDS,
  patterns: 0,
  isAbout: aboutOf(rule),
  matches() {
    throw new EvaluationError(why);
  },
});

/** A rule that says nothing of it, or was kept from before it could, is about every request. */
function aboutOf({ expiresAt, onlyParams }: PolicyRule): CompiledRule['isAbout'] {
  const names = onlyParams && new Set(onlyParams);
  return ({ now, params }) => (!expiresAt || now < expiresAt) && (!names || hasExactly(params, names));
}

function hasExactly(params: JsonObject, names: ReadonlySet<string>): boolean {
  const given = Object.keys(params);
  return given.length === names.size && given.every((name) => names.has(name));
}

function compileRule(rule: PolicyRule): CompiledRule {
  const { condition, cel } = rule;
  if ((condition === null) === (cel === null)) return unusable(rule, 'it is not written in exactly one language');
  if (cel !== null) {
    const parsed = parseCel(cel);
    if (!parsed.ok) return unusable(rule, parsed.message);
    const compiled = new CompiledCel(parsed.program);
    return {
      rule,
      isAbout: aboutOf(rule),
      needs: needsOfCel(parsed.program.expression),
      patterns: parsed.program.patterns.size,
      matches: (scopes) => compiled.holds(scopes.cel),
    };
  }
  const parsed = parsePolicyCondition(condition ?? '');
  if (!parsed.ok) return unusable(rule, parsed.message);
  const { expression } = parsed;
  return {
    rule,
    isAbout: aboutOf(rule),
    needs: needsOfCondition(expression),
    patterns: 0,
    matches: (scopes) => holds(expression, scopes.condition),
  };
}
