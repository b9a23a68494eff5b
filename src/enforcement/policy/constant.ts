import { type CelExpression, partsOf as partsOfCel } from './cel/expression.ts';
import { type Expression, partsOf as partsOfCondition } from './expression.ts';

/**
 * Whether a rule says the same of every request, without saying so: it names no variable, or nothing that depends on
 * one decides. `true` and `false` alone say so.
 */
export const isConstantCondition = (expression: Expression): boolean =>
  expression.kind !== 'literal' && (!namesVariable(expression, partsOfCondition) || truthOf(expression) !== null);

/** The same of a program. */
export const isConstantCel = (expression: CelExpression): boolean =>
  expression.kind !== 'literal' && (!namesVariable(expression, partsOfCel) || truthOf(expression) !== null);

function namesVariable<Node extends { readonly kind: string }>(
  expression: Node,
  partsOf: (expression: Node) => readonly Node[],
): boolean {
  return expression.kind === 'variable' || partsOf(expression).some((part) => namesVariable(part, partsOf));
}

/** What it yields, as far as literals and the operators between them decide that; otherwise null. */
function truthOf(expression: Expression | CelExpression): boolean | null {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'boolean' ? expression.value : null;
    case 'not': {
      const value = truthOf(expression.operand);
      return value === null ? null : !value;
    }
    case 'logical': {
      const decisive = expression.operator === '||' || expression.operator === 'or';
      const [left, right] = [truthOf(expression.left), truthOf(expression.right)];
      if (left === decisive || right === decisive) return decisive;
      return left === null || right === null ? null : !decisive;
    }
    case 'conditional': {
      const [whenTrue, whenFalse] = [truthOf(expression.whenTrue), truthOf(expression.whenFalse)];
      const test = truthOf(expression.test);
      if (test !== null) return test ? whenTrue : whenFalse;
      return whenTrue === whenFalse ? whenTrue : null;
    }
    default:
      return null;
  }
}
