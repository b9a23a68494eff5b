import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { POLICY_CEL_MAX_LENGTH } from '../../../domain/policy.ts';
import { printable, quoted } from '../../printable.ts';
import { CelError } from './cel-error.ts';
import {
  ARITHMETIC,
  type Arithmetic,
  type CelExpression,
  COMPARISONS,
  COMPREHENSIONS,
  type Comparison,
  type Comprehension,
  partsOf,
  type Span,
} from './expression.ts';
import { functionsNamed } from './functions.ts';
import { functionHint, readVariable, unknownName } from './names.ts';
import { PATTERN_SIZE_MAX, patternSize } from './pattern.ts';

export const CEL_NODES_MAX = 500;
export const CEL_DEPTH_MAX = 32;
export const CEL_NESTED_COMPREHENSIONS_MAX = 2;

/** A program that has been read. */
export type CelProgram = {
  readonly text: string;
  readonly expression: CelExpression;
  /** Its regular expressions, each with its size (see patternSize). */
  readonly patterns: ReadonlyMap<string, number>;
};

export type ParsedCel =
  | { readonly ok: true; readonly program: CelProgram }
  | { readonly ok: false; readonly message: string };

/**
 * Reads a program: its structure by a CEL parser, which never evaluates, and then everything in it against what is
 * offered here: the variables of the table, the listed functions, and the bounds. The message of a refusal is for the
 * author.
 */
export function parseCel(text: string): ParsedCel {
  try {
    return { ok: true, program: parse(text) };
  } catch (error) {
    if (error instanceof CelError) return { ok: false, message: error.message };
    throw error;
  }
}

/** Deep enough for every program within the bounds; parentheses count here, and do not make a program deeper. */
const environment = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 4 * CEL_NODES_MAX, maxDepth: 8 * CEL_DEPTH_MAX, maxListElements: CEL_NODES_MAX },
});

function parse(text: string): CelProgram {
  const length = [...text.slice(0, POLICY_CEL_MAX_LENGTH * 2 + 2)].length;
  if (length > POLICY_CEL_MAX_LENGTH) {
    throw new CelError(
      `The program is longer than the ${POLICY_CEL_MAX_LENGTH.toLocaleString('en')} characters that are allowed`,
    );
  }
  if (!text.isWellFormed() || text.includes('\u0000')) {
    throw new CelError('The program is not well-formed Unicode, or holds the character U+0000');
  }
  if (text.trim() === '') throw new CelError('The program is empty');
  const reader = new Reader(text);
  const expression = reader.read(structureOf(text), []);
  const { nodes, depth, nested } = extent(expression);
  if (nodes > CEL_NODES_MAX) {
    throw new CelError(`The program has ${nodes} parts; at most ${CEL_NODES_MAX} are allowed`);
  }
  if (depth > CEL_DEPTH_MAX) throw tooDeep();
  if (nested > CEL_NESTED_COMPREHENSIONS_MAX) {
    throw new CelError(
      `all, exists, exists_one, filter and map are nested ${nested} deep; at most ${CEL_NESTED_COMPREHENSIONS_MAX} are allowed`,
    );
  }
  return { text, expression, patterns: reader.patterns };
}

const tooManyParts = () => new CelError(`The program has too many parts; at most ${CEL_NODES_MAX} are allowed`);

const tooDeep = () => new CelError(`The program is nested too deeply: at most ${CEL_DEPTH_MAX} levels are allowed`);

function structureOf(text: string): ASTNode {
  try {
    return environment.parse(text).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    if (error.code === 'limit_exceeded') throw error.summary.includes('maxDepth') ? tooDeep() : tooManyParts();
    const at = error.range === undefined ? '' : ` at character ${error.range.start + 1}`;
    throw new CelError(`The program cannot be read${at}: ${printable(error.summary, 120)}`);
  }
}

/** Turns what the parser found into a program of ours. Whatever is not offered is refused. */
class Reader {
  readonly #text: string;
  readonly patterns = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  /** @param locals the variables of the comprehensions around it */
  read(node: ASTNode, locals: readonly string[]): CelExpression {
    const span: Span = { start: node.start, end: node.end };
    const read = (part: ASTNode) => this.read(part, locals);
    switch (node.op) {
      case 'value':
        return { ...span, kind: 'literal', value: this.#literal(node.args, span) };
      case 'id':
        if (locals.includes(node.args)) return { ...span, kind: 'local', name: node.args };
        return this.#variable(node, span);
      case '.': {
        const [of, name] = node.args;
        if (of.op === 'id' && !locals.includes(of.args)) {
          const variable = readVariable(of.args, name);
          if (variable !== null) return { ...span, kind: 'variable', name: variable };
        }
        return { ...span, kind: 'member', of: read(of), name };
      }
      case '[]':
        return { ...span, kind: 'index', of: read(node.args[0]), index: read(node.args[1]) };
      case 'list':
        return { ...span, kind: 'list', items: node.args.map(read) };
      case 'map':
        return { ...span, kind: 'map', entries: node.args.map(([key, value]) => [read(key), read(value)] as const) };
      case '!_':
        return { ...span, kind: 'not', operand: read(node.args) };
      case '-_':
        return { ...span, kind: 'negative', operand: read(node.args) };
      case '&&':
      case '||':
        return { ...span, kind: 'logical', operator: node.op, left: read(node.args[0]), right: read(node.args[1]) };
      case 'in':
        return { ...span, kind: 'in', needle: read(node.args[0]), haystack: read(node.args[1]) };
      case '?:': {
        const [test, whenTrue, whenFalse] = node.args.map(read);
        if (test === undefined || whenTrue === undefined || whenFalse === undefined) break;
        return { ...span, kind: 'conditional', test, whenTrue, whenFalse };
      }
      case 'call': {
        const [name, args] = node.args;
        if (name === 'has') return this.#has(args, span, locals);
        return this.#call(name, false, args.map(read), span);
      }
      case 'rcall': {
        const [name, receiver, args] = node.args;
        if (isComprehension(name)) return this.#comprehension(name, receiver, args, span, locals);
        if (functionsNamed(name, true).length === 0) throw this.#unknownFunction(name, true, span);
        return this.#call(name, true, [receiver, ...args].map(read), span);
      }
      default:
        return this.#binary(node, span, locals);
    }
    throw this.#notOffered(span);
  }

  #binary(node: ASTNode, span: Span, locals: readonly string[]): CelExpression {
    const { op, args } = node;
    if (Array.isArray(args) && args.length === 2) {
      const [left, right] = args as readonly ASTNode[];
      if (left !== undefined && right !== undefined) {
        const parts = { left: this.read(left, locals), right: this.read(right, locals) };
        if (isComparison(op)) return { ...span, kind: 'compare', operator: op, ...parts };
        if (isArithmetic(op)) return { ...span, kind: 'arithmetic', operator: op, ...parts };
      }
    }
    throw this.#notOffered(span);
  }

  #literal(value: unknown, span: Span): null | boolean | string | bigint | number {
    if (typeof value === 'bigint' && (value > 2n ** 63n || value < -(2n ** 63n))) {
      throw new CelError(`The number ${this.#shown(span)} is too large`);
    }
    switch (typeof value) {
      case 'boolean':
      case 'string':
      case 'bigint':
      case 'number':
        return value;
      default:
        if (value === null) return null;
        throw this.#notOffered(span);
    }
  }

  #variable(node: ASTNode, span: Span): CelExpression {
    const name = String(node.args);
    const variable = readVariable(name, null);
    if (variable === null) throw unknownName(name, `at character ${span.start + 1}`);
    return { ...span, kind: 'variable', name: variable };
  }

  #has([arg, ...others]: readonly ASTNode[], span: Span, locals: readonly string[]): CelExpression {
    if (arg?.op !== '.' || others.length > 0) {
      throw new CelError(`has at character ${span.start + 1} takes one member, as in has(params.title)`);
    }
    const member = this.read(arg, locals);
    if (member.kind !== 'member') {
      throw new CelError(`${this.#shown(span)} is always true: every request has it`);
    }
    return { ...span, kind: 'has', of: member.of, name: member.name };
  }

  #call(name: string, isMethod: boolean, args: readonly CelExpression[], span: Span): CelExpression {
    const functions = functionsNamed(name, isMethod);
    if (functions.length === 0) throw this.#unknownFunction(name, isMethod, span);
    if (!functions.some((each) => each.args.length === args.length)) {
      const counts = functions.map((each) => each.args.length - (isMethod ? 1 : 0));
      const wanted = [...new Set(counts)].sort().join(' or ');
      throw new CelError(
        `${this.#shown(span)} gives ${name} ${args.length - (isMethod ? 1 : 0)} arguments; it takes ${wanted}`,
      );
    }
    if (name === 'matches') this.#pattern(args[1], span);
    return { ...span, kind: 'call', name, isMethod, args };
  }

  #pattern(pattern: CelExpression | undefined, span: Span): void {
    if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') {
      throw new CelError(`The regular expression at ${this.#shown(span)} must be text in quotes`);
    }
    try {
      this.patterns.set(pattern.value, patternSize(pattern.value));
    } catch (error) {
      if (error instanceof CelError)
        throw new CelError(`The regular expression ${quoted(pattern.value)} ${error.message}`);
      throw error;
    }
    const size = [...this.patterns.values()].reduce((sum, each) => sum + each, 0);
    if (size > PATTERN_SIZE_MAX) {
      throw new CelError(
        `The regular expressions have a size of ${size.toLocaleString('en')} when their repetitions are written out; at most ${PATTERN_SIZE_MAX.toLocaleString('en')} are allowed`,
      );
    }
  }

  #comprehension(
    macro: Comprehension,
    receiver: ASTNode,
    [variable, ...bodies]: readonly ASTNode[],
    span: Span,
    locals: readonly string[],
  ): CelExpression {
    const takesFilter = macro === 'map' && bodies.length === 2;
    const body = takesFilter ? bodies[1] : bodies[0];
    if (variable?.op !== 'id' || body === undefined || bodies.length !== (takesFilter ? 2 : 1)) {
      throw new CelError(
        `${macro} at character ${span.start + 1} takes a name and what is said of it, as in list.${macro}(x, x > 1)`,
      );
    }
    const inner = [...locals, variable.args];
    return {
      ...span,
      kind: 'comprehension',
      macro,
      over: this.read(receiver, locals),
      variable: variable.args,
      filter: takesFilter && bodies[0] !== undefined ? this.read(bodies[0], inner) : null,
      body: this.read(body, inner),
    };
  }

  #unknownFunction(name: string, isMethod: boolean, span: Span): CelError {
    const written = isMethod ? `.${name}()` : `${name}()`;
    return new CelError(
      `There is no function ${quoted(written)}, at ${this.#shown(span)}; ${functionHint(name, isMethod)}`,
    );
  }

  #notOffered(span: Span): CelError {
    return new CelError(`${this.#shown(span)} is a part of CEL that rules do not have`);
  }

  #shown({ start, end }: Span): string {
    return quoted(this.#text.slice(start, end));
  }
}

const isComparison = (op: string): op is Comparison => COMPARISONS.some((each) => each === op);
const isArithmetic = (op: string): op is Arithmetic => ARITHMETIC.some((each) => each === op);
const isComprehension = (name: string): name is Comprehension => COMPREHENSIONS.some((each) => each === name);

type Extent = { readonly nodes: number; readonly depth: number; readonly nested: number };

/** How many parts it has, how deeply they are nested (a chain such as `a || b || c` is one level), and comprehensions. */
function extent(expression: CelExpression): Extent {
  const [first, ...others] = partsOf(expression).map(extent);
  const isChain = expression.kind === 'logical' || expression.kind === 'arithmetic' || expression.kind === 'member';
  let nodes = 1 + (first?.nodes ?? 0);
  let depth = (first?.depth ?? 0) + (isChain ? 0 : 1);
  let nested = first?.nested ?? 0;
  for (const other of others) {
    nodes += other.nodes;
    depth = Math.max(depth, other.depth + 1);
    nested = Math.max(nested, other.nested);
  }
  return { nodes, depth, nested: nested + (expression.kind === 'comprehension' ? 1 : 0) };
}
