import { mapOf, type Normal, type Tools } from './assertions.ts';

/** What looking for problems needs, subschemas included. */
export type WalkTools = Tools & {
  /** The subschema that a `$ref` refers to. */
  referred(reference: unknown): unknown;
  fits(schema: unknown, value: unknown): boolean;
  /** Does it one level deeper; throws where that is too deep. */
  within<Value>(work: () => Value): Value;
};

/** The subschemas that apply to the value itself, whatever others say. */
export function* inPlaceOf(schema: Normal, value: unknown, tools: WalkTools): Generator<unknown> {
  if (schema.$ref !== undefined) yield tools.referred(schema.$ref);
  if (Array.isArray(schema.allOf)) yield* schema.allOf;
  if (schema.if !== undefined) {
    const branch = tools.fits(schema.if, value) ? schema.then : schema.else;
    if (branch !== undefined) yield branch;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [name, each] of [...membersOf(schema.dependentSchemas), ...membersOf(schema.dependencies)]) {
    if (!Array.isArray(each) && Object.hasOwn(value, name)) yield each;
  }
}

export const membersOf = (keyword: unknown): readonly (readonly [string, unknown])[] => Object.entries(mapOf(keyword));

export const branchesOf = (keyword: unknown): readonly unknown[] => (Array.isArray(keyword) ? keyword : []);

/**
 * The members, or items by their index, that some keyword of the schema has evaluated, or all of them (JSON Schema
 * Core, 2020-12, section 11).
 */
export function evaluatedOf(schema: Normal, value: object, tools: WalkTools): ReadonlySet<string> | 'all' {
  tools.charge(1);
  const own = Array.isArray(value) ? itemsOf(schema, value, tools) : ownMembersOf(schema, value, tools);
  if (own === 'all') return own;
  const evaluated = new Set(own);
  for (const each of [...inPlaceOf(schema, value, tools), ...fittingOf(schema, value, tools)]) {
    const theirs = tools.within(() => evaluatedOf(mapOf(each), value, tools));
    if (theirs === 'all') return theirs;
    for (const name of theirs) evaluated.add(name);
  }
  return evaluated;
}

function itemsOf(schema: Normal, value: readonly unknown[], tools: WalkTools): readonly string[] | 'all' {
  const { prefixItems, items, unevaluatedItems } = schema;
  const contains = schema.containsEvaluates === false ? undefined : schema.contains;
  if (items !== undefined || unevaluatedItems !== undefined) return 'all';
  const first = branchesOf(prefixItems).length;
  return Object.keys(value).filter(
    (index) => Number(index) < first || (contains !== undefined && tools.fits(contains, value[Number(index)])),
  );
}

function ownMembersOf(schema: Normal, value: object, tools: WalkTools): readonly string[] | 'all' {
  if (schema.additionalProperties !== undefined || schema.unevaluatedProperties !== undefined) return 'all';
  const properties = mapOf(schema.properties);
  const patterns = Object.keys(mapOf(schema.patternProperties));
  return Object.keys(value).filter(
    (name) => Object.hasOwn(properties, name) || patterns.some((each) => tools.matchesPattern(each, name)),
  );
}

/** The branches that the value fits, and `if` where it does. */
const fittingOf = (schema: Normal, value: object, tools: WalkTools): readonly unknown[] =>
  [...branchesOf(schema.anyOf), ...branchesOf(schema.oneOf), ...(schema.if === undefined ? [] : [schema.if])].filter(
    (each) => tools.fits(each, value),
  );
