import { isEqual } from '../../components/json-values.ts';
import { isSchema } from '../agent/schema-rows.ts';

type Json = Readonly<Record<string, unknown>>;

/** What became of a param since somebody asked for it, or since somebody looked at it. */
export type Change = 'added' | 'changed' | 'removed' | null;

/** One param, or one field inside a param, for whoever decides. */
export type ParamRow = {
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly value: unknown;
  /** What the value is, whatever the contract calls it. */
  readonly type: string;
  readonly description: string | null;
  /** Whether the contract names it. */
  readonly isKnown: boolean;
  readonly change: Change;
  /** What it was, where it is another now. */
  readonly before: unknown;
};

/** Objects deeper than this are shown as JSON. */
const DEPTH_MAX = 3;

type Level = {
  readonly params: Json;
  readonly schema: Json;
  /** What the params were; null where nothing is compared. */
  readonly before: Json | null;
  readonly path?: string;
  readonly depth?: number;
};

/** The params as lines: the contract's fields in its order, then what it does not name, then what is no longer there. */
export function paramRows({ params, schema, before, path = '', depth = 0 }: Level): readonly ParamRow[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  const known = Object.keys(properties).filter((name) => Object.hasOwn(params, name));
  const unknown = Object.keys(params).filter((name) => !Object.hasOwn(properties, name));
  const gone = Object.keys(before ?? {}).filter((name) => !Object.hasOwn(params, name));
  return [...known, ...unknown, ...gone].flatMap((name) => {
    const field = Object.hasOwn(properties, name) && isSchema(properties[name]) ? properties[name] : {};
    const isGone = !Object.hasOwn(params, name);
    const value = isGone ? undefined : params[name];
    const had = before !== null && Object.hasOwn(before, name);
    const old = had ? before[name] : undefined;
    const row: ParamRow = {
      path: path === '' ? name : `${path}.${name}`,
      name,
      depth,
      value,
      type: isGone ? typeOf(old) : typeOf(value),
      description: typeof field.description === 'string' ? field.description : null,
      isKnown: Object.hasOwn(properties, name),
      change: before === null ? null : isGone ? 'removed' : !had ? 'added' : isEqual(old, value) ? null : 'changed',
      before: old,
    };
    if (!isSchema(value) || Object.keys(value).length === 0 || depth >= DEPTH_MAX) return [row];
    const inside = {
      params: value,
      schema: field,
      before: before === null ? null : isSchema(old) ? old : {},
      path: row.path,
      depth: depth + 1,
    };
    return [row, ...paramRows(inside)];
  });
}

/** Whether a row has rows of its own below it, which show its value. */
export const isOpened = ({ value, depth }: ParamRow): boolean =>
  isSchema(value) && Object.keys(value).length > 0 && depth < DEPTH_MAX;

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return { string: 'text', number: 'number', boolean: 'yes or no' }[typeof value as string] ?? 'object';
}
