import { quoted } from '../../printable.ts';
import { CEL_VARIABLES, type VariableType } from '../variables.ts';
import type { CelExpression, Span } from './expression.ts';
import { functionsNamed, takes } from './functions.ts';
import type { CelProgram } from './parse.ts';
import { isTimeZone } from './time.ts';
import {
  areComparable,
  BOOL,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  isAssignable,
  isNumber,
  joined,
  listOf,
  mapOf,
  NULL,
  nameOf,
  STRING,
  TIMESTAMP,
} from './types.ts';

/** What is wrong somewhere in a program, in words for its author. */
export type CelFinding = Span & { readonly message: string };

/** What is known of a program before it is evaluated. */
export type CheckedCel = {
  /** What the program yields. */
  readonly type: CelType;
  /** What each part of it yields. */
  readonly typeOf: ReadonlyMap<CelExpression, CelType>;
  /** Whatever cannot be evaluated, whatever the request. None where nothing is known to be wrong. */
  readonly findings: readonly CelFinding[];
};

/**
 * Checks the types of a program: what it compares, calculates and calls, and that it yields true or false. What is
 * not known before evaluation, such as a param without a contract, passes.
 * @param params what is known of the params: a map type, with a field for each param that is described
 */
export function checkCel({ text, expression }: CelProgram, params: CelType = mapOf(DYN)): CheckedCel {
  const checker = new Checker(text, params);
  const type = checker.typeOf(expression, new Map());
  if (!isAssignable(type, BOOL)) {
    checker.findings.push({ ...spanOf(expression), message: `The program yields ${nameOf(type)}, not true or false` });
  }
  return { type, typeOf: checker.types, findings: checker.findings };
}

type Locals = ReadonlyMap<string, CelType>;

class Checker {
  readonly types = new Map<CelExpression, CelType>();
  readonly findings: CelFinding[] = [];
  readonly #text: string;
  readonly #params: CelType;

  constructor(text: string, params: CelType) {
    this.#text = text;
    this.#params = params;
  }

  typeOf(expression: CelExpression, locals: Locals): CelType {
    const type = this.#find(expression, locals);
    this.types.set(expression, type);
    return type;
  }

  #find(expression: CelExpression, locals: Locals): CelType {
    const typeOf = (part: CelExpression) => this.typeOf(part, locals);
    switch (expression.kind) {
      case 'literal':
        return typeOfLiteral(expression.value);
      case 'variable':
        return expression.name === 'params' ? this.#params : typeOfVariable(CEL_VARIABLES.get(expression.name)?.type);
      case 'local':
        return locals.get(expression.name) ?? DYN;
      case 'member':
        return this.#member(expression, typeOf(expression.of), expression.name);
      case 'has':
        this.#member(expression, typeOf(expression.of), expression.name);
        return BOOL;
      case 'index':
        return this.#index(expression, typeOf(expression.of), typeOf(expression.index));
      case 'list': {
        const [first, ...others] = expression.items.map(typeOf);
        return listOf(first === undefined ? DYN : others.reduce(joined, first));
      }
      case 'map':
        for (const [key, value] of expression.entries) {
          this.#expect(key, typeOf(key), STRING, 'a name in an object');
          typeOf(value);
        }
        return mapOf(DYN);
      case 'not':
        this.#expect(expression.operand, typeOf(expression.operand), BOOL, '!');
        return BOOL;
      case 'negative':
        return this.#number(expression.operand, typeOf(expression.operand), '-');
      case 'logical':
        this.#expect(expression.left, typeOf(expression.left), BOOL, expression.operator);
        this.#expect(expression.right, typeOf(expression.right), BOOL, expression.operator);
        return BOOL;
      case 'compare':
        this.#compare(expression, typeOf(expression.left), typeOf(expression.right));
        return BOOL;
      case 'in':
        this.#in(expression, typeOf(expression.needle), typeOf(expression.haystack));
        return BOOL;
      case 'arithmetic':
        return this.#arithmetic(expression, typeOf(expression.left), typeOf(expression.right));
      case 'conditional':
        this.#expect(expression.test, typeOf(expression.test), BOOL, '?');
        return joined(typeOf(expression.whenTrue), typeOf(expression.whenFalse));
      case 'call':
        return this.#call(expression, expression.args.map(typeOf));
      case 'comprehension':
        return this.#comprehension(expression, locals);
    }
  }

  #member(expression: CelExpression, of: CelType, name: string): CelType {
    if (of.kind === 'map') return of.fields?.get(name) ?? of.values;
    if (of.kind !== 'dyn') this.#report(expression, `${this.#shown(expression)}: ${nameOf(of)} has no members`);
    return DYN;
  }

  #index(expression: Extract<CelExpression, { kind: 'index' }>, of: CelType, index: CelType): CelType {
    const { index: at } = expression;
    if (of.kind === 'list') {
      this.#expect(at, index, INT, 'a position in a list');
      return of.items;
    }
    if (of.kind === 'map') {
      this.#expect(at, index, STRING, 'a name in an object');
      const name = at.kind === 'literal' && typeof at.value === 'string' ? at.value : null;
      return (name === null ? undefined : of.fields?.get(name)) ?? of.values;
    }
    if (of.kind !== 'dyn') this.#report(expression, `${this.#shown(expression)}: ${nameOf(of)} has no items`);
    return DYN;
  }

  #compare(
    { operator, ...expression }: Extract<CelExpression, { kind: 'compare' }>,
    left: CelType,
    right: CelType,
  ): void {
    const whole: Span = expression;
    if (expression.left.kind === 'literal' && expression.right.kind === 'literal') {
      this.#report(
        whole,
        `${this.#shown(whole)} compares a literal with a literal, which is the same for every request`,
      );
    } else if (operator === '==' || operator === '!=') {
      if (!areComparable(left, right)) {
        this.#report(
          whole,
          `${this.#shown(whole)} compares ${nameOf(left)} with ${nameOf(right)}, which are never equal`,
        );
      }
    } else if (!haveOrder(left, right)) {
      this.#report(whole, `${this.#shown(whole)}: ${nameOf(left)} and ${nameOf(right)} have no order`);
    }
  }

  #in(expression: Extract<CelExpression, { kind: 'in' }>, needle: CelType, haystack: CelType): void {
    if (haystack.kind === 'list' && areComparable(needle, haystack.items)) return;
    if (haystack.kind === 'map' && isAssignable(needle, STRING)) return;
    if (haystack.kind === 'dyn') return;
    const what =
      haystack.kind === 'list'
        ? `looks for ${nameOf(needle)} in a list whose items are never equal to it`
        : haystack.kind === 'map'
          ? `looks for ${nameOf(needle)} among the names of an object, which are text`
          : `looks into ${nameOf(haystack)}, where a list or an object is needed`;
    this.#report(expression, `${this.#shown(expression)} ${what}`);
  }

  #arithmetic(expression: Extract<CelExpression, { kind: 'arithmetic' }>, left: CelType, right: CelType): CelType {
    const { operator } = expression;
    if (left.kind === 'dyn' && right.kind === 'dyn') return DYN;
    if (isNumberOrDyn(left) && isNumberOrDyn(right)) {
      if (left.kind === 'dyn' || right.kind === 'dyn') return operator === '+' || operator === '-' ? DYN : DOUBLE;
      return left.kind === 'int' && right.kind === 'int' ? INT : DOUBLE;
    }
    if (left.kind === 'list' && right.kind === 'list' && operator === '+') return joined(left, right);
    const results = SUMS.filter(
      (sum) => sum.operator === operator && isAssignable(left, sum.left) && isAssignable(right, sum.right),
    ).map(({ result }) => result);
    const [first, ...others] = results;
    if (first !== undefined) return others.reduce(joined, first);
    this.#report(expression, `${this.#shown(expression)}: ${nameOf(left)} ${operator} ${nameOf(right)} has no meaning`);
    return DYN;
  }

  #call(expression: Extract<CelExpression, { kind: 'call' }>, types: readonly CelType[]): CelType {
    const { name, isMethod, args } = expression;
    const fitting = functionsNamed(name, isMethod).filter((each) => takes(each, types));
    const [first, ...others] = fitting;
    if (first === undefined) {
      this.#report(expression, `${this.#shown(expression)}: ${name} does not take ${types.map(nameOf).join(', ')}`);
      return functionsNamed(name, isMethod)[0]?.result ?? DYN;
    }
    const zone = first.args[0]?.kind === 'timestamp' ? args[1] : undefined;
    if (zone?.kind === 'literal' && typeof zone.value === 'string' && !isTimeZone(zone.value)) {
      this.#report(zone, `${this.#shown(zone)} is no time zone such as "Europe/Berlin" or "+02:00"`);
    }
    return others.reduce((type, { result }) => joined(type, result), first.result);
  }

  #comprehension(expression: Extract<CelExpression, { kind: 'comprehension' }>, locals: Locals): CelType {
    const { macro, over, variable, filter, body } = expression;
    const list = this.typeOf(over, locals);
    if (list.kind !== 'list' && list.kind !== 'map' && list.kind !== 'dyn') {
      this.#report(over, `${this.#shown(over)} is ${nameOf(list)}; ${macro} needs a list or an object`);
    }
    const item = list.kind === 'list' ? list.items : list.kind === 'map' ? STRING : DYN;
    const inner = new Map([...locals, [variable, item]]);
    if (filter !== null) this.#expect(filter, this.typeOf(filter, inner), BOOL, macro);
    const said = this.typeOf(body, inner);
    if (macro === 'map') return listOf(said);
    this.#expect(body, said, BOOL, macro);
    return macro === 'filter' ? listOf(item) : BOOL;
  }

  #number(operand: CelExpression, type: CelType, operator: string): CelType {
    if (isNumberOrDyn(type)) return type;
    this.#report(operand, `${this.#shown(operand)} is ${nameOf(type)}; ${operator} needs a number`);
    return DYN;
  }

  #expect(expression: CelExpression, type: CelType, wanted: CelType, where: string): void {
    if (isAssignable(type, wanted)) return;
    this.#report(expression, `${this.#shown(expression)} is ${nameOf(type)}; ${where} needs ${nameOf(wanted)}`);
  }

  #report(span: Span, message: string): void {
    this.findings.push({ ...spanOf(span), message });
  }

  #shown({ start, end }: Span): string {
    return quoted(this.#text.slice(start, end), 80);
  }
}

const spanOf = ({ start, end }: Span): Span => ({ start, end });

const typeOfVariable = (type: VariableType = 'map'): CelType => (type === 'map' ? mapOf(DYN) : { kind: type });

function typeOfLiteral(value: unknown): CelType {
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    default:
      return value === null ? NULL : STRING;
  }
}

const isNumberOrDyn = (type: CelType): boolean => isNumber(type) || type.kind === 'dyn';

const ORDERED: ReadonlySet<CelType['kind']> = new Set(['bool', 'string', 'timestamp', 'duration']);

function haveOrder(left: CelType, right: CelType): boolean {
  if (isNumber(left) && isNumber(right)) return true;
  if (left.kind === 'dyn' || right.kind === 'dyn') {
    const other = left.kind === 'dyn' ? right : left;
    return isNumberOrDyn(other) || ORDERED.has(other.kind);
  }
  return left.kind === right.kind && ORDERED.has(left.kind);
}

/** What can be added and subtracted besides numbers and lists. */
const SUMS = (
  [
    [STRING, '+', STRING, STRING],
    [listOf(DYN), '+', listOf(DYN), listOf(DYN)],
    [TIMESTAMP, '+', DURATION, TIMESTAMP],
    [DURATION, '+', TIMESTAMP, TIMESTAMP],
    [TIMESTAMP, '-', DURATION, TIMESTAMP],
    [TIMESTAMP, '-', TIMESTAMP, DURATION],
    [DURATION, '+', DURATION, DURATION],
    [DURATION, '-', DURATION, DURATION],
  ] as const
).map(([left, operator, right, result]) => ({ left, operator, right, result }));
