import { type CheckedCel, checkCel } from '../policy/cel/check.ts';
import { type CelExpression, partsOf } from '../policy/cel/expression.ts';
import type { CelProgram } from '../policy/cel/parse.ts';
import type { CelType } from '../policy/cel/types.ts';
import { VARIABLES } from '../policy/variables.ts';
import { type Term, typesOfVariable } from './term.ts';
import { ANYTHING, BOOLEAN, DURATION, LIST, NULL, NUMBER, OBJECT, TEXT, TIMESTAMP, type Types } from './types.ts';

/** A program in CEL, as it was read. What it calls is opaque, but for what it is known to yield. */
export function termOfCel(program: CelProgram): Term {
  return new Translator(checkCel(program)).term(program.expression);
}

const FACTS: ReadonlyMap<string, Types> = new Map(
  VARIABLES.flatMap(({ cel, type }) => (cel === null ? [] : [[cel, typesOfVariable(type)] as const])),
);

const ORDERED: Types = BOOLEAN | NUMBER | TEXT | TIMESTAMP | DURATION;

class Translator {
  readonly #checked: CheckedCel;

  constructor(checked: CheckedCel) {
    this.#checked = checked;
  }

  term(expression: CelExpression): Term {
    const path = pathOf(expression);
    if (path !== null && path.length > 0) return { kind: 'param', path, shown: shownOf(path), plain: false };
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return { kind: 'literal', value: typeof value === 'bigint' ? Number(value) : value };
      }
      case 'variable':
        return { kind: 'fact', name: expression.name, types: FACTS.get(expression.name) ?? ANYTHING };
      case 'has': {
        const of = pathOf(expression.of);
        if (of === null) return this.#opaque(expression);
        const asked = [...of, expression.name];
        return { kind: 'has', path: asked, shown: shownOf(asked) };
      }
      case 'list':
        return { kind: 'list', items: expression.items.map((item) => this.term(item)) };
      case 'not':
        return { kind: 'not', operand: this.term(expression.operand) };
      case 'negative':
        return { kind: 'sign', operand: this.term(expression.operand) };
      case 'logical':
        return {
          kind: 'logical',
          operator: expression.operator === '&&' ? 'and' : 'or',
          left: this.term(expression.left),
          right: this.term(expression.right),
          forgiving: true,
        };
      case 'compare':
        return {
          kind: 'compare',
          operator: expression.operator,
          left: this.term(expression.left),
          right: this.term(expression.right),
          ordered: ORDERED,
        };
      case 'arithmetic':
        return {
          kind: 'arithmetic',
          operator: expression.operator,
          left: this.term(expression.left),
          right: this.term(expression.right),
        };
      case 'in':
        return { kind: 'in', needle: this.term(expression.needle), haystack: this.term(expression.haystack) };
      case 'conditional':
        return {
          kind: 'conditional',
          test: this.term(expression.test),
          whenTrue: this.term(expression.whenTrue),
          whenFalse: this.term(expression.whenFalse),
        };
      default:
        return this.#opaque(expression);
    }
  }

  #opaque(expression: CelExpression): Term {
    const type = this.#checked.typeOf.get(expression);
    const operands = partsOf(expression).map((part) => this.term(part));
    return { kind: 'opaque', operands, types: type === undefined ? ANYTHING : TYPES[type.kind] };
  }
}

const TYPES: Readonly<Record<CelType['kind'], Types>> = {
  dyn: ANYTHING,
  null: NULL,
  bool: BOOLEAN,
  int: NUMBER,
  double: NUMBER,
  string: TEXT,
  timestamp: TIMESTAMP,
  duration: DURATION,
  list: LIST,
  map: OBJECT,
};

/** The path below `params` that an expression names; empty for `params` itself, null for anything else. */
function pathOf(expression: CelExpression): readonly string[] | null {
  if (expression.kind === 'variable') return expression.name === 'params' ? [] : null;
  if (expression.kind === 'member') {
    const path = pathOf(expression.of);
    return path && [...path, expression.name];
  }
  if (expression.kind !== 'index' || expression.index.kind !== 'literal') return null;
  const { value } = expression.index;
  const path = typeof value === 'string' ? pathOf(expression.of) : null;
  return path && [...path, String(value)];
}

const shownOf = (path: readonly string[]): string => `params.${path.join('.')}`;
