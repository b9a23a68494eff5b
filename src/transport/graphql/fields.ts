import type { InputFieldRef, InputRef, OutputRef } from '@pothos/core';
import type { TObject, TProperties } from 'typebox';
import { type Field, fieldsOf, type InputValueOf, type LeftOut, type ValueOf } from '../../domain/fields.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { builder } from './builder.ts';

/** Renders tables of fields (see domain/fields.ts) as the fields of GraphQL types and inputs. */

type Types = typeof builder.$inferSchemaTypes;
type OutputFieldBuilder<Parent> = PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>;
type Extensions = Readonly<Record<string, unknown>>;
type InputFieldBuilder = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

/**
 * The fields of an object type, each as it is in the record. `types` are the GraphQL types of what is an enumeration
 * or a record of ours; `extensions` are those of single fields, such as what they count for (see counts.ts).
 */
export function outputFields<Properties extends TProperties, Parent extends ValueOf<TObject<Properties>>>(
  t: OutputFieldBuilder<Parent>,
  table: TObject<Properties>,
  ...[types, extensions = {}]: OutputTypes<ValueOf<TObject<Properties>>>
) {
  const named: Readonly<Record<string, OutputRef>> = types ?? {};
  const ofFields: Readonly<Record<string, Extensions | undefined>> = extensions;
  const fields = fieldsOf(table).map((field) => {
    const type = named[field.name] ?? scalarOf(field);
    const { name, description, isNullable: nullable } = field;
    // The table's static type is the record's, so what is read is of the type that is told.
    const resolve = (record: object) => Reflect.get(record, name) as never;
    const options = { description, nullable, resolve, extensions: ofFields[name] ?? {} };
    return [name, field.item ? t.field({ ...options, type: [type] }) : t.field({ ...options, type })] as const;
  });
  return Object.fromEntries(fields);
}

/** The fields of an input, with their bounds in words; `types` as for `outputFields`. */
export function inputFields<Properties extends TProperties>(
  t: InputFieldBuilder,
  table: TObject<Properties>,
  ...[types]: InputTypes<InputValueOf<TObject<Properties>>>
) {
  const named: Readonly<Record<string, InputRef>> = types ?? {};
  const fields = fieldsOf(table).map((field) => {
    const type = named[field.name] ?? scalarOf(field);
    const options = { description: inputDescription(field), required: !field.mayBeLeftOut };
    return [field.name, field.item ? t.field({ ...options, type: [type] }) : t.field({ ...options, type })] as const;
  });
  // The kinds that scalarOf tells apart are those that InputValueOf does.
  return Object.fromEntries(fields) as unknown as InputFields<Properties>;
}

type InputFields<Properties extends TProperties> = {
  [Name in keyof Properties]: InputFieldRef<
    Types,
    Name extends LeftOut<Properties>
      ? InputValueOf<Properties[Name]> | null | undefined
      : InputValueOf<Properties[Name]>
  >;
};

const SCALARS = {
  id: 'ID',
  instant: 'DateTime',
  text: 'String',
  integer: 'Int',
  number: 'Float',
  boolean: 'Boolean',
  jsonObject: 'JSONObject',
  json: 'JSON',
} as const;

function scalarOf(field: Field): (typeof SCALARS)[keyof typeof SCALARS] {
  const { kind } = field.item ?? field;
  if (kind in SCALARS) return SCALARS[kind as keyof typeof SCALARS];
  throw new Error(`"${field.name}" is no scalar: say which GraphQL type it has`);
}

function inputDescription({
  description,
  kind,
  keywords: { maxLength, maxItems, default: whenLeftOut },
}: Field): string {
  const bound = maxLength ?? maxItems;
  const words = [description];
  if (bound !== undefined) words.push(`At most ${bound.toLocaleString('en')}${kind === 'text' ? ' characters' : ''}.`);
  if (whenLeftOut !== undefined) {
    words.push(`${typeof whenLeftOut === 'string' ? whenLeftOut : JSON.stringify(whenLeftOut)} when left out.`);
  }
  return words.join(' ');
}

/** What a value holds that GraphQL has a type of its own for: names of an enumeration, or a record of ours. */
type NamedIn<Value> = Value extends readonly (infer Item)[]
  ? NamedIn<Item>
  : Value extends string
    ? string extends Value
      ? never
      : Value
    : Value extends Date | JsonText | number | boolean | null | undefined
      ? never
      : Value;

type NamesOfNamed<Record> = {
  [Name in keyof Record]-?: [NamedIn<Record[Name]>] extends [never] ? never : Name;
}[keyof Record];

/** No argument where there is nothing to tell. */
type OutputTypes<Record> = [NamesOfNamed<Record>] extends [never]
  ? []
  : [
      types: { readonly [Name in NamesOfNamed<Record>]: OutputRef<NamedIn<Record[Name]>> },
      extensions?: { readonly [Name in keyof Record]?: Extensions },
    ];
type InputTypes<Record> = [NamesOfNamed<Record>] extends [never]
  ? []
  : [types: { readonly [Name in NamesOfNamed<Record>]: InputRef<NamedIn<Record[Name]>> }];
