import { type AliasedRawBuilder, type Expression, type RawBuilder, sql } from 'kysely';
import { encoderOf, type SqlType, type ValueOf } from './sql-types.ts';
import type { ByColumn, Columns } from './tables.ts';

/** Where a value belongs in a statement, and how it is found among the values of a call. */
export class Placeholder {
  /** As PostgreSQL writes it. */
  readonly type: string;
  readonly read: (values: Readonly<Record<string, unknown>>) => unknown;
  constructor(type: string, read: Placeholder['read']) {
    this.type = type;
    this.read = read;
  }
}

/** One row: an expression for each column. */
type OneRow<Row> = { readonly kind: 'row'; readonly columns: readonly Field[]; readonly row?: Row };

/** Many rows: a table inside the statement, with an array for each column. */
type ManyRows<Row, Table> = {
  readonly kind: 'rows';
  readonly columns: readonly Field[];
  readonly row?: Row;
  readonly table?: Table;
};

type FieldTypes = Readonly<Record<string, SqlType>>;

type Field = { readonly property: string; readonly name: string; readonly type: string };

/** A row of a table. `insertInto(…).values(row)` takes its expressions as they are. */
export const rowOf = <Row>({ list }: Columns<Row>): OneRow<Row> => ({ kind: 'row', columns: list });

/** Rows of a table's columns, called as there, and of any others besides. None may be an array. */
export const rowsOf = <Row, const Others extends FieldTypes = Record<never, never>>(
  { list }: Columns<Row>,
  others?: Others,
): ManyRows<Row & ValuesOf<Others>, ByColumn<Row> & ValuesOf<Others>> => ({
  kind: 'rows',
  columns: [...list, ...fieldsOf(others ?? {})],
});

/** Rows of any columns. None may be an array. */
export const rows = <const Types extends FieldTypes>(types: Types): ManyRows<ValuesOf<Types>, ValuesOf<Types>> => ({
  kind: 'rows',
  columns: fieldsOf(types),
});

const fieldsOf = (types: FieldTypes): readonly Field[] =>
  Object.entries(types).map(([name, type]) => ({ property: name, name, type: nameOf(type) }));

export type ParameterTypes = Readonly<Record<string, SqlType | OneRow<unknown> | ManyRows<unknown, unknown>>>;

/** What a call of the statement gives. */
export type ValuesOf<Types extends ParameterTypes> = {
  readonly [Name in keyof Types]: Types[Name] extends SqlType
    ? ValueOf<Types[Name]>
    : Types[Name] extends ManyRows<infer Row, infer _>
      ? readonly Row[]
      : Types[Name] extends OneRow<infer Row>
        ? Row
        : never;
};

/** What the statement is built with. */
export type Expressions<Types extends ParameterTypes> = {
  readonly [Name in keyof Types]: Types[Name] extends SqlType
    ? RawBuilder<ValueOf<Types[Name]>>
    : Types[Name] extends ManyRows<infer _, infer Table>
      ? TableExpression<Table>
      : Types[Name] extends OneRow<infer Row>
        ? { readonly [Name in keyof ByColumn<Row>]: RawBuilder<ByColumn<Row>[Name]> }
        : never;
};

/** Rows of a call as a table. */
type TableExpression<Table> = {
  as<Alias extends string>(alias: Alias): AliasedRawBuilder<Table, Alias>;
  /** With each row's number in the call, from 1, as `ord` (a bigint). */
  withOrdinality<Alias extends string>(alias: Alias): AliasedRawBuilder<Table & { readonly ord: number }, Alias>;
};

/** Whether a parameter may stand for any number of values or rows. */
export const isMany = (type: ParameterTypes[string]): boolean =>
  typeof type === 'string' ? type.endsWith('[]') : type.kind === 'rows';

/** The expression, or expressions, for a parameter. */
export const expressionOf = (name: string, type: ParameterTypes[string]): unknown => {
  if (typeof type === 'string') {
    const encode = encoderOf(nameOf(type));
    return sql`${new Placeholder(nameOf(type), (values) => encode(values[name]))}`;
  }
  return type.kind === 'row' ? rowExpression(name, type.columns) : tableExpression(name, type.columns);
};

/** The same, where of each array and of each table there is exactly one value and one row. */
export const expressionOfOne = (name: string, type: ParameterTypes[string]): unknown => {
  if (typeof type !== 'string') {
    return type.kind === 'row' ? rowExpression(name, type.columns) : singleRowExpression(name, type.columns);
  }
  if (!type.endsWith('[]')) return expressionOf(name, type);
  const element = nameOf(type).slice(0, -2);
  const encode = encoderOf(element);
  const value = sql`${new Placeholder(element, (values) => encode((values[name] as readonly unknown[])[0]))}`;
  const array = sql`array[${value}]`;
  singleValues.set(array, value);
  return array;
};

/** The value in an array that is known to have only one. */
export const singleValueOf = <Value>(array: Expression<readonly Value[]>): RawBuilder<Value> | undefined =>
  singleValues.get(array) as RawBuilder<Value> | undefined;

const singleValues = new WeakMap<object, RawBuilder<unknown>>();

const rowExpression = (parameter: string, fields: readonly Field[]) =>
  Object.fromEntries(
    fields.map(({ property, name, type }) => {
      const encode = encoderOf(type);
      const read: Placeholder['read'] = (values) => encode((values[parameter] as Record<string, unknown>)[property]);
      return [name, sql`${new Placeholder(type, read)}`];
    }),
  );

const tableExpression = (parameter: string, fields: readonly Field[]): TableExpression<unknown> => {
  const arrays = fields.map(({ property, type }) => {
    const encode = encoderOf(type);
    return new Placeholder(`${type}[]`, (values) =>
      (values[parameter] as readonly Record<string, unknown>[]).map((row) => encode(row[property])),
    );
  });
  const table = sql`unnest(${sql.join(arrays)})`;
  return {
    as: (alias) => named(table, alias, fields),
    withOrdinality: (alias) => named(sql`${table} with ordinality`, alias, fields, 'ord'),
  };
};

/** A table that the planner sees through: what is joined with it is found by the values themselves. */
const singleRowExpression = (parameter: string, fields: readonly Field[]): TableExpression<unknown> => {
  const values = fields.map(({ property, type }) => {
    const encode = encoderOf(type);
    const read: Placeholder['read'] = (values) =>
      encode((values[parameter] as readonly Record<string, unknown>[])[0]?.[property]);
    return sql`${new Placeholder(type, read)}`;
  });
  return {
    as: (alias) => named(sql`(select ${sql.join(values)})`, alias, fields),
    withOrdinality: (alias) => named(sql`(select ${sql.join(values)}, 1::bigint)`, alias, fields, 'ord'),
  };
};

const named = <Row, Alias extends string>(
  table: RawBuilder<unknown>,
  alias: Alias,
  fields: readonly Field[],
  ...more: readonly string[]
): AliasedRawBuilder<Row, Alias> => {
  const columns = [...fields.map(({ name }) => name), ...more].map((name) => sql.id(name));
  return table.as<Alias>(sql`${sql.id(alias)} (${sql.join(columns)})`) as AliasedRawBuilder<Row, Alias>;
};

/** The type as PostgreSQL writes it. */
const nameOf = (type: SqlType): string => type.replace('?', '');
