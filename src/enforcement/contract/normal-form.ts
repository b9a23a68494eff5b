import type { JsonObject } from '../../domain/contract.ts';
import type { Dialect } from './schema-draft.ts';

/** A schema reduced to what is evaluated, in 2020-12's words. */
export type NormalSchema = Record<string, unknown>;

/** Keywords that ask something of any value, whatever its type. */
const OF_ANY_VALUE = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'];
const ALL_BUT_NULL = { type: ['array', 'boolean', 'number', 'object', 'string'] };

/** Up to 2019-09, lists in `items`, with `additionalItems` for the rest, are 2020-12's `prefixItems` and `items`. */
export function mergeTuples(normal: NormalSchema): void {
  const { items, additionalItems } = normal;
  delete normal.additionalItems;
  if (!Array.isArray(items)) return;
  delete normal.items;
  if (items.length > 0) normal.prefixItems = items;
  if (additionalItems !== undefined) normal.items = additionalItems;
}

/** `exclusiveMinimum: true` beside `minimum`, as in draft 4 and OpenAPI 3.0, is the bound that it makes of it. */
export function mergeExclusiveBounds(normal: NormalSchema): void {
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const isExclusive = normal[exclusive];
    if (typeof isExclusive !== 'boolean') continue;
    delete normal[exclusive];
    if (!isExclusive || normal[bound] === undefined) continue;
    normal[exclusive] = normal[bound];
    delete normal[bound];
  }
}

/**
 * OpenAPI's `nullable: true` takes null, whatever else the schema asks. What asks something of any value moves into a
 * condition, which is answered for the caller to know it as a subschema of its own.
 */
export function takeNull(normal: NormalSchema, { nullable }: JsonObject): NormalSchema | null {
  if (nullable !== true) return null;
  const { type } = normal;
  if (type !== undefined) normal.type = [...new Set([type, 'null'].flat())];
  if (Array.isArray(normal.enum) && !normal.enum.includes(null)) normal.enum = [...normal.enum, null];
  if (normal.const !== undefined) {
    const choices = [normal.const, null];
    if (normal.enum === undefined) normal.enum = choices;
    else normal.equalsOneOf = [choices];
    delete normal.const;
  }
  const asked = Object.fromEntries(
    OF_ANY_VALUE.flatMap((keyword) => (normal[keyword] === undefined ? [] : [[keyword, normal[keyword]]])),
  );
  if (Object.keys(asked).length === 0) return null;
  for (const keyword of OF_ANY_VALUE) delete normal[keyword];
  const condition: NormalSchema = { ...ALL_BUT_NULL };
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's keyword
  Object.assign(normal, { if: condition, then: asked });
  return condition;
}

/** Lists and objects in `const` and `enum` are compared by our own keyword, `equalsOneOf`. */
export function compareAsJson(normal: NormalSchema): void {
  const isCompound = (value: unknown) => typeof value === 'object' && value !== null;
  const choices: unknown[] = Array.isArray(normal.equalsOneOf) ? [...normal.equalsOneOf] : [];
  if (isCompound(normal.const)) {
    choices.push([normal.const]);
    delete normal.const;
  }
  if (Array.isArray(normal.enum) && normal.enum.some(isCompound)) {
    choices.push(normal.enum);
    delete normal.enum;
  }
  if (choices.length > 0) normal.equalsOneOf = choices;
}

/** Since 2020-12, items that `contains` found count as evaluated; in 2019-09 they do not. */
export function markContains(normal: NormalSchema, dialect: Dialect): void {
  if (normal.contains !== undefined && dialect === '2019-09') normal.containsEvaluates = false;
}
