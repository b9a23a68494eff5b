import { type AliasedRawBuilder, sql } from 'kysely';
import type { Columns, Property } from './tables.ts';

/**
 * Columns of a second table in the same answer, so that both rows are of one moment: each under its property's name and
 * a prefix, since both tables may have one of that name.
 */
export const beside = <Row, const Prefix extends string>({ list }: Columns<Row>, prefix: Prefix) => ({
  from: (alias: string) =>
    list.map(({ name, property }) =>
      sql<Row[typeof property]>`${sql.ref(`${alias}.${name}`)}`.as(`${prefix}.${property}`),
    ) as readonly { readonly [P in Property<Row>]: AliasedRawBuilder<Row[P], `${Prefix}.${P}`> }[Property<Row>][],
  /** The row that is beside the other. */
  in: (row: { readonly [P in Property<Row> as `${Prefix}.${P}`]: Row[P] }): Row =>
    Object.fromEntries(
      list.map(({ property }) => [property, Reflect.get(row, `${prefix}.${property}`)]),
    ) as unknown as Row,
});
