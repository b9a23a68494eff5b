import type { JsonSize } from '../json-bounds.ts';
import { quoted } from '../printable.ts';
import { PATTERN_MEMORY_BYTES } from './compile-pattern.ts';
import type { NormalSchema } from './normal-form.ts';
import type { ReadSchema, SchemaNode } from './read-schema.ts';
import { usesUnevaluated } from './unevaluated.ts';

/** What a schema costs, every reference written out; a schema within itself counts once. */
export type SchemaCost = {
  /** Per value: subschemas, and what they do that does not depend on the value. */
  readonly perValue: number;
  /** Per character of the value's text: lengths, regular expressions, uniqueness. */
  readonly perCharacter: number;
  /** Per squared character of one text: the regular expressions of formats, which backtrack. */
  readonly perSquaredCharacter: number;
  /** Some schema is within itself, so how often it is applied depends on how deep the value is. */
  readonly isRecursive: boolean;
  /** Some regular expression backtracks, so there is no bound on how long a text takes. */
  readonly backtracks: boolean;
};

export const EXPANDED_MAX = 10_000;
export const PATTERN_SIZES_MAX = 8_000;
/** Copies of subschemas that the compiler makes, because references refer to them where they also are. */
export const REFERRED_MAX = 2_048;

const NO_COST: SchemaCost = {
  perValue: 0,
  perCharacter: 0,
  perSquaredCharacter: 0,
  isRecursive: false,
  backtracks: false,
};

/** What a schema costs, and what about it is so abnormal that it is refused. */
export function priceSchema(schema: ReadSchema): { readonly cost: SchemaCost; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const loop = findLoop(schema.nodes);
  if (loop !== null) {
    const place = quoted(`${loop.pointer}/$ref`, 120);
    return { cost: NO_COST, problems: [`At ${place}: refers to itself without ever coming to a part of the value`] };
  }
  const sizes = patternSizes(schema);
  if (sizes > PATTERN_SIZES_MAX) {
    problems.push(
      `The schema's regular expressions have a size of ${format(sizes)} when their repetitions are written out; at most ${format(PATTERN_SIZES_MAX)} are allowed`,
    );
  }
  const expanded = expandedCost(schema.root, { prices: new Map(), open: new Set(), patterns: schema.patterns });
  const backtracks = [...schema.patterns.values()].some(({ engine }) => engine === 'backtracking');
  const cost = { ...expanded, backtracks };
  if (cost.perValue > EXPANDED_MAX) {
    problems.push(
      `The schema has ${format(cost.perValue)} parts when its references are written out; at most ${format(EXPANDED_MAX)} are allowed`,
    );
  }
  const referred = referredSize(schema);
  if (referred > REFERRED_MAX) {
    problems.push(
      `The schema's references refer to ${format(referred)} subschemas in all; at most ${format(REFERRED_MAX)} are allowed`,
    );
  }
  return { cost, problems };
}

/** About how long an evaluation takes, in units of some ten nanoseconds. There is no such bound on a recursive or backtracking one. */
export const estimate = (cost: SchemaCost, size: JsonSize): number =>
  cost.isRecursive || cost.backtracks
    ? Number.POSITIVE_INFINITY
    : cost.perValue * size.nodes +
      cost.perCharacter * size.chars +
      cost.perSquaredCharacter * (size.squaredChars / 8 + size.chars);

/**
 * About how much memory a compiled schema takes at most, in KiB. Mostly that of its regular expressions: what each may
 * remember, twice over, and its instructions; a subschema takes a few hundred bytes, and its code what codeSize says.
 */
export function memoryKib(schema: ReadSchema): number {
  const subschemas = schema.nodes.length + referredSize(schema);
  const remembered = (schema.patterns.size * 2 * PATTERN_MEMORY_BYTES) / 1_024;
  return Math.ceil(8 + subschemas / 2 + patternSizes(schema) + remembered + codeSize(schema) / 1_024);
}

/** Characters of code for one check, besides where it is; and for each byte of where it is, escaped and written twice. */
const CHECK_CHARACTERS = 400;
const PATH_CHARACTERS = 4;
/** Of code for each value of a list, besides the value, which is written as often as a path is. */
const LISTED_CHARACTERS = 100;

/**
 * About how long the code of a schema's validator is at most, in characters. Each check holds the path to it, so that
 * one long name near the root makes megabytes of code of a few kilobytes.
 */
export const codeSize = ({ nodes }: ReadSchema): number =>
  nodes.reduce((sum, { normal, pointer }) => {
    if (typeof normal === 'boolean') return sum;
    const { patternProperties, dependentRequired, dependencies } = normal;
    const named = [patternProperties, dependentRequired, dependencies].flatMap(members);
    const checks = Object.keys(normal).length + named.length;
    const listed = listsOf(normal).reduce((length, list) => length + listedSize(list), 0);
    return sum + checks * (CHECK_CHARACTERS + PATH_CHARACTERS * Buffer.byteLength(pointer)) + listed;
  }, 0);

/** The values that a schema lists, which its code holds one by one. */
const listsOf = ({ const: only, required, equalsOneOf, dependentRequired, dependencies, ...normal }: NormalSchema) => [
  ...(only === undefined ? [] : [[only]]),
  ...[normal.enum, required, equalsOneOf, ...[dependentRequired, dependencies].flatMap(members)].filter(Array.isArray),
];

const listedSize = (list: readonly unknown[]): number =>
  list.length * LISTED_CHARACTERS + PATH_CHARACTERS * Buffer.byteLength(JSON.stringify(list));

/** What a subschema that references refer to is to a regular expression's instruction. */
const REFERRED_UNITS = 16;

/** What compiling a schema costs besides its own length: as many instructions of regular expressions, of some 10 µs. */
export const compileSize = (schema: ReadSchema): number => patternSizes(schema) + REFERRED_UNITS * referredSize(schema);

type Pricing = {
  readonly prices: Map<SchemaNode, SchemaCost>;
  /** The schemas that are being priced now: whatever leads back to one of them is within itself. */
  readonly open: Set<SchemaNode>;
  readonly patterns: ReadSchema['patterns'];
};

function expandedCost(node: SchemaNode, pricing: Pricing): SchemaCost {
  const { prices, open } = pricing;
  const known = prices.get(node);
  if (known !== undefined) return known;
  if (open.has(node)) return { ...NO_COST, perValue: 1, isRecursive: true };
  open.add(node);
  let { perValue, perCharacter, perSquaredCharacter, isRecursive } = ownCost(node, pricing.patterns);
  for (const { to } of node.edges) {
    const cost = expandedCost(to, pricing);
    perValue += cost.perValue;
    perCharacter += cost.perCharacter;
    perSquaredCharacter += cost.perSquaredCharacter;
    isRecursive ||= cost.isRecursive;
  }
  open.delete(node);
  if (usesUnevaluated(node.normal)) {
    // What applies to the value itself is asked once more for each level of it that it is below.
    const times = 1 + levelsInPlace(node);
    perValue *= times;
    perCharacter *= times;
    perSquaredCharacter *= times;
  }
  const price = { ...NO_COST, perValue, perCharacter, perSquaredCharacter, isRecursive };
  prices.set(node, price);
  return price;
}

/** How deep the subschemas that apply to the same value are nested. The schema has no loops. */
function levelsInPlace(node: SchemaNode, known = new Map<SchemaNode, number>()): number {
  const levels =
    known.get(node) ??
    node.edges.reduce((most, { to, inPlace }) => (inPlace ? Math.max(most, 1 + levelsInPlace(to, known)) : most), 1);
  known.set(node, levels);
  return levels;
}

/** What a regular expression, a decimal division and a comparison of JSON texts take apart from their length. */
const PATTERN_UNITS = 16;
const DIVISION_UNITS = 32;
const COMPARISON_UNITS = 8;

/** A schema's own cost, without its subschemas'. */
function ownCost({ normal }: SchemaNode, sizes: ReadSchema['patterns']): SchemaCost {
  if (typeof normal === 'boolean') return { ...NO_COST, perValue: 1 };
  const { required, dependentRequired, dependencies, equalsOneOf, uniqueItems } = normal;
  const lists = [normal.enum, required, ...members(dependentRequired), ...members(dependencies)].filter(Array.isArray);
  const patterns = patternsOf(normal);
  const comparisons = (equalsOneOf === undefined ? 0 : 1) + (uniqueItems === true ? 1 : 0);
  const measures = normal.minLength !== undefined || normal.maxLength !== undefined;
  return {
    perValue:
      1 +
      lists.reduce((sum, list) => sum + Math.ceil(list.length / 8), 0) +
      patterns.length * PATTERN_UNITS +
      comparisons * COMPARISON_UNITS +
      (normal.multipleOf === undefined ? 0 : DIVISION_UNITS),
    perCharacter:
      patterns.reduce((sum, pattern) => sum + (sizes.get(pattern)?.size ?? 0), 0) +
      comparisons * 4 +
      (measures ? 1 : 0),
    perSquaredCharacter: normal.format === undefined ? 0 : 1,
    isRecursive: false,
    backtracks: false,
  };
}

const members = (value: unknown): readonly unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];

function patternsOf(normal: Exclude<SchemaNode['normal'], boolean>): readonly string[] {
  const { pattern, patternProperties } = normal;
  const names = Object.keys(patternProperties ?? {});
  return typeof pattern === 'string' ? [pattern, ...names] : names;
}

const patternSizes = ({ patterns }: ReadSchema): number =>
  [...patterns.values()].reduce((sum, { size }) => sum + size, 0);

const referredSize = ({ targets }: ReadSchema): number => targets.reduce((sum, target) => sum + treeSize(target), 0);

const treeSize = (node: SchemaNode): number =>
  node.edges.reduce((sum, { to, isReference }) => sum + (isReference ? 0 : treeSize(to)), 1);

/** A schema that leads back to itself on the same value: it would be evaluated for ever. */
function findLoop(nodes: readonly SchemaNode[]): SchemaNode | null {
  const done = new Set<SchemaNode>();
  const open = new Set<SchemaNode>();
  const visit = (node: SchemaNode): SchemaNode | null => {
    if (open.has(node)) return node;
    if (done.has(node)) return null;
    open.add(node);
    for (const { to, inPlace } of node.edges) {
      const loop = inPlace ? visit(to) : null;
      if (loop !== null) return loop;
    }
    open.delete(node);
    done.add(node);
    return null;
  };
  for (const node of nodes) {
    const loop = visit(node);
    if (loop !== null) return loop;
  }
  return null;
}

const format = (count: number): string => count.toLocaleString('en', { maximumFractionDigits: 0 });
