import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { type Field, fieldsOf, type InputValueOf, type Keywords, type ValueOf } from '../../domain/fields.ts';
import type { JsonObject, JsonValue } from '../../domain/json/json.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import { snakeCase } from './field-names.ts';

/**
 * Renders tables of fields (see domain/fields.ts) as JSON, and as what the API document says of it: names in
 * snake_case, moments in RFC 3339, names of enumerations in lower case.
 */

type Notes = { readonly description?: string; readonly examples?: readonly unknown[] };
type Render = (field: Field) => TSchema;

/** What is answered: its schema, and a record written so. */
export function answerOf<Properties extends TProperties>(table: TObject<Properties>, notes: Notes = {}) {
  return {
    schema: schemaOf(table, inAnswers, notes),
    of: converter(table, 'write') as (record: ValueOf<TObject<Properties>>) => JsonObject,
  };
}

/** What is sent in: the schema that it is held to, and what passed read as a use case's input. */
export function bodyOf<Properties extends TProperties>(table: TObject<Properties>, notes: Notes = {}) {
  return {
    schema: Type.Unsafe<JsonObject>(schemaOf(table, inBodies, notes)),
    read: converter(table, 'read') as (body: JsonObject) => InputValueOf<TObject<Properties>>,
  };
}

/** How the name of an enumeration's value is written on the wire. */
export const lowerCase = (name: string): string => name.toLowerCase();
const upperCase = (name: string) => name.toUpperCase();

function schemaOf(table: TObject, render: Render, notes: Notes): TObject {
  return Type.Object(Object.fromEntries(fieldsOf(table).map((field) => [snakeCase(field.name), render(field)])), notes);
}

/** An answer holds every field, and what bounds an input is not said of it. */
const inAnswers: Render = (field) => schemaOfField(field, inAnswers, BOUNDS);

const inBodies: Render = (field) => {
  const schema = schemaOfField(field, inBodies, OURS);
  return field.mayBeLeftOut ? Type.Optional(schema) : schema;
};

/** Keywords that are no JSON Schema. */
const OURS: readonly string[] = ['multiline'] satisfies (keyof Keywords)[];
const BOUNDS: readonly string[] = [
  ...OURS,
  ...(['minLength', 'maxLength', 'pattern', 'maxItems', 'default'] satisfies (keyof Keywords)[]),
];

function schemaOfField({ kind, keywords, item, table }: Field, render: Render, unsaid: readonly string[]): TSchema {
  const said: Keywords = Object.fromEntries(Object.entries(keywords).filter(([keyword]) => !unsaid.includes(keyword)));
  if (kind === 'instant') return { ...said, description: `${said.description} RFC 3339, UTC.` };
  if (kind === 'name') {
    const whenLeftOut = typeof said.default === 'string' ? { default: lowerCase(said.default) } : {};
    return { ...said, enum: said.enum?.map(lowerCase), ...whenLeftOut };
  }
  if (item) return { ...said, items: render(item) };
  if (!table) return said;
  const { properties, required } = schemaOf(table, render, {});
  return { ...said, properties, ...(required && { required }) };
}

type Direction = 'read' | 'write';
type Convert = (value: never) => unknown;

/** Renames the fields of records of the table and converts their values; what else a record holds is left out. */
function converter(table: TObject, direction: Direction): Convert {
  const steps = fieldsOf(table).map((field) => {
    const wireName = snakeCase(field.name);
    const [from, to] = direction === 'write' ? [field.name, wireName] : [wireName, field.name];
    return { from, to, convert: converterOf(field, direction) as (value: unknown) => unknown };
  });
  return (record: Readonly<Record<string, unknown>>) => {
    const converted: Record<string, unknown> = {};
    for (const { from, to, convert } of steps) {
      const value = record[from];
      if (value !== undefined) converted[to] = value === null ? null : convert(value);
    }
    return converted;
  };
}

function converterOf({ name, kind, item, table }: Field, direction: Direction): Convert {
  if (kind === 'name') return direction === 'write' ? lowerCase : upperCase;
  if (kind === 'instant') {
    // No body holds one yet, and nothing has checked that it is one.
    if (direction === 'read') throw new Error(`"${name}" is a moment, which bodies cannot hold`);
    return (value: Date) => value.toISOString();
  }
  if (item) {
    const convert = converterOf(item, direction) as (value: unknown) => unknown;
    return (items: readonly unknown[]) => items.map(convert);
  }
  if (direction === 'read' && (kind === 'jsonObject' || kind === 'json'))
    return (value: JsonValue) => JsonText.of(value);
  return table ? converter(table, direction) : (value: unknown) => value;
}
