import type { JsonObject } from '../../domain/contract.ts';
import { type JsonBounds, jsonBytes, measureJson, tooManyBytes } from '../json-bounds.ts';
import { type ReadSchema, readSchema } from './read-schema.ts';
import { priceSchema, type SchemaCost } from './schema-cost.ts';

export const SCHEMA_MAX_BYTES = 16 * 1024;
export const SCHEMA_DEPTH_MAX = 32;

/** Any more values than this need more bytes than there may be. */
const BOUNDS: JsonBounds = { depth: SCHEMA_DEPTH_MAX, nodes: SCHEMA_MAX_BYTES };

export type AnalysedSchema =
  | { readonly ok: true; readonly schema: ReadSchema; readonly cost: SchemaCost }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What is wrong with a schema's size and text, or null. Cheap, whatever the schema. */
export function problemOfSchemaJson(schema: JsonObject): string | null {
  const size = measureJson(schema, BOUNDS);
  if ('problem' in size) return `The schema ${size.problem}`;
  const bytes = jsonBytes(schema);
  if (bytes > SCHEMA_MAX_BYTES) return `The schema ${tooManyBytes(bytes, SCHEMA_MAX_BYTES)}`;
  return namesProto(schema) ? 'The schema names a property "__proto__", which is not allowed' : null;
}

/** Reads and prices a schema without compiling it. Takes at most a few milliseconds. */
export function analyseSchema(schema: JsonObject): AnalysedSchema {
  const problem = problemOfSchemaJson(schema);
  if (problem !== null) return { ok: false, problems: [problem] };
  const read = readSchema(schema);
  if (read.problems.length > 0) return { ok: false, problems: read.problems };
  const { cost, problems } = priceSchema(read);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, schema: read, cost };
}

/** Whether "__proto__" is a member's name or, as in `required`, one of a list. */
function namesProto(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((each) => each === '__proto__' || namesProto(each));
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(namesProto);
}
