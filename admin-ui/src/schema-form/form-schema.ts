type Json = Readonly<Record<string, unknown>>;

/** As many items of lists as a form shows, those of lists in lists together. */
export const ITEMS_MAX = 50;
/** Deeper ones are as written; whether they can be shown is found out in a worker. */
const DEPTH_MAX = 40;

/** What a browser's regular expressions would decide, without a bound: the platform's dry run does. */
const LEFT_TO_THE_PLATFORM: ReadonlySet<string> = new Set(['pattern', 'patternProperties', 'propertyNames']);

/** A schema as a form is made from it: without patterns, and with no more items to begin with than a form shows. */
export const formSchemaOf = (schema: Json): Json => {
  const form = withoutWhatCosts(schema, ITEMS_MAX, 0);
  return { type: 'object', ...(form as Json) };
};

/** Keywords whose members are named by the author, and are schemas. */
const MAPS_OF_SCHEMAS: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'dependentSchemas']);

function withoutWhatCosts(schema: unknown, items: number, depth: number, isMap = false): unknown {
  if (typeof schema !== 'object' || schema === null || depth > DEPTH_MAX) return schema;
  if (Array.isArray(schema)) return schema.map((each) => withoutWhatCosts(each, items, depth + 1));
  const members = Object.entries(schema as Json);
  if (isMap) return Object.fromEntries(members.map(([name, each]) => [name, withoutWhatCosts(each, items, depth + 1)]));
  const { minItems } = schema as Json;
  const first = typeof minItems === 'number' ? Math.max(0, Math.min(minItems, items)) : 1;
  const below = Math.floor(items / Math.max(1, first));
  return Object.fromEntries(
    members
      .filter(([name]) => !LEFT_TO_THE_PLATFORM.has(name))
      .map(([name, value]) => [
        name,
        name === 'minItems' ? first : withoutWhatCosts(value, below, depth + 1, MAPS_OF_SCHEMAS.has(name)),
      ]),
  );
}

/** Whether a value has a list that is longer than a form shows. */
export function hasLongList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (Array.isArray(value) && value.length > ITEMS_MAX) || Object.values(value).some(hasLongList);
}
