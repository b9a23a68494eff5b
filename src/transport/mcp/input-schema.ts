import type { Capability, JsonObject, JsonValue } from '../../domain/contract.ts';

/** Members of a schema whose own members have names that authors choose, and hold schemas. */
const NAMED_SCHEMAS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'dependencies',
]);
/** Members of a schema that hold values, and no schemas. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples']);
/** What would have callers send a param as a header besides: nothing here reads one. */
const HEADER_ANNOTATION = 'x-mcp-header';
const NONE: JsonObject = {};
const DRAFT_7 = 'http://json-schema.org/draft-07/schema#';

/** A tool's `inputSchema`, and those bounds of its capability, in words, that the schema cannot say. */
export type InputSchema = {
  readonly schema: JsonObject & { readonly type: 'object' };
  readonly unsaid: readonly string[];
};

/**
 * What a tool takes: the schema of the params as it was published, but that it says that they are an object, and the bounds
 * of the capability with it. Null where it lets no object pass.
 */
export function inputSchemaOf({
  paramsSchema,
  constraints,
}: Pick<Capability, 'paramsSchema' | 'constraints'>): InputSchema | null {
  if (!mayBeObject(paramsSchema)) return null;
  const bounded = withBounds(withoutHeaders(paramsSchema) as JsonObject, constraints);
  return { schema: { ...withDraft(bounded.schema), type: 'object' }, unsaid: bounded.unsaid };
}

/** Readers take a schema that does not say so for one of 2020-12; the platform reads it by what it has. */
export function withDraft(schema: JsonObject): JsonObject {
  return schema.$schema === undefined && isOfDraft7(schema) ? { $schema: DRAFT_7, ...schema } : schema;
}

function mayBeObject({ type, const: only, enum: several }: JsonObject): boolean {
  if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object'))) return false;
  if (only !== undefined && !isObject(only)) return false;
  return !Array.isArray(several) || several.some(isObject);
}

/** The schema with each bound that is tighter than its property's own, and in words the others. */
function withBounds(schema: JsonObject, constraints: JsonObject) {
  let properties = isObject(schema.properties) ? schema.properties : NONE;
  const unsaid: string[] = [];
  for (const [key, bound] of Object.entries(constraints)) {
    const isUpper = key.startsWith('max_');
    const param = key.slice('max_'.length);
    const keyword = isUpper ? 'maximum' : 'minimum';
    const property = Object.hasOwn(properties, param) ? properties[param] : undefined;
    if (typeof bound !== 'number') continue;
    if (!isNumeric(property)) unsaid.push(`${param} must be a number, at ${isUpper ? 'most' : 'least'} ${bound}.`);
    else {
      const own = property[keyword];
      const isTighter = typeof own !== 'number' || (isUpper ? bound < own : bound > own);
      if (isTighter) properties = { ...properties, [param]: { ...property, [keyword]: bound } };
    }
  }
  return { schema: properties === NONE ? schema : { ...schema, properties }, unsaid };
}

const isNumeric = (property: JsonValue | undefined): property is JsonObject =>
  isObject(property) && (property.type === 'number' || property.type === 'integer');

/** The schema without the annotation wherever it is one; a param may be called so. */
function withoutHeaders(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(withoutHeaders);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([keyword]) => keyword !== HEADER_ANNOTATION);
  return Object.fromEntries(
    kept.map(([keyword, each]) => {
      if (VALUES.has(keyword)) return [keyword, each];
      if (!NAMED_SCHEMAS.has(keyword) || !isObject(each)) return [keyword, withoutHeaders(each)];
      return [
        keyword,
        Object.fromEntries(Object.entries(each).map(([name, schema]) => [name, withoutHeaders(schema)])),
      ];
    }),
  );
}

/** Whether a schema has what means something up to draft 7 alone. */
function isOfDraft7(value: JsonValue): boolean {
  if (isList(value)) return value.some(isOfDraft7);
  if (!isObject(value)) return false;
  if (isList(value.items) || value.dependencies !== undefined) return true;
  return Object.entries(value).some(([keyword, each]) => {
    if (VALUES.has(keyword)) return false;
    return NAMED_SCHEMAS.has(keyword) && isObject(each) ? Object.values(each).some(isOfDraft7) : isOfDraft7(each);
  });
}

const isList = (value: JsonValue | undefined): value is readonly JsonValue[] => Array.isArray(value);

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
