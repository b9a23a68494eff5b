import { type Static, type TArray, type TObject, type TProperties, type TSchema, type TUnsafe, Type } from 'typebox';
import type { JsonObject, JsonValue } from './json/json.ts';
import type { JsonText } from './json/json-text.ts';

/**
 * A noun's fields stand in one table: a TypeBox object whose static type is the record in TypeScript and whose JSON
 * Schema holds what is said and checked of each field: description, bounds, what it is when it is left out. Transports
 * render tables; they name no field themselves. Here is what tables are made of besides TypeBox's own types.
 */

type Notes = { readonly description: string; readonly examples?: readonly unknown[] };

/** The id of something of ours. */
export const id = (description: string) => Type.String({ format: 'uuid', description });

/** A moment: a Date inside, RFC 3339 on the wire. */
export const instant = (description: string) => Type.Unsafe<Date>({ type: 'string', format: 'date-time', description });

/** One of the names, upper-case inside and in GraphQL, lower-case on the REST wire. */
export const oneOf = <const Name extends string>(names: readonly Name[], notes: Notes) =>
  Type.Unsafe<Name>({ type: 'string', enum: names, ...notes });

/** A JSON object of the caller's own shape, kept as it was written. */
export const jsonObject = (notes: Notes) =>
  Type.Unsafe<JsonText<JsonObject>>({ type: 'object', additionalProperties: true, ...notes });

/** Any JSON value, kept as it was written; or null. */
export const jsonValue = (notes: Notes) => Type.Unsafe<JsonText | null>({ ...notes });

/** The field, or null. In an input it may be left out, which is the same as null. */
export const nullable = <Schema extends TSchema>(schema: Schema, notes?: Notes) =>
  Type.Unsafe<ValueOf<Schema> | null>({ ...schema, ...notes, type: [keywordsOf(schema).type, 'null'] });

/** A record of ours, of which an input may leave out all or parts: each part is what it is when it is left out. */
export const partsOf = <Properties extends TProperties>(properties: Properties, notes: Notes) =>
  Type.Object(properties, { ...notes, default: {} }) as TObject<Properties> & Defaulted;

declare const defaulted: unique symbol;
type Defaulted = { readonly [defaulted]?: true };

/** The field, which an input may leave out: it is that value then. */
export const withDefault = <Schema extends TSchema>(value: ValueOf<Schema>, schema: Schema) =>
  Type.Unsafe<ValueOf<Schema>>({ ...schema, default: value }) as TUnsafe<ValueOf<Schema>> & Defaulted;

/** What a field holds inside. */
export type ValueOf<Schema> =
  Schema extends TArray<infer Item>
    ? readonly ValueOf<Item>[]
    : Schema extends TObject<infer Properties>
      ? { readonly [Name in keyof Properties]: ValueOf<Properties[Name]> }
      : Schema extends TSchema
        ? Static<Schema>
        : never;

/** What a field of an input holds: of items and records what may be left out may be missing, too. */
export type InputValueOf<Schema> =
  Schema extends TArray<infer Item>
    ? readonly InputValueOf<Item>[]
    : Schema extends TObject<infer Properties>
      ? {
          readonly [Name in Exclude<keyof Properties, LeftOut<Properties>>]: InputValueOf<Properties[Name]>;
        } & { readonly [Name in LeftOut<Properties>]?: InputValueOf<Properties[Name]> | null | undefined }
      : ValueOf<Schema>;

/** The names of what an input may leave out: what may be null, and what has a default. */
export type LeftOut<Properties extends TProperties> = {
  [Name in keyof Properties]: typeof defaulted extends keyof Properties[Name]
    ? Name
    : null extends ValueOf<Properties[Name]>
      ? Name
      : never;
}[keyof Properties];

/** The JSON Schema keywords that tables use. */
export type Keywords = {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly default?: JsonValue;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** Ours, of texts: line breaks and tabs are welcome. */
  readonly multiline?: boolean;
  /** Ours, of names that people tell each other apart by: every character of it can be seen. */
  readonly isName?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly items?: TSchema;
  readonly properties?: TProperties;
};

/** TypeBox keeps what a schema says out of its static type. */
export const keywordsOf = (schema: TSchema): Keywords => schema;

/** What is said of one field, for where a transport shows it by hand. */
export const descriptionOf = <Properties extends TProperties>(
  { properties }: TObject<Properties>,
  name: keyof Properties,
): string => keywordsOf(properties[name] ?? {}).description ?? '';

/** One field of a table, as whoever renders tables sees it. */
export type Field = {
  readonly name: string;
  readonly kind: FieldKind;
  readonly description: string;
  readonly isNullable: boolean;
  /** Whether an input may leave it out. */
  readonly mayBeLeftOut: boolean;
  readonly keywords: Keywords;
  /** What each item of a list is; null of what is no list. */
  readonly item: Field | null;
  /** The fields of a record; null of what is none. */
  readonly table: TObject | null;
};

export type FieldKind =
  | 'id'
  | 'instant'
  | 'name'
  | 'text'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'list'
  | 'record'
  | 'jsonObject'
  | 'json';

const known = new WeakMap<TObject, readonly Field[]>();

export function fieldsOf(table: TObject): readonly Field[] {
  const before = known.get(table);
  if (before) return before;
  const fields = Object.entries(table.properties).map(([name, schema]) => fieldOf(name, schema));
  known.set(table, fields);
  return fields;
}

function fieldOf(name: string, schema: TSchema): Field {
  const keywords = keywordsOf(schema);
  const isNullable = keywords.type === undefined || keywords.type.includes('null');
  const mayBeLeftOut = isNullable || 'default' in keywords;
  const { description = '', items, properties } = keywords;
  return {
    name,
    kind: kindOf(keywords),
    description,
    isNullable,
    mayBeLeftOut,
    keywords,
    item: items ? fieldOf(name, items) : null,
    table: properties ? Type.Object(properties) : null,
  };
}

function kindOf({ type, format, enum: names, properties }: Keywords): FieldKind {
  switch (typeof type === 'string' ? type : type?.[0]) {
    case 'string':
      return format === 'uuid' ? 'id' : format === 'date-time' ? 'instant' : names ? 'name' : 'text';
    case 'integer':
      return 'integer';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    case 'object':
      return properties ? 'record' : 'jsonObject';
    default:
      return 'json';
  }
}

/** The record that an input, or a record stored before a field was added, stands for: what it leaves out is filled in. */
export function complete<Properties extends TProperties>(
  table: TObject<Properties>,
  input: InputValueOf<TObject<Properties>>,
): ValueOf<TObject<Properties>>;
export function complete(table: TObject, input: Readonly<Record<string, unknown>>): unknown {
  const entries = fieldsOf(table).map(({ name, keywords, item, table: record }) => {
    const value = input[name] ?? keywords.default ?? null;
    const records = item?.table;
    if (records && Array.isArray(value)) return [name, value.map((each) => complete(records, each))];
    return [name, record && typeof value === 'object' && value !== null ? complete(record, { ...value }) : value];
  });
  return Object.fromEntries(entries);
}
