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

function withoutWhatCosts(schema: unknown, items: number, depth: number): unknown {
  if (typeof schema !== 'object' || schema === null || depth > DEPTH_MAX) return schema;
  if (Array.isArray(schema)) return schema.map((each) => withoutWhatCosts(each, items, depth + 1));
  const { minItems } = schema as Json;
  const first = typeof minItems === 'number' ? Math.max(0, Math.min(minItems, items)) : 1;
  const below = Math.floor(items / Math.max(1, first));
  const entries = Object.entries(schema as Json)
    // A member of "properties" may have any name; one whose value is a text or a list is a keyword.
    .filter(([name, value]) => !(LEFT_TO_THE_PLATFORM.has(name) && !isSchemaOfAMember(name, value)))
    .map(([name, value]) => [name, name === 'minItems' ? first : withoutWhatCosts(value, below, depth + 1)]);
  return Object.fromEntries(entries);
}

/** Whether it is a property that happens to be called like a keyword, rather than the keyword. */
const isSchemaOfAMember = (name: string, value: unknown): boolean =>
  name === 'pattern' && typeof value === 'object' && value !== null;

/** Whether a value has a list that is longer than a form shows. */
export function hasLongList(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return (Array.isArray(value) && value.length > ITEMS_MAX) || Object.values(value).some(hasLongList);
}
