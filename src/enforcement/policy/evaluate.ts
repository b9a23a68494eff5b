import { printable } from '../printable.ts';
import { EvaluationError } from './evaluation-error.ts';
import type { Arithmetic, Comparison, Expression, Scalar } from './expression.ts';
import { CONDITION_VARIABLES, PARAM_PREFIX, type VariableFacts } from './variables.ts';

const TEXT_MAX = 10_000;
/** Far more than 100 rules of 500 characters can need; whatever needs more compares long texts again and again. */
const STEPS_MAX = 200_000;
const CHARACTERS_PER_STEP = 64;

/** A param that is a list: as long as one likes, looked through in one step. */
type List = ReadonlySet<unknown>;
type Value = Scalar | List;

/**
 * The facts as conditions see them. One is made for each request, so that lists are read once for all rules and the
 * work of all rules together is bounded.
 */
export class Scope {
  readonly #facts: VariableFacts;
  readonly #lists = new Map<string, List>();
  #steps = 0;

  constructor(facts: VariableFacts) {
    this.#facts = facts;
  }

  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > STEPS_MAX) throw new EvaluationError('the rules take too many steps with these params');
  }

  /** A variable's value. Only scalars and lists of scalars can be read, and only what the params themselves have. */
  read(name: string): Value {
    const variable = CONDITION_VARIABLES.get(name);
    if (variable !== undefined) {
      const known = variable.read(this.#facts);
      if (typeof known === 'string' || typeof known === 'number') return known;
      throw new EvaluationError(`${name} is not known`);
    }
    const field = name.slice(PARAM_PREFIX.length);
    const { params } = this.#facts;
    const value: unknown = Object.hasOwn(params, field) ? params[field] : undefined;
    if (isScalar(value)) return value;
    if (value === undefined) throw new EvaluationError(`${printable(name)} is missing`);
    return this.#lists.get(name) ?? this.#readList(name, value);
  }

  #readList(name: string, value: unknown): List {
    if (!Array.isArray(value) || !value.every(isScalar)) {
      throw new EvaluationError(`${printable(name)} is neither a plain value nor a list of plain values`);
    }
    this.spend(value.length);
    const list = new Set(value);
    this.#lists.set(name, list);
    return list;
  }
}

/**
 * Whether the condition holds. Strict: nothing is converted, values of different types cannot be compared (null can,
 * with anything), only numbers and text have an order, and what a condition says must be true or false. Throws an
 * EvaluationError otherwise.
 */
export function holds(condition: Expression, scope: Scope): boolean {
  const value = evaluate(condition, scope);
  if (typeof value !== 'boolean') throw new EvaluationError(`it yields ${kindOf(value)}, not true or false`);
  return value;
}

function evaluate(expression: Expression, scope: Scope): Value {
  scope.spend(1);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'variable':
      return scope.read(expression.name);
    case 'list':
      return new Set(expression.items.map((item) => scalar(evaluate(item, scope), 'A list')));
    case 'not':
      return !truth(evaluate(expression.operand, scope), 'not');
    case 'sign': {
      const operand = number(evaluate(expression.operand, scope), expression.operator);
      return expression.operator === '-' ? -operand : operand;
    }
    case 'logical': {
      const left = truth(evaluate(expression.left, scope), expression.operator);
      if (left === (expression.operator === 'or')) return left;
      return truth(evaluate(expression.right, scope), expression.operator);
    }
    case 'compare':
      return compare(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope), scope);
    case 'in': {
      const needle = scalar(evaluate(expression.needle, scope), '"in"');
      const haystack = evaluate(expression.haystack, scope);
      if (!isList(haystack)) throw new EvaluationError(`"in" needs a list to its right, not ${kindOf(haystack)}`);
      return isIn(needle, haystack, scope);
    }
    case 'arithmetic':
      return calculate(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope), scope);
    case 'conditional':
      return truth(evaluate(expression.test, scope), '?')
        ? evaluate(expression.whenTrue, scope)
        : evaluate(expression.whenFalse, scope);
  }
}

function compare(operator: Comparison, left: Value, right: Value, scope: Scope): boolean {
  if (isList(left) && isList(right)) throw new EvaluationError('two lists cannot be compared');
  if (typeof left === 'string' && typeof right === 'string') {
    scope.spend(Math.ceil(Math.min(left.length, right.length) / CHARACTERS_PER_STEP));
  }
  if (operator === '==' || operator === '!=') {
    if (left !== null && right !== null && kindOf(left) !== kindOf(right)) {
      throw new EvaluationError(`${kindOf(left)} cannot be compared with ${kindOf(right)}`);
    }
    return (left === right) === (operator === '==');
  }
  if (typeof left === 'number' && typeof right === 'number') return inOrder(operator, left, right);
  if (typeof left === 'string' && typeof right === 'string') return inOrder(operator, left, right);
  throw new EvaluationError(`${kindOf(left)} and ${kindOf(right)} have no order`);
}

/** Compares with what is of the same type, and with null. Where nothing is, there is nothing to compare with. */
function isIn(needle: Scalar, haystack: List, scope: Scope): boolean {
  if (haystack.has(needle) || needle === null || haystack.size === 0) return haystack.has(needle);
  for (const item of haystack) {
    scope.spend(1);
    if (item === null || typeof item === typeof needle) return false;
  }
  throw new EvaluationError(`"in" cannot compare ${kindOf(needle)} with what is in the list`);
}

function inOrder<Ordered extends number | string>(
  operator: Exclude<Comparison, '==' | '!='>,
  left: Ordered,
  right: Ordered,
): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function calculate(operator: Arithmetic, left: Value, right: Value, scope: Scope): number | string {
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') {
    const length = left.length + right.length;
    if (length > TEXT_MAX) throw new EvaluationError('it puts together a text that is too long');
    scope.spend(Math.ceil(length / CHARACTERS_PER_STEP));
    return left + right;
  }
  const result = arithmetic(operator, number(left, operator), number(right, operator));
  if (!Number.isFinite(result)) throw new EvaluationError(`the result of "${operator}" is too large`);
  return result;
}

/**
 * `%` has the sign of its right side, as in Python, whose reading the language has: -7 % 3 is 2. Division by zero is
 * an error, as there.
 */
function arithmetic(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new EvaluationError('it divides by zero');
      return left / right;
    case '%': {
      if (right === 0) throw new EvaluationError('it divides by zero');
      const remainder = left % right;
      return remainder !== 0 && remainder < 0 !== right < 0 ? remainder + right : remainder;
    }
  }
}

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number';

const isList = (value: Value): value is List => typeof value === 'object' && value !== null;

function truth(value: Value, operator: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationError(`"${operator}" needs true or false, not ${kindOf(value)}`);
}

function number(value: Value, operator: string): number {
  if (typeof value === 'number') return value;
  throw new EvaluationError(`"${operator}" needs numbers, not ${kindOf(value)}`);
}

function scalar(value: Value, where: string): Scalar {
  if (!isList(value)) return value;
  throw new EvaluationError(`${where} cannot hold a list here`);
}

function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'a number';
  return typeof value === 'boolean' ? 'true or false' : 'a list';
}
