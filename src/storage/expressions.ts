import { type Expression, type RawBuilder, sql } from 'kysely';

/** `column = any (values)`: one placeholder, however many values. */
export const anyOf = <Value>(values: Expression<readonly Value[]>): RawBuilder<Value> => sql`any (${values})`;

/** How many rows, as a number: the driver reads a bigint as text. */
export const rowCount: RawBuilder<number> = sql`count(*)::int`;

export const greatest = <Value>(...values: readonly Expression<Value>[]): RawBuilder<Value> =>
  sql`greatest(${sql.join(values)})`;
