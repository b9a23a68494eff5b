import {
  defineConfig,
  type EntitySchemaWithMeta,
  type InferDBFromKysely,
  type InferKyselyTable,
  MikroORM,
  type SnakeCase,
} from '@mikro-orm/postgresql';
import type { Selectable } from 'kysely';
import { ENTITIES } from './entities.ts';

/** Never connects. It knows the entities' tables, and makes statements of them when the modules load. */
const orm = new MikroORM(defineConfig({ entities: [...ENTITIES], dbName: 'none' }));

/** Builds statements over the tables, typed by the entities; `Database` runs them (docs/decisions/0008). */
export const db = orm.em.getKysely();

/** The tables by name, each with its columns by name. */
export type Tables = InferDBFromKysely<typeof db>;

/** A row of an entity's table, by the names of the entity's properties. */
export type RowOf<Entity extends EntitySchemaWithMeta> = Selectable<
  InferKyselyTable<Entity, { columnNamingStrategy: 'property' }>
>;

/** The name of one of the row's properties. */
export type Property<Row> = string & keyof Row;

/** The same row by the names of the columns. */
export type ByColumn<Row> = { readonly [P in Property<Row> as SnakeCase<P>]: Row[P] };

export type Column<Row> = {
  readonly property: Property<Row>;
  readonly name: string & keyof ByColumn<Row>;
  /** As PostgreSQL writes it, such as `timestamptz(3)` or `text[]`. */
  readonly type: string;
};

type Selection<Row, From extends string> = {
  readonly [P in Property<Row>]: `${From}.${SnakeCase<P>} as ${P}`;
}[Property<Row>];

/** Columns of one table, whose rows are `Row`. */
export type Columns<Row> = {
  readonly list: readonly Column<Row>[];
  /** As `insertInto(…).columns()` takes them. */
  readonly names: readonly Column<Row>['name'][];
  /** As `select` and `returning` take them, to answer with a `Row`: `r.agent_id as agentId`. */
  from<From extends string>(alias: From): readonly Selection<Row, From>[];
  /** Only a type. */
  readonly row?: Row;
};

/** What `from` answered, out of a part of the statement that is called `alias`. */
export const propertiesOf = <Row, const Alias extends string>(
  { list }: Columns<Row>,
  alias: Alias,
): readonly `${Alias}.${Property<Row>}`[] => list.map(({ property }) => `${alias}.${property}` as const);

export type RowIn<Of extends { readonly row?: unknown }> = NonNullable<Of['row']>;

/** Columns of an entity's table, in the order of its properties: all, only some, or all without some. */
export const columnsOfTable = <
  Entity extends EntitySchemaWithMeta,
  Only extends Property<RowOf<Entity>> = Property<RowOf<Entity>>,
  Without extends Property<RowOf<Entity>> = never,
>(
  entity: Entity,
  { only, without = [] }: { readonly only?: readonly Only[]; readonly without?: readonly Without[] } = {},
): Columns<Pick<RowOf<Entity>, Exclude<Only, Without>>> => {
  type Row = Pick<RowOf<Entity>, Exclude<Only, Without>>;
  const included: readonly string[] | undefined = only;
  const excluded: readonly string[] = without;
  const list = orm
    .getMetadata()
    .get(entity)
    .props.filter(({ name }) => (included?.includes(name) ?? true) && !excluded.includes(name))
    .map(
      ({ name, fieldNames, columnTypes }) =>
        ({ property: name, name: fieldNames[0], type: columnTypes[0] }) as unknown as Column<Row>,
    );
  return {
    list,
    names: list.map(({ name }) => name),
    from: (alias) =>
      list.map(({ name, property }) => `${alias}.${name} as ${property}` as Selection<Row, typeof alias>),
  };
};
