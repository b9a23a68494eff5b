/** One param, or one field inside a param, as a line of a table. */
export type SchemaRow = {
  readonly path: string;
  readonly depth: number;
  readonly type: string;
  readonly isRequired: boolean;
  readonly rules: readonly string[];
  readonly description: string | null;
};

type Schema = Readonly<Record<string, unknown>>;

const DEPTH_MAX = 5;

/** Keywords that say what a value must be like, and how each reads. */
const RULES: Readonly<Record<string, (value: unknown) => string>> = {
  minimum: (value) => `≥ ${text(value)}`,
  maximum: (value) => `≤ ${text(value)}`,
  exclusiveMinimum: (value) => `> ${text(value)}`,
  exclusiveMaximum: (value) => `< ${text(value)}`,
  multipleOf: (value) => `a multiple of ${text(value)}`,
  minLength: (value) => `at least ${text(value)} characters`,
  maxLength: (value) => `at most ${text(value)} characters`,
  pattern: (value) => `matches ${text(value)}`,
  format: (value) => `format ${text(value)}`,
  minItems: (value) => `at least ${text(value)} items`,
  maxItems: (value) => `at most ${text(value)} items`,
  uniqueItems: (value) => (value === true ? 'no item twice' : ''),
  enum: (value) => (Array.isArray(value) ? `one of ${value.map(text).join(', ')}` : ''),
  const: (value) => `is ${text(value)}`,
  default: (value) => `default ${text(value)}`,
  additionalProperties: (value) => (value === false ? 'nothing else' : ''),
};

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of a schema: of an object, or of the items of a list, those of nested ones below their own. */
export const schemaRows = (schema: Schema): readonly SchemaRow[] => [
  ...fieldRows(schema, '', 0),
  ...(isSchema(schema.items) ? fieldRows(schema.items, '[]', 0) : []),
];

function fieldRows(schema: Schema, path: string, depth: number): readonly SchemaRow[] {
  const properties = isSchema(schema.properties) ? Object.entries(schema.properties) : [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  return properties.flatMap(([name, property]) => {
    const field = isSchema(property) ? property : {};
    const own = path === '' ? name : `${path}.${name}`;
    const row: SchemaRow = {
      path: own,
      depth,
      type: typeOf(field),
      isRequired: required.includes(name),
      rules: rulesOf(field),
      description: typeof field.description === 'string' ? field.description : null,
    };
    if (depth >= DEPTH_MAX) return [row];
    const items = isSchema(field.items) ? field.items : {};
    return [row, ...fieldRows(field, own, depth + 1), ...fieldRows(items, `${own}[]`, depth + 1)];
  });
}

export const rulesOf = (schema: Schema): readonly string[] =>
  Object.entries(RULES)
    .map(([keyword, read]) => (Object.hasOwn(schema, keyword) ? read(schema[keyword]) : ''))
    .filter((rule) => rule !== '');

export function typeOf(schema: Schema): string {
  const { type, items } = schema as { type?: unknown; items?: unknown };
  if (type === 'array' && isSchema(items)) return `list of ${typeOf(items)}`;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return type.map(text).join(' or ');
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const options = schema[keyword];
    if (Array.isArray(options)) return options.map((each) => (isSchema(each) ? typeOf(each) : 'any')).join(' or ');
  }
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').at(-1) ?? 'any';
  return 'any';
}
