import {
  type Compilable,
  createQueryId,
  type DeleteResult,
  type InsertResult,
  PostgresQueryCompiler,
  type RootOperationNode,
  type Simplify,
  type UpdateResult,
} from 'kysely';
import {
  type Expressions,
  expressionOf,
  expressionOfOne,
  isMany,
  type ParameterTypes,
  Placeholder,
  type ValuesOf,
} from './parameters.ts';

/** A statement that is prepared once per connection: what it takes, and the rows that it answers. */
export type PreparedStatement<Values, Row> = {
  readonly name: string;
  /** Whether one plan is good for all values, so that it is kept. */
  readonly isByKey: boolean;
  readonly bind: (values: Values) => BoundStatement;
  /** Only a type. */
  readonly row?: Row;
};

/** What the driver sends. */
export type BoundStatement = {
  /** It is prepared under this name. */
  readonly name: string;
  readonly text: string;
  /** In the order of the text's placeholders. */
  readonly values: readonly unknown[];
};

/**
 * Makes a statement when its module loads. `build` is called with an expression for each parameter; it may stand at
 * several places. Every other value is a constant, and stands in the statement's text.
 *
 *     const BY_IDS = statement('requests-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
 *       db.selectFrom('requests as r').select(COLUMNS.from('r')).where('r.id', '=', anyOf(ids)));
 *
 *     const rows = await database.run(BY_IDS, { ids: [id] });
 */
export const statement = <const Types extends ParameterTypes, Row>(
  name: string,
  types: Types,
  build: (parameters: Expressions<Types>) => Query<Row>,
): PreparedStatement<ValuesOf<Types>, Answered<Row>> => make(name, types, build, false);

/**
 * The same for a statement that finds every row by a key of its table, whatever the values: its plan is kept. Conditions
 * that a partial index covers do not belong in it, as they offer the planner another way (docs/decisions/0029).
 *
 * Where it takes arrays or rows, `build` makes two texts of it: one for any number, and a cheaper one for exactly one.
 */
export const statementByKey = <const Types extends ParameterTypes, Row>(
  name: string,
  types: Types,
  build: (parameters: Expressions<Types>) => Query<Row>,
): PreparedStatement<ValuesOf<Types>, Answered<Row>> => {
  const forAny = make(name, types, build, true);
  const many = Object.entries(types).flatMap(([key, type]) => (isMany(type) ? [key] : []));
  if (many.length === 0) return forAny;
  const forOne = make(`${name}-of-one`, types, build, true, expressionOfOne);
  const isOne = (values: Readonly<Record<string, unknown>>) =>
    many.every((key) => (values[key] as readonly unknown[]).length === 1);
  return { ...forAny, bind: (values) => (isOne(values) ? forOne : forAny).bind(values) };
};

const make = <const Types extends ParameterTypes, Row>(
  name: string,
  types: Types,
  build: (parameters: Expressions<Types>) => Query<Row>,
  isByKey: boolean,
  toExpression = expressionOf,
): PreparedStatement<ValuesOf<Types>, Answered<Row>> => {
  const expressions = Object.fromEntries(Object.entries(types).map(([key, type]) => [key, toExpression(key, type)]));
  const compiler = new StatementCompiler();
  const { sql: text } = compiler.compileQuery(
    build(expressions as Expressions<Types>).toOperationNode(),
    createQueryId(),
  );
  const { placeholders } = compiler;
  if (made.has(name)) throw new Error(`Two statements are called ${name}.`);
  made.set(name, { text, isByKey });
  return { name, isByKey, bind: (values) => ({ name, text, values: placeholders.map(({ read }) => read(values)) }) };
};

const made = new Map<string, { readonly text: string; readonly isByKey: boolean }>();

/** Every text that was made of statements so far, by the name that it is prepared under. */
export const madeStatements: ReadonlyMap<string, { readonly text: string; readonly isByKey: boolean }> = made;

/** What returns nothing answers no row: Kysely's results with a number of rows are not for those who run it elsewhere. */
type Answered<Row> = Row extends InsertResult | UpdateResult | DeleteResult ? never : Simplify<Row>;

type Query<Row> = Compilable<Row> & { toOperationNode(): RootOperationNode };

/** Numbers each parameter once, says its type, and writes constants into the text. */
class StatementCompiler extends PostgresQueryCompiler {
  readonly placeholders: Placeholder[] = [];

  protected override appendValue(value: unknown): void {
    if (!(value instanceof Placeholder)) {
      this.appendImmediateValue(value);
      return;
    }
    if (!this.placeholders.includes(value)) this.placeholders.push(value);
    this.append(`$${this.placeholders.indexOf(value) + 1}::${value.type}`);
  }
}
