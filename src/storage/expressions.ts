import { type AliasedRawBuilder, type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import { singleValueOf } from './parameters.ts';
import type { ByColumn, Columns, Property } from './tables.ts';

/** `column = any (values)`: one placeholder, however many values; `column = value` where there is only one. */
export const anyOf = <Value>(values: Expression<readonly Value[]>): RawBuilder<Value> =>
  singleValueOf(values) ?? sql`any (${values})`;

/** Whether a part of the statement answers any rows. */
export const isAny = (part: string): RawBuilder<SqlBool> => sql`exists (select from ${sql.table(part)})`;

/** How many rows. */
export const rowCount: RawBuilder<number> = sql`count(*)::int`;

/** The most that an integer says, in the database and in GraphQL. */
export const LARGEST_INT = 2_147_483_647;

/** What counts of rows come to; where that is more than an integer says, the most that it does. */
export const sumOf = (count: string): RawBuilder<number> =>
  sql`least(sum(${sql.ref(count)}), ${sql.lit(LARGEST_INT)})::int`;

export const greatest = <Value>(...values: readonly Expression<Value>[]): RawBuilder<Value> =>
  sql`greatest(${sql.join(values)})`;

/** A row's values, each under its column's name: what an insert selects that depends on a condition. */
export const valuesOf = <Row>(
  { names }: Columns<Row>,
  row: { readonly [Name in keyof ByColumn<Row>]: RawBuilder<ByColumn<Row>[Name]> },
): readonly AliasedRawBuilder<unknown, string>[] => names.map((name) => sql`${row[name]}`.as(name));

/** The columns of `alias`, each null where the condition holds: what need not be answered is not even read. */
export const columnsUnless = <Row>(
  condition: Expression<SqlBool>,
  { list }: Columns<Row>,
  alias: string,
): readonly { readonly [P in Property<Row>]: AliasedRawBuilder<Row[P] | null, P> }[Property<Row>][] =>
  list.map(({ name, property }) =>
    sql<Row[typeof property] | null>`case when ${condition} then null else ${sql.ref(`${alias}.${name}`)} end`.as(
      property,
    ),
  );
