import { quoted } from '../../printable.ts';
import { EvaluationError } from '../evaluation-error.ts';
import { calculate, negative } from './arithmetic.ts';
import type { CallContext } from './define-function.ts';
import type { CelExpression } from './expression.ts';
import { fitted, functionsNamed } from './functions.ts';
import type { Meter } from './meter.ts';
import type { CelProgram } from './parse.ts';
import { type CelPattern, compilationUnits, compileCelPattern } from './pattern.ts';
import { type CelValue, inWords, isAmong, isEqual, isList, isNumber, isObject, namesOf, order } from './values.ts';

/** What a program is evaluated with. Reading a variable that is not known throws an EvaluationError. */
export type CelScope = {
  readonly meter: Meter;
  read(variable: string): CelValue;
};

/** A program that can be evaluated. Its regular expressions are compiled when they are first needed. */
export class CompiledCel {
  readonly program: CelProgram;
  readonly #patterns = new Map<string, CelPattern>();

  constructor(program: CelProgram) {
    this.program = program;
  }

  /**
   * Whether the program holds. Strict: values of different types are not compared (null apart), nothing but numbers is
   * converted, and what the program yields must be true or false. Throws an EvaluationError otherwise, and the
   * meter's TooCostlyError, which no part of the program absorbs.
   */
  holds(scope: CelScope): boolean {
    const value = new Evaluation(this.program.text, scope, (text, pattern) =>
      this.#matches(text, pattern, scope.meter),
    ).of(this.program.expression, NO_LOCALS);
    if (typeof value === 'boolean') return value;
    throw new EvaluationError(`it yields ${inWords(value)}, not true or false`);
  }

  #matches(text: string, pattern: string, meter: Meter): boolean {
    const size = this.program.patterns.get(pattern) ?? 0;
    const known = this.#patterns.get(pattern);
    meter.spend(16 + size * text.length + (known === undefined ? compilation(pattern, size) : 0));
    const compiled = known ?? compileCelPattern(pattern);
    this.#patterns.set(pattern, compiled);
    return compiled.test(text);
  }
}

/** What finding out why something cannot be evaluated costs: some ten microseconds. */
const FAILURE_UNITS = 800;

/** The variables of the comprehensions around an expression, innermost first. */
type Locals = { readonly name: string; readonly value: CelValue; readonly outer: Locals } | null;
const NO_LOCALS: Locals = null;

class Evaluation {
  readonly #text: string;
  readonly #scope: CelScope;
  readonly #context: CallContext;

  constructor(text: string, scope: CelScope, matches: CallContext['matches']) {
    this.#text = text;
    this.#scope = scope;
    this.#context = { meter: scope.meter, matches };
  }

  of(expression: CelExpression, locals: Locals): CelValue {
    const { meter } = this.#scope;
    meter.spend(2);
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'variable':
        return this.#scope.read(expression.name);
      case 'local':
        return find(expression.name, locals);
      case 'member':
        return this.#member(expression, this.of(expression.of, locals), expression.name);
      case 'has':
        return this.#has(expression, locals);
      case 'index':
        return this.#index(expression, locals);
      case 'list':
        return expression.items.map((item) => this.of(item, locals));
      case 'map':
        return this.#object(expression.entries, locals);
      case 'not':
        return !this.#truth(expression.operand, locals);
      case 'negative':
        return negative(this.of(expression.operand, locals));
      case 'logical':
        return this.#logical(expression, locals);
      case 'compare': {
        const { operator } = expression;
        const left = this.of(expression.left, locals);
        const right = this.of(expression.right, locals);
        if (operator === '==' || operator === '!=') return isEqual(left, right, meter) === (operator === '==');
        const difference = order(left, right, meter);
        if (operator === '<') return difference < 0;
        if (operator === '<=') return difference <= 0;
        return operator === '>' ? difference > 0 : difference >= 0;
      }
      case 'in':
        return this.#in(this.of(expression.needle, locals), this.of(expression.haystack, locals));
      case 'arithmetic':
        return calculate(
          expression.operator,
          this.of(expression.left, locals),
          this.of(expression.right, locals),
          meter,
        );
      case 'conditional':
        return this.#truth(expression.test, locals)
          ? this.of(expression.whenTrue, locals)
          : this.of(expression.whenFalse, locals);
      case 'call':
        return this.#call(expression, locals);
      case 'comprehension':
        return this.#comprehension(expression, locals);
    }
  }

  #truth(expression: CelExpression, locals: Locals): boolean {
    const value = this.of(expression, locals);
    if (typeof value === 'boolean') return value;
    throw new EvaluationError(`${this.#shown(expression)} is ${inWords(value)}, not true or false`);
  }

  /** A truth, or why there is none: what one operand decides alone does not depend on the other (CEL, "Logical operators"). */
  #truthOrError(expression: CelExpression, locals: Locals): boolean | EvaluationError {
    try {
      return this.#truth(expression, locals);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      this.#scope.meter.spend(FAILURE_UNITS);
      return error;
    }
  }

  #logical({ operator, left, right }: Extract<CelExpression, { kind: 'logical' }>, locals: Locals): boolean {
    const decisive = operator === '||';
    const first = this.#truthOrError(left, locals);
    if (first === decisive) return decisive;
    const second = this.#truth(right, locals);
    if (second === decisive) return decisive;
    if (typeof first !== 'boolean') throw first;
    return !decisive;
  }

  #member(expression: CelExpression, of: CelValue, name: string): CelValue {
    if (!isObject(of)) throw new EvaluationError(`${this.#shown(expression)}: ${inWords(of)} has no members`);
    if (!Object.hasOwn(of, name)) throw new EvaluationError(`${this.#shown(expression)} is missing`);
    return of[name] ?? null;
  }

  #has(expression: Extract<CelExpression, { kind: 'has' }>, locals: Locals): boolean {
    const of = this.of(expression.of, locals);
    if (isObject(of)) return Object.hasOwn(of, expression.name);
    throw new EvaluationError(`${this.#shown(expression)}: ${inWords(of)} has no members`);
  }

  #index(expression: Extract<CelExpression, { kind: 'index' }>, locals: Locals): CelValue {
    const of = this.of(expression.of, locals);
    const index = this.of(expression.index, locals);
    if (isList(of)) {
      const at = isNumber(index) ? Number(index) : Number.NaN;
      if (!Number.isInteger(at)) {
        throw new EvaluationError(`${this.#shown(expression)}: ${inWords(index)} is no position in a list`);
      }
      if (at < 0 || at >= of.length) {
        throw new EvaluationError(`${this.#shown(expression)}: the list has ${of.length} items`);
      }
      return of[at] ?? null;
    }
    if (typeof index === 'string') return this.#member(expression, of, index);
    throw new EvaluationError(`${this.#shown(expression)}: ${inWords(of)} has no ${inWords(index)} for a name`);
  }

  #object(entries: readonly (readonly [CelExpression, CelExpression])[], locals: Locals): CelValue {
    this.#scope.meter.spend(20 * entries.length);
    const members: [string, CelValue][] = entries.map(([key, value]) => {
      const name = this.of(key, locals);
      if (typeof name !== 'string') throw new EvaluationError(`${this.#shown(key)}: a name in an object is text`);
      return [name, this.of(value, locals)];
    });
    if (new Set(members.map(([name]) => name)).size < members.length) {
      throw new EvaluationError('an object has the same name twice');
    }
    return Object.assign(Object.create(null), Object.fromEntries(members));
  }

  #in(needle: CelValue, haystack: CelValue): boolean {
    if (isList(haystack)) return isAmong(needle, haystack, this.#scope.meter);
    if (!isObject(haystack)) throw new EvaluationError(`"in" needs a list or an object, not ${inWords(haystack)}`);
    if (typeof needle === 'string') return Object.hasOwn(haystack, needle);
    throw new EvaluationError(`the names of an object are text, not ${inWords(needle)}`);
  }

  #call(expression: Extract<CelExpression, { kind: 'call' }>, locals: Locals): CelValue {
    this.#scope.meter.spend(8);
    const values = expression.args.map((arg) => this.of(arg, locals));
    for (const each of functionsNamed(expression.name, expression.isMethod)) {
      const args = fitted(each, values);
      if (args !== null) return each.apply(args, this.#context);
    }
    throw new EvaluationError(
      `${this.#shown(expression)}: ${expression.name} does not take ${values.map(inWords).join(', ')}`,
    );
  }

  #comprehension(expression: Extract<CelExpression, { kind: 'comprehension' }>, outer: Locals): CelValue {
    const { macro, variable, filter, body } = expression;
    const items = this.#items(expression.over, outer);
    const inner = (value: CelValue): Locals => ({ name: variable, value, outer });
    switch (macro) {
      case 'all':
      case 'exists':
        return this.#quantified(macro === 'exists', items.map(inner), body);
      case 'exists_one':
        return items.filter((item) => this.#truth(body, inner(item))).length === 1;
      case 'filter':
        return items.filter((item) => this.#truth(body, inner(item)));
      case 'map': {
        const taken = filter === null ? items : items.filter((item) => this.#truth(filter, inner(item)));
        return taken.map((item) => this.of(body, inner(item)));
      }
    }
  }

  /** `exists` is `||` over all items, `all` is `&&`: one item that decides does so whatever is wrong with others. */
  #quantified(decisive: boolean, items: readonly Locals[], body: CelExpression): boolean {
    let failure: EvaluationError | null = null;
    for (const item of items) {
      const truth = this.#truthOrError(body, item);
      if (truth === decisive) return decisive;
      if (typeof truth !== 'boolean') failure ??= truth;
    }
    if (failure !== null) throw failure;
    return !decisive;
  }

  #items(over: CelExpression, locals: Locals): readonly CelValue[] {
    const list = this.of(over, locals);
    if (isList(list)) {
      this.#scope.meter.spend(list.length);
      return list;
    }
    if (!isObject(list)) throw new EvaluationError(`${this.#shown(over)} is ${inWords(list)}, not a list or an object`);
    return namesOf(list, this.#scope.meter);
  }

  #shown({ start, end }: CelExpression): string {
    return quoted(this.#text.slice(start, end), 80);
  }
}

function find(name: string, locals: Locals): CelValue {
  for (let each = locals; each !== null; each = each.outer) if (each.name === name) return each.value;
  throw new EvaluationError(`"${name}" is not known`);
}

/**
 * What compiling costs. An ordinary expression is compiled here all the same, as it is kept: one or two with each
 * request, until all are.
 */
function compilation(pattern: string, size: number): number {
  const units = compilationUnits(pattern, size);
  return units <= COMPILED_HERE_MAX ? Math.min(units, 20_000) : units;
}
const COMPILED_HERE_MAX = 200_000;
