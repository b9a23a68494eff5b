import type { Dialect, Lifetime } from './schema-draft.ts';

/**
 * Where a keyword's value holds subschemas.
 * - schema: it is one
 * - list: a list of them
 * - map: an object of them, by property name or pattern
 * - items: one, or, up to 2019-09, a list
 * - dependencies: an object of schemas and lists of names
 */
export type SubschemaPlace = 'schema' | 'list' | 'map' | 'items' | 'dependencies';

export type Keyword = Lifetime & {
  readonly subschemas?: SubschemaPlace;
  /** The subschemas apply to the very value that the schema applies to, not to a part of it. */
  readonly inPlace?: boolean;
  /** What is wrong with a value that holds no subschemas, or null. */
  readonly problemOf?: (value: unknown, dialect: Dialect) => string | null;
};

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
export const ENUM_VALUES_MAX = 512;

const expect = (isRight: (value: unknown) => boolean, what: string) => (value: unknown) =>
  isRight(value) ? null : `must be ${what}`;

const isNumber = (value: unknown): value is number => typeof value === 'number';
const isCount = (value: unknown): boolean => isNumber(value) && Number.isInteger(value) && value >= 0;
const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === value.length;
const isType = (value: unknown): boolean => typeof value === 'string' && TYPES.includes(value);

const number = expect(isNumber, 'a number');
const count = expect(isCount, 'a whole number, 0 or more');
const flag = expect((value) => typeof value === 'boolean', 'true or false');
const names = expect(isNames, 'a list of different names');

function problemOfType(value: unknown): string | null {
  const isRight = isType(value) || (isNames(value) && Array.isArray(value) && value.length > 0 && value.every(isType));
  return isRight ? null : `must be one of ${TYPES.join(', ')}, or a list of them`;
}

/** In draft 4 and in OpenAPI 3.0, `exclusiveMinimum` says of `minimum` that it is exclusive; since then it is a bound. */
function problemOfExclusiveBound(value: unknown, dialect: Dialect): string | null {
  if (dialect === 'draft-04') return flag(value);
  return dialect === 'unstated' && typeof value === 'boolean' ? null : number(value);
}

function problemOfEnum(value: unknown): string | null {
  if (!Array.isArray(value) || value.length === 0) return 'must be a list of at least one value';
  if (value.length <= ENUM_VALUES_MAX) return null;
  return `has ${value.length.toLocaleString('en')} values; at most ${ENUM_VALUES_MAX} are allowed`;
}

function problemOfDependentNames(value: unknown): string | null {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap && Object.values(value).every(isNames) ? null : 'must be an object of lists of different names';
}

const SCHEMA: Keyword = { subschemas: 'schema' };
const SCHEMA_IN_PLACE: Keyword = { subschemas: 'schema', inPlace: true };
const SCHEMAS_IN_PLACE: Keyword = { subschemas: 'list', inPlace: true };

const SINCE_DRAFT_6: Lifetime = { since: 'draft-06' };
const SINCE_2019: Lifetime = { since: '2019-09' };

/**
 * Every keyword that makes a value valid or not, and so everything that is evaluated, besides references. Others, known
 * or unknown to a draft, are annotations and ignored, as every draft says (JSON Schema Core, 2020-12, section 4.3.1).
 */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', { problemOf: problemOfType }],
  ['enum', { problemOf: problemOfEnum }],
  ['const', { ...SINCE_DRAFT_6, problemOf: () => null }],
  ['multipleOf', { problemOf: expect((value) => isNumber(value) && value > 0, 'a number above 0') }],
  ['maximum', { problemOf: number }],
  ['exclusiveMaximum', { problemOf: problemOfExclusiveBound }],
  ['minimum', { problemOf: number }],
  ['exclusiveMinimum', { problemOf: problemOfExclusiveBound }],
  ['maxLength', { problemOf: count }],
  ['minLength', { problemOf: count }],
  ['pattern', { problemOf: expect((value) => typeof value === 'string', 'a regular expression') }],
  ['format', { problemOf: expect((value) => typeof value === 'string', 'the name of a format') }],
  ['maxItems', { problemOf: count }],
  ['minItems', { problemOf: count }],
  ['uniqueItems', { problemOf: flag }],
  ['maxContains', { ...SINCE_2019, problemOf: count }],
  ['minContains', { ...SINCE_2019, problemOf: count }],
  ['maxProperties', { problemOf: count }],
  ['minProperties', { problemOf: count }],
  ['required', { problemOf: names }],
  ['dependentRequired', { ...SINCE_2019, problemOf: problemOfDependentNames }],
  ['properties', { subschemas: 'map' }],
  ['patternProperties', { subschemas: 'map' }],
  ['additionalProperties', SCHEMA],
  ['propertyNames', { ...SINCE_DRAFT_6, subschemas: 'schema' }],
  ['contains', { ...SINCE_DRAFT_6, subschemas: 'schema' }],
  ['items', { subschemas: 'items' }],
  ['additionalItems', { until: '2019-09', subschemas: 'schema' }],
  ['prefixItems', { since: '2020-12', subschemas: 'list' }],
  ['unevaluatedItems', { ...SINCE_2019, subschemas: 'schema' }],
  ['unevaluatedProperties', { ...SINCE_2019, subschemas: 'schema' }],
  ['dependentSchemas', { ...SINCE_2019, subschemas: 'map', inPlace: true }],
  ['dependencies', { subschemas: 'dependencies', inPlace: true }],
  ['allOf', SCHEMAS_IN_PLACE],
  ['anyOf', SCHEMAS_IN_PLACE],
  ['oneOf', SCHEMAS_IN_PLACE],
  ['not', SCHEMA_IN_PLACE],
  ['if', { ...SCHEMA_IN_PLACE, since: 'draft-07' }],
  ['then', { ...SCHEMA_IN_PLACE, since: 'draft-07' }],
  ['else', { ...SCHEMA_IN_PLACE, since: 'draft-07' }],
]);

/** Places of definitions, looked through although nothing may refer to them. */
export const DEFINITIONS: readonly string[] = ['$defs', 'definitions'];

/** Keywords that refer to another schema, for the same value. */
export const REFERENCES: ReadonlyMap<string, Lifetime> = new Map<string, Lifetime>([
  ['$ref', {}],
  ['$recursiveRef', { since: '2019-09', until: '2019-09' }],
  ['$dynamicRef', { since: '2020-12' }],
]);

/** A keyword of ajv that would make a verdict come later, and so be taken for a yes. */
export const REFUSED_KEYWORDS: ReadonlyMap<string, string> = new Map([
  ['$async', 'asynchronous schemas are not supported'],
]);
