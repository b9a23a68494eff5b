import type { TObject, TProperties } from 'typebox';
import { type Field, fieldsOf, type InputValueOf } from './fields.ts';
import type { JsonPart } from './json/json-part.ts';

/** What JSON says of a record of the table, such as one that was stored; what else it says is left out. */
export const readRecord = <Properties extends TProperties>(
  table: TObject<Properties>,
  part: JsonPart,
): InputValueOf<TObject<Properties>> => recordOf(table, part) as InputValueOf<TObject<Properties>>;

function recordOf(table: TObject, part: JsonPart): unknown {
  const fields = fieldsOf(table).flatMap((field) => {
    const member = part.members.get(field.name);
    return member === undefined ? [] : [[field.name, fieldIn(field, member)] as const];
  });
  return Object.fromEntries(fields);
}

function fieldIn({ kind, item, table }: Field, part: JsonPart): unknown {
  if (kind === 'jsonObject' && part.isNull) return null;
  if (kind === 'jsonObject' || kind === 'json') return part.toText();
  if (item) return part.isList ? part.items.map((each) => fieldIn(item, each)) : part.value;
  return table && part.isObject ? recordOf(table, part) : part.value;
}
