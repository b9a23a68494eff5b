import { Parser } from 'expr-eval';
import { POLICY_CONDITION_MAX_LENGTH } from '../../domain/policy.ts';
import { checkNames } from './check-names.ts';
import { CONDITION_DEPTH_MAX, checkShape, tooDeep } from './check-shape.ts';
import { ConditionError } from './condition-error.ts';
import { ARITHMETIC, type Arithmetic, COMPARISONS, type Comparison, type Expression, partsOf } from './expression.ts';
import { type Token, tokenise } from './tokens.ts';

export const CONDITION_NODES_MAX = 200;

export type ParsedCondition =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly message: string };

/**
 * Reads a condition. The language: `== != < <= > >=`, `and or not`, `in [..]`, `+ - * / %`, `a ? b : c`, parentheses,
 * numbers, text in either kind of quotes, True False None and true false null, and the variables of the table. The message of a refusal is for the author.
 */
export function parsePolicyCondition(text: string): ParsedCondition {
  try {
    return { ok: true, expression: parse(text) };
  } catch (error) {
    if (error instanceof ConditionError) return { ok: false, message: error.message };
    throw error;
  }
}

function parse(text: string): Expression {
  const length = [...text].length;
  if (length > POLICY_CONDITION_MAX_LENGTH) {
    throw new ConditionError(
      `The condition is ${length.toLocaleString('en')} characters long; at most ${POLICY_CONDITION_MAX_LENGTH} are allowed`,
    );
  }
  if (!text.isWellFormed() || text.includes('\u0000')) {
    throw new ConditionError('The condition is not well-formed Unicode, or holds the character U+0000');
  }
  const tokens = tokenise(text);
  checkNames(tokens);
  checkShape(tokens);
  const expression = toExpression(parseStructure(tokens), tokens);
  const { nodes, depth } = extent(expression);
  if (nodes > CONDITION_NODES_MAX) {
    throw new ConditionError(`The condition has ${nodes} parts; at most ${CONDITION_NODES_MAX} are allowed`);
  }
  if (depth > CONDITION_DEPTH_MAX) throw tooDeep();
  return expression;
}

/** An instruction of the parser's postfix notation, as far as it is used here. */
type Instruction = { readonly type: string; readonly value: unknown };

const none = Object.freeze(Object.create(null));
const named = (...names: string[]) =>
  Object.freeze(Object.assign(Object.create(null), Object.fromEntries(names.map((name) => [name, true]))));

/**
 * expr-eval, used for precedence alone. It sees operators, brackets and placeholders (`v0`, `v1`, …), never an
 * author's text, name or number, so none of its readings of those matters, and it never evaluates. It can hold no
 * state: everything it has is frozen. Operators that are not listed would be on.
 */
const parser = Object.freeze(
  Object.assign(
    new Parser({
      allowMemberAccess: false,
      operators: { assignment: false, fndef: false, concatenate: false, factorial: false, power: false },
    }),
    {
      consts: none,
      functions: none,
      unaryOps: named('not', '+', '-'),
      binaryOps: named('and', 'or', 'in', ...COMPARISONS, ...ARITHMETIC),
      ternaryOps: named('?'),
    },
  ),
);

function parseStructure(tokens: readonly Token[]): readonly Instruction[] {
  const structure = tokens.map((token, index) =>
    token.kind === 'name' || token.kind === 'literal' ? `v${index}` : token.text,
  );
  try {
    const { tokens: instructions } = parser.parse(structure.join(' ')) as unknown as { tokens: readonly Instruction[] };
    return instructions;
  } catch (cause) {
    throw incomplete(cause);
  }
}

const incomplete = (cause?: unknown) => new ConditionError('The condition is no complete expression', { cause });

/** The parser's postfix notation as a tree. Whatever this language does not have is refused. */
function toExpression(instructions: readonly Instruction[], tokens: readonly Token[]): Expression {
  const stack: Expression[] = [];
  const branches: Expression[] = [];
  const pop = (from: Expression[] = stack): Expression => {
    const expression = from.pop();
    if (expression === undefined) throw incomplete();
    return expression;
  };
  for (const { type, value } of instructions) {
    switch (type) {
      case 'IVAR':
        stack.push(operand(value, tokens));
        break;
      case 'IEXPR':
        branches.push(toExpression(value as readonly Instruction[], tokens));
        break;
      case 'IARRAY': {
        const items = Array.from({ length: value as number }, () => pop()).reverse();
        stack.push({ kind: 'list', items });
        break;
      }
      case 'IOP1':
        stack.push(unary(value, pop()));
        break;
      case 'IOP2': {
        const right = value === 'and' || value === 'or' ? pop(branches) : pop();
        stack.push(binary(value, pop(), right));
        break;
      }
      case 'IOP3': {
        const whenFalse = pop(branches);
        stack.push({ kind: 'conditional', whenTrue: pop(branches), whenFalse, test: pop() });
        break;
      }
      default:
        throw incomplete();
    }
  }
  const expression = pop();
  if (stack.length > 0 || branches.length > 0) throw incomplete();
  return expression;
}

function operand(placeholder: unknown, tokens: readonly Token[]): Expression {
  const token = tokens[Number(String(placeholder).slice(1))];
  if (token?.kind === 'literal') return { kind: 'literal', value: token.value };
  if (token?.kind === 'name') return { kind: 'variable', name: token.text };
  throw incomplete();
}

function unary(operator: unknown, operand: Expression): Expression {
  if (operator === 'not') return { kind: 'not', operand };
  if (operator === '+' || operator === '-') return { kind: 'sign', operator, operand };
  throw incomplete();
}

const isComparison = (operator: unknown): operator is Comparison => COMPARISONS.some((each) => each === operator);
const isArithmetic = (operator: unknown): operator is Arithmetic => ARITHMETIC.some((each) => each === operator);

function binary(operator: unknown, left: Expression, right: Expression): Expression {
  if (operator === 'and' || operator === 'or') return { kind: 'logical', operator, left, right };
  if (operator === 'in') return { kind: 'in', needle: left, haystack: right };
  if (isComparison(operator)) return { kind: 'compare', operator, left, right };
  if (isArithmetic(operator)) return { kind: 'arithmetic', operator, left, right };
  throw incomplete();
}

/** How many parts it has, and how deeply they are nested. A chain such as `a or b or c` is one level. */
function extent(expression: Expression): { readonly nodes: number; readonly depth: number } {
  const [first, ...others] = partsOf(expression).map(extent);
  const isChain = expression.kind !== 'not' && expression.kind !== 'sign' && expression.kind !== 'list';
  let nodes = 1 + (first?.nodes ?? 0);
  let depth = (first?.depth ?? 0) + (isChain ? 0 : 1);
  for (const other of others) {
    nodes += other.nodes;
    depth = Math.max(depth, other.depth + 1);
  }
  return { nodes, depth };
}
