import { JsonText } from './json-text.ts';

/** The record with the value of each JSON text in it: for whoever decides by it and writes nothing out. */
export type ValuesIn<Of> =
  Of extends JsonText<infer Value>
    ? Value
    : Of extends Date
      ? Of
      : Of extends readonly (infer Item)[]
        ? readonly ValuesIn<Item>[]
        : Of extends object
          ? { readonly [Name in keyof Of]: ValuesIn<Of[Name]> }
          : Of;

/** See ValuesIn. For records of ours alone: it recurses. */
export const valuesIn = <Of>(record: Of): ValuesIn<Of> => plain(record) as ValuesIn<Of>;

function plain(value: unknown): unknown {
  if (value instanceof JsonText) return value.value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
