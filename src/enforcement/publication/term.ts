import type { Arithmetic, Comparison, Expression, Scalar } from '../policy/expression.ts';
import { PARAM_PREFIX, VARIABLES, type VariableType } from '../policy/variables.ts';
import { ANYTHING, NUMBER, OBJECT, TEXT, TIMESTAMP, type Types } from './types.ts';

/**
 * What a rule says, whichever language it says it in: the one form that checks look at. What they need not understand
 * is `opaque`, with what it is made of.
 */
export type Term =
  | { readonly kind: 'literal'; readonly value: Scalar }
  /** A variable that holds no param. */
  | { readonly kind: 'fact'; readonly name: string; readonly types: Types }
  /** A param, or a member of one. `plain` where the language reads nothing but scalars and lists of scalars. */
  | { readonly kind: 'param'; readonly path: readonly string[]; readonly shown: string; readonly plain: boolean }
  /** Whether a param is there. */
  | { readonly kind: 'has'; readonly path: readonly string[]; readonly shown: string }
  | { readonly kind: 'list'; readonly items: readonly Term[] }
  | { readonly kind: 'not'; readonly operand: Term }
  | { readonly kind: 'sign'; readonly operand: Term }
  | {
      readonly kind: 'logical';
      readonly operator: 'and' | 'or';
      readonly left: Term;
      readonly right: Term;
      /** As in CEL: what is wrong on one side does not matter where the other side decides. */
      readonly forgiving: boolean;
    }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: Term;
      readonly right: Term;
      /** What has an order in the language. */
      readonly ordered: Types;
    }
  | { readonly kind: 'in'; readonly needle: Term; readonly haystack: Term }
  | { readonly kind: 'arithmetic'; readonly operator: Arithmetic; readonly left: Term; readonly right: Term }
  | { readonly kind: 'conditional'; readonly test: Term; readonly whenTrue: Term; readonly whenFalse: Term }
  | { readonly kind: 'opaque'; readonly operands: readonly Term[]; readonly types: Types };

const TYPES: Readonly<Record<VariableType, Types>> = {
  string: TEXT,
  int: NUMBER,
  double: NUMBER,
  timestamp: TIMESTAMP,
  map: OBJECT,
};

const FACTS: ReadonlyMap<string, Types> = new Map(
  VARIABLES.flatMap(({ condition, type }) => (condition === null ? [] : [[condition, TYPES[type]] as const])),
);

export const typesOfVariable = (type: VariableType): Types => TYPES[type];

/** A condition, as it was parsed. */
export function termOfCondition(expression: Expression): Term {
  switch (expression.kind) {
    case 'literal':
      return expression;
    case 'variable': {
      const { name } = expression;
      const types = FACTS.get(name);
      if (types !== undefined) return { kind: 'fact', name, types };
      if (!name.startsWith(PARAM_PREFIX)) return { kind: 'opaque', operands: [], types: ANYTHING };
      return { kind: 'param', path: [name.slice(PARAM_PREFIX.length)], shown: name, plain: true };
    }
    case 'list':
      return { kind: 'list', items: expression.items.map(termOfCondition) };
    case 'not':
    case 'sign':
      return { kind: expression.kind, operand: termOfCondition(expression.operand) };
    case 'logical':
      return {
        ...expression,
        left: termOfCondition(expression.left),
        right: termOfCondition(expression.right),
        forgiving: false,
      };
    case 'compare':
      return {
        kind: 'compare',
        operator: expression.operator,
        left: termOfCondition(expression.left),
        right: termOfCondition(expression.right),
        ordered: NUMBER | TEXT,
      };
    case 'arithmetic':
      return {
        kind: 'arithmetic',
        operator: expression.operator,
        left: termOfCondition(expression.left),
        right: termOfCondition(expression.right),
      };
    case 'in':
      return {
        kind: 'in',
        needle: termOfCondition(expression.needle),
        haystack: termOfCondition(expression.haystack),
      };
    case 'conditional':
      return {
        kind: 'conditional',
        test: termOfCondition(expression.test),
        whenTrue: termOfCondition(expression.whenTrue),
        whenFalse: termOfCondition(expression.whenFalse),
      };
  }
}

/** What a term is made of, in the order of its text. */
export function partsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'literal':
    case 'fact':
    case 'param':
    case 'has':
      return [];
    case 'list':
      return term.items;
    case 'not':
    case 'sign':
      return [term.operand];
    case 'logical':
    case 'compare':
    case 'arithmetic':
      return [term.left, term.right];
    case 'in':
      return [term.needle, term.haystack];
    case 'conditional':
      return [term.test, term.whenTrue, term.whenFalse];
    case 'opaque':
      return term.operands;
  }
}

/** The term and everything within it. */
export function* withinTerm(term: Term): Generator<Term> {
  yield term;
  for (const part of partsOf(term)) yield* withinTerm(part);
}

/** Whether no request can make a difference to it: there is no variable in it. */
export const isConstant = (term: Term): boolean =>
  term.kind === 'literal' || (isBuilt(term) && partsOf(term).every(isConstant));

const isBuilt = ({ kind }: Term): boolean => kind !== 'fact' && kind !== 'param' && kind !== 'has' && kind !== 'opaque';
