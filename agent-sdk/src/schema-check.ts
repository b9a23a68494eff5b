import { isStandardSchema, type StandardIssue, type StandardSchema } from './standard-schema.ts';
import type { InputIssue } from './types.ts';

/** What a schema made of a value, or what is wrong with it; there is at least one issue. */
export type Checked =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly [InputIssue, ...InputIssue[]] };

/** Reads a value that is called `name` in what is said of it. */
export type SchemaCheck = (value: unknown, name: string) => Promise<Checked>;

/** How the schema checks values; undefined for one that cannot, as plain JSON Schema, which the platform checks. */
export function checkOf(schema: object | undefined): SchemaCheck | undefined {
  if (schema === undefined || !isStandardSchema(schema)) return undefined;
  const { validate } = schema['~standard'];
  if (validate === undefined) return undefined;
  return async (value, name) => {
    const result = await validate(value);
    if (result.issues === undefined) return { value: result.value };
    const [first, ...others] = result.issues.map((issue) => issueOf(issue, name));
    return { issues: [first ?? { path: name, message: 'It does not fit.' }, ...others] };
  };
}

const issueOf = ({ message, path = [] }: StandardIssue, name: string): InputIssue => ({
  path: [name, ...path.map((step) => String(typeof step === 'object' ? step.key : step))].join('.'),
  message,
});

const TARGETS = ['draft-2020-12', 'draft-07'] as const;

/**
 * The schema as JSON Schema, of what goes in or of what comes out. Throws a TypeError that names the option to pass where
 * the schema's library cannot say it.
 */
export function jsonSchemaOf(
  schema: object,
  direction: 'input' | 'output',
  { action, option }: { readonly action: string; readonly option: 'paramsSchema' | 'resultSchema' },
): object {
  if (!isStandardSchema(schema)) return schema;
  const { vendor } = schema['~standard'];
  const what = `the ${option === 'paramsSchema' ? 'params' : 'result'} of "${action}"`;
  const converter = schema['~standard'].jsonSchema;
  if (!converter) {
    throw new TypeError(`${vendor} does not say ${what} as JSON Schema by itself: pass it as ${option} besides`);
  }
  try {
    return convert(converter[direction]);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`${vendor} cannot say ${what} as JSON Schema (${why}): pass it as ${option} besides`, {
      cause,
    });
  }
}

type Convert = NonNullable<StandardSchema['~standard']['jsonSchema']>['input'];

/** In the newest draft that the library has; what the first one was refused for is thrown. */
function convert(to: Convert): object {
  let refusal: unknown;
  for (const target of TARGETS) {
    try {
      return to({ target });
    } catch (error) {
      refusal ??= error;
    }
  }
  throw refusal;
}
