import type { PolicyNeed } from '../../domain/policy.ts';
import { type CelExpression, partsOf as partsOfCel } from './cel/expression.ts';
import { type Expression, partsOf as partsOfCondition } from './expression.ts';
import { PARAM_PREFIX, VARIABLES } from './variables.ts';

/** One side of a comparison, as far as it is known before a request comes. Numbers are numbers, whatever the language. */
export type Operand =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** A variable of the table, by its name in the rule's language. */
  | { readonly kind: 'variable'; readonly name: string }
  /** A param, or what is inside of one: `['to']` of params.to, params["to"] and params_to. */
  | { readonly kind: 'param'; readonly path: readonly string[] }
  | { readonly kind: 'other' };

export type RuleComparison = {
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';
  readonly left: Operand;
  readonly right: Operand;
  /** With `in`, where a list is written out: what is in it. */
  readonly items: readonly Operand[] | null;
};

/** What a rule speaks of, in either language, without evaluating it. */
export type RuleSurvey = {
  /** The variables that it names, by their names in its language; `params` where it names params. */
  readonly variables: ReadonlySet<string>;
  /** The params that it names, and what is inside of them, each path once. */
  readonly params: readonly (readonly string[])[];
  /** Of those, what it asks `has()` about: a rule may ask for what is not there. CEL only. */
  readonly asked: readonly (readonly string[])[];
  readonly comparisons: readonly RuleComparison[];
  /** What must be read before it can be evaluated. */
  readonly needs: ReadonlySet<PolicyNeed>;
};

export function surveyCel(expression: CelExpression): RuleSurvey {
  const found = new Found();
  const visit = (part: CelExpression) => {
    if (part.kind === 'variable') found.variables.add(part.name);
    const path = pathOf(part);
    if (path !== null && path.length > 0) {
      found.param(path);
      // What it is a part of is named by it.
      return;
    }
    if (part.kind === 'has') {
      const of = pathOf(part.of);
      if (of !== null) {
        found.param([...of, part.name]);
        found.asked.push([...of, part.name]);
        return;
      }
    }
    if (part.kind === 'compare') found.compare(part.operator, celOperand(part.left), celOperand(part.right), null);
    if (part.kind === 'in') {
      const items = part.haystack.kind === 'list' ? part.haystack.items.map(celOperand) : null;
      found.compare('in', celOperand(part.needle), celOperand(part.haystack), items);
    }
    partsOfCel(part).forEach(visit);
  };
  visit(expression);
  return found.survey('cel');
}

export function surveyCondition(expression: Expression): RuleSurvey {
  const found = new Found();
  const visit = (part: Expression) => {
    if (part.kind === 'variable') {
      const operand = conditionOperand(part);
      if (operand.kind === 'param') found.param(operand.path);
      else found.variables.add(part.name);
    }
    if (part.kind === 'compare') {
      found.compare(part.operator, conditionOperand(part.left), conditionOperand(part.right), null);
    }
    if (part.kind === 'in') {
      const items = part.haystack.kind === 'list' ? part.haystack.items.map(conditionOperand) : null;
      found.compare('in', conditionOperand(part.needle), conditionOperand(part.haystack), items);
    }
    partsOfCondition(part).forEach(visit);
  };
  visit(expression);
  return found.survey('condition');
}

class Found {
  readonly variables = new Set<string>();
  readonly asked: (readonly string[])[] = [];
  readonly #params = new Map<string, readonly string[]>();
  readonly #comparisons: RuleComparison[] = [];

  param(path: readonly string[]): void {
    this.variables.add('params');
    this.#params.set(JSON.stringify(path), path);
  }

  compare(operator: RuleComparison['operator'], left: Operand, right: Operand, items: readonly Operand[] | null): void {
    this.#comparisons.push({ operator, left, right, items });
  }

  survey(language: 'cel' | 'condition'): RuleSurvey {
    const needs = VARIABLES.flatMap((each) => {
      const name = each[language];
      return name !== null && each.needs !== null && this.variables.has(name) ? [each.needs] : [];
    });
    return {
      variables: this.variables,
      params: [...this.#params.values()],
      asked: this.asked,
      comparisons: this.#comparisons,
      needs: new Set(needs),
    };
  }
}

/** The path below `params` that an expression names; empty for `params` itself, null for anything else. */
function pathOf(expression: CelExpression): readonly string[] | null {
  switch (expression.kind) {
    case 'variable':
      return expression.name === 'params' ? [] : null;
    case 'member': {
      const path = pathOf(expression.of);
      return path && [...path, expression.name];
    }
    case 'index': {
      const { index } = expression;
      const path = index.kind === 'literal' && typeof index.value === 'string' ? pathOf(expression.of) : null;
      return path && [...path, String(index.kind === 'literal' ? index.value : '')];
    }
    default:
      return null;
  }
}

function celOperand(expression: CelExpression): Operand {
  if (expression.kind === 'literal') {
    const { value } = expression;
    return { kind: 'literal', value: typeof value === 'bigint' ? Number(value) : value };
  }
  if (expression.kind === 'negative') {
    const operand = celOperand(expression.operand);
    const isNumber = operand.kind === 'literal' && typeof operand.value === 'number';
    return isNumber ? { kind: 'literal', value: -Number(operand.value) } : { kind: 'other' };
  }
  const path = pathOf(expression);
  if (path !== null && path.length > 0) return { kind: 'param', path };
  return expression.kind === 'variable' ? { kind: 'variable', name: expression.name } : { kind: 'other' };
}

function conditionOperand(expression: Expression): Operand {
  if (expression.kind === 'literal') return { kind: 'literal', value: expression.value };
  if (expression.kind === 'sign') {
    const operand = conditionOperand(expression.operand);
    const isNumber = operand.kind === 'literal' && typeof operand.value === 'number';
    if (!isNumber) return { kind: 'other' };
    return { kind: 'literal', value: expression.operator === '-' ? -Number(operand.value) : operand.value };
  }
  if (expression.kind !== 'variable') return { kind: 'other' };
  const { name } = expression;
  return name.startsWith(PARAM_PREFIX)
    ? { kind: 'param', path: [name.slice(PARAM_PREFIX.length)] }
    : { kind: 'variable', name };
}
