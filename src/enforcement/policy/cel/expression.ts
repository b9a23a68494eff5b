/** Where something stands in the text of a program: code units, from 0, the end not included. */
export type Span = { readonly start: number; readonly end: number };

/** An int is a bigint, a double a number. */
export type CelLiteral = null | boolean | string | bigint | number;

export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof COMPARISONS)[number];
export const ARITHMETIC = ['+', '-', '*', '/', '%'] as const;
export type Arithmetic = (typeof ARITHMETIC)[number];
/** What yields true or false for a whole list, or makes another list of it. */
export const COMPREHENSIONS = ['all', 'exists', 'exists_one', 'filter', 'map'] as const;
export type Comprehension = (typeof COMPREHENSIONS)[number];

/**
 * A CEL program as this platform reads it: plain data that names nothing but operators, literals, listed functions
 * and listed variables. Macros stand as they were written, not as what they are short for.
 */
export type CelExpression = Span &
  (
    | { readonly kind: 'literal'; readonly value: CelLiteral }
    /** A variable of the table, by its name in CEL, such as `sender.id` or `params`. */
    | { readonly kind: 'variable'; readonly name: string }
    /** The variable of a comprehension around it. */
    | { readonly kind: 'local'; readonly name: string }
    | { readonly kind: 'member'; readonly of: CelExpression; readonly name: string }
    | { readonly kind: 'index'; readonly of: CelExpression; readonly index: CelExpression }
    /** `has(of.name)`. */
    | { readonly kind: 'has'; readonly of: CelExpression; readonly name: string }
    | { readonly kind: 'list'; readonly items: readonly CelExpression[] }
    | { readonly kind: 'map'; readonly entries: readonly (readonly [CelExpression, CelExpression])[] }
    | { readonly kind: 'not'; readonly operand: CelExpression }
    | { readonly kind: 'negative'; readonly operand: CelExpression }
    | {
        readonly kind: 'logical';
        readonly operator: '&&' | '||';
        readonly left: CelExpression;
        readonly right: CelExpression;
      }
    | {
        readonly kind: 'compare';
        readonly operator: Comparison;
        readonly left: CelExpression;
        readonly right: CelExpression;
      }
    | { readonly kind: 'in'; readonly needle: CelExpression; readonly haystack: CelExpression }
    | {
        readonly kind: 'arithmetic';
        readonly operator: Arithmetic;
        readonly left: CelExpression;
        readonly right: CelExpression;
      }
    | {
        readonly kind: 'conditional';
        readonly test: CelExpression;
        readonly whenTrue: CelExpression;
        readonly whenFalse: CelExpression;
      }
    /** A listed function; a receiver is the first of its arguments. */
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly isMethod: boolean;
        readonly args: readonly CelExpression[];
      }
    | {
        readonly kind: 'comprehension';
        readonly macro: Comprehension;
        readonly over: CelExpression;
        readonly variable: string;
        /** Of `map(x, filter, transform)`; null in every other one. */
        readonly filter: CelExpression | null;
        /** What is said of each item, or made of it. */
        readonly body: CelExpression;
      }
  );

/** What an expression is made of, in the order of the text. */
export function partsOf(expression: CelExpression): readonly CelExpression[] {
  switch (expression.kind) {
    case 'literal':
    case 'variable':
    case 'local':
      return [];
    case 'member':
    case 'has':
      return [expression.of];
    case 'index':
      return [expression.of, expression.index];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flat();
    case 'not':
    case 'negative':
      return [expression.operand];
    case 'in':
      return [expression.needle, expression.haystack];
    case 'conditional':
      return [expression.test, expression.whenTrue, expression.whenFalse];
    case 'call':
      return expression.args;
    case 'comprehension':
      return expression.filter === null
        ? [expression.over, expression.body]
        : [expression.over, expression.filter, expression.body];
    default:
      return [expression.left, expression.right];
  }
}
