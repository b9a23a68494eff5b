import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { type Field, fieldsOf, type InputValueOf, type Keywords, type ValueOf } from '../../domain/fields.ts';
import { instantText } from '../../domain/instant-text.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import { JsonPart } from '../../domain/json/json-part.ts';
import { JsonText, stringifyJson } from '../../domain/json/json-text.ts';
import { jsonPartOf } from '../json-body.ts';
import { memberName } from './field-names.ts';

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
    of: writer(table) as (record: ValueOf<TObject<Properties>>) => JsonObject,
  };
}

/** What is sent in: the schema that it is held to, and what passed read as a use case's input. */
export function bodyOf<Properties extends TProperties>(table: TObject<Properties>, notes: Notes = {}) {
  const read = reader(table);
  return {
    schema: Type.Unsafe<JsonObject>(schemaOf(table, inBodies, notes)),
    read: (body: JsonObject) => read(body) as InputValueOf<TObject<Properties>>,
  };
}

/** How the name of an enumeration's value is written on the wire. */
export const lowerCase = (name: string): string => name.toLowerCase();
const upperCase = (name: string) => name.toUpperCase();

function schemaOf(table: TObject, render: Render, notes: Notes): TObject {
  return Type.Object(
    Object.fromEntries(fieldsOf(table).map((field) => [memberName(field.name), render(field)])),
    notes,
  );
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
  if (!table) return said.default instanceof JsonText ? { ...said, default: said.default.value } : said;
  // Which members there must be is said in the wire's names.
  const { properties, required = [] } = schemaOf(table, render, {});
  return { ...said, properties, required };
}

/** Renames the fields of records of the table and converts their values; what else a record holds is left out. */
function writer(table: TObject): (record: Readonly<Record<string, unknown>>) => unknown {
  const steps = fieldsOf(table).map((field) => ({
    from: field.name,
    to: memberName(field.name),
    write: writerOf(field) as (value: unknown) => unknown,
  }));
  return (record) => {
    const written: Record<string, unknown> = {};
    for (const { from, to, write } of steps) {
      const value = record[from];
      if (value !== undefined) written[to] = value === null ? null : write(value);
    }
    return written;
  };
}

function writerOf({ kind, item, table }: Field): (value: never) => unknown {
  if (kind === 'name') return lowerCase;
  if (kind === 'instant') return instantText;
  if (item) {
    const write = writerOf(item) as (value: unknown) => unknown;
    return (items: readonly unknown[]) => items.map(write);
  }
  return table ? (writer(table) as (value: never) => unknown) : (value: unknown) => value;
}

/** The same the other way round; of JSON of the caller's own, the text that was sent. */
function reader(table: TObject): (body: object) => unknown {
  const read = recordReader(table);
  // What did not come as a body, such as `{}` for one that was left out, has no text of its own.
  return (body) => read(jsonPartOf(body) ?? JsonPart.known(stringifyJson(body)));
}

type ReadPart = (part: JsonPart) => unknown;

function recordReader(table: TObject): ReadPart {
  const steps = fieldsOf(table).map((field) => ({
    from: memberName(field.name),
    to: field.name,
    read: readerOf(field),
  }));
  return ({ members }) => {
    const record: Record<string, unknown> = {};
    for (const { from, to, read } of steps) {
      const part = members.get(from);
      if (part) record[to] = part.isNull ? null : read(part);
    }
    return record;
  };
}

function readerOf({ kind, item, table }: Field): ReadPart {
  if (kind === 'name') return ({ value }) => upperCase(String(value));
  // The body has been held to the schema.
  if (kind === 'instant') return ({ value }) => new Date(String(value));
  if (kind === 'jsonObject' || kind === 'json') return (part) => part.toText();
  if (item) {
    const read = readerOf(item);
    return ({ items }) => items.map(read);
  }
  return table ? recordReader(table) : ({ value }) => value;
}
