/** Which keywords a schema has: those of draft 7, those of 2020-12, or, when it does not say, both. */
export type Dialect = 'draft7' | 'draft2020' | 'either';

/**
 * Where a keyword's value holds subschemas.
 * - schema: it is one
 * - list: a list of them
 * - map: an object of them, by property name or pattern
 * - items: draft 7's `items`, one or a list
 * - dependencies: draft 7's, an object of schemas and lists of names
 */
export type SubschemaPlace = 'schema' | 'list' | 'map' | 'items' | 'dependencies';

export type Keyword = {
  readonly subschemas?: SubschemaPlace;
  /** The subschemas apply to the very value that the schema applies to, not to a part of it. */
  readonly inPlace?: boolean;
  /** The drafts that have it; both when left out. */
  readonly only?: 'draft7' | 'draft2020';
  /** What is wrong with a value that holds no subschemas, or null. */
  readonly problemOf?: (value: unknown) => string | null;
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
const names = expect(isNames, 'a list of different names');

function problemOfType(value: unknown): string | null {
  const isRight = isType(value) || (isNames(value) && Array.isArray(value) && value.length > 0 && value.every(isType));
  return isRight ? null : `must be one of ${TYPES.join(', ')}, or a list of them`;
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

/**
 * Every keyword that makes a value valid or not, and so everything that is evaluated. Others, known or unknown, are
 * annotations and ignored, as both drafts say (JSON Schema Core, 2020-12, section 4.3.1).
 */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map<string, Keyword>([
  ['type', { problemOf: problemOfType }],
  ['enum', { problemOf: problemOfEnum }],
  ['const', { problemOf: () => null }],
  ['multipleOf', { problemOf: expect((value) => isNumber(value) && value > 0, 'a number above 0') }],
  ['maximum', { problemOf: number }],
  ['exclusiveMaximum', { problemOf: number }],
  ['minimum', { problemOf: number }],
  ['exclusiveMinimum', { problemOf: number }],
  ['maxLength', { problemOf: count }],
  ['minLength', { problemOf: count }],
  ['pattern', { problemOf: expect((value) => typeof value === 'string', 'a regular expression') }],
  ['format', { problemOf: expect((value) => typeof value === 'string', 'the name of a format') }],
  ['maxItems', { problemOf: count }],
  ['minItems', { problemOf: count }],
  ['uniqueItems', { problemOf: expect((value) => typeof value === 'boolean', 'true or false') }],
  ['maxContains', { problemOf: count, only: 'draft2020' }],
  ['minContains', { problemOf: count, only: 'draft2020' }],
  ['maxProperties', { problemOf: count }],
  ['minProperties', { problemOf: count }],
  ['required', { problemOf: names }],
  ['dependentRequired', { problemOf: problemOfDependentNames, only: 'draft2020' }],
  ['properties', { subschemas: 'map' }],
  ['patternProperties', { subschemas: 'map' }],
  ['additionalProperties', SCHEMA],
  ['propertyNames', SCHEMA],
  ['contains', SCHEMA],
  ['items', { subschemas: 'items' }],
  ['additionalItems', { subschemas: 'schema', only: 'draft7' }],
  ['prefixItems', { subschemas: 'list', only: 'draft2020' }],
  ['unevaluatedItems', { subschemas: 'schema', only: 'draft2020' }],
  ['unevaluatedProperties', { subschemas: 'schema', only: 'draft2020' }],
  ['dependentSchemas', { subschemas: 'map', inPlace: true, only: 'draft2020' }],
  ['dependencies', { subschemas: 'dependencies', inPlace: true }],
  ['allOf', SCHEMAS_IN_PLACE],
  ['anyOf', SCHEMAS_IN_PLACE],
  ['oneOf', SCHEMAS_IN_PLACE],
  ['not', SCHEMA_IN_PLACE],
  ['if', SCHEMA_IN_PLACE],
  ['then', SCHEMA_IN_PLACE],
  ['else', SCHEMA_IN_PLACE],
]);

/** Places of definitions, looked through although nothing may refer to them. */
export const DEFINITIONS = ['$defs', 'definitions'] as const;

/** Keywords that would make a schema mean something that depends on where else it is, or that answer later. */
export const REFUSED_KEYWORDS: ReadonlyMap<string, string> = new Map([
  ['$async', 'asynchronous schemas are not supported'],
  ['$anchor', 'anchors are not supported; refer to #/$defs/<name>'],
  ['$dynamicAnchor', 'dynamic references are not supported'],
  ['$dynamicRef', 'dynamic references are not supported'],
  ['$recursiveAnchor', 'recursive references of draft 2019-09 are not supported'],
  ['$recursiveRef', 'recursive references of draft 2019-09 are not supported; $ref may refer to an outer schema'],
]);
