import type { PolicyNeed } from '../../domain/policy.ts';
import { type CelExpression, partsOf as partsOfCel } from './cel/expression.ts';
import { type Expression, partsOf as partsOfCondition } from './expression.ts';
import { CEL_VARIABLES, CONDITION_VARIABLES, type Variable } from './variables.ts';

/** What must be read before a program can be evaluated. */
export const needsOfCel = (expression: CelExpression): ReadonlySet<PolicyNeed> =>
  needsOf(expression, partsOfCel, CEL_VARIABLES);

/** The same of a condition. */
export const needsOfCondition = (expression: Expression): ReadonlySet<PolicyNeed> =>
  needsOf(expression, partsOfCondition, CONDITION_VARIABLES);

function needsOf<Node extends { readonly kind: string; readonly name?: unknown }>(
  expression: Node,
  partsOf: (expression: Node) => readonly Node[],
  variables: ReadonlyMap<string, Variable>,
): ReadonlySet<PolicyNeed> {
  const needs = new Set<PolicyNeed>();
  const visit = (part: Node) => {
    const need = part.kind === 'variable' ? variables.get(String(part.name))?.needs : null;
    if (need) needs.add(need);
    partsOf(part).forEach(visit);
  };
  visit(expression);
  return needs;
}
