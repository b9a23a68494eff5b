import type { Compilable } from 'kysely';
import pg from 'pg';
import type { Log } from '../application/ports/log.ts';
import type { PreparedStatement } from './statement.ts';
import { isConflict, outwardError } from './storage-errors.ts';

/** A statement, prepared once per connection under its name; or, with a text of its own each time, not prepared. */
export type Statement = { readonly name: string; readonly text: string; readonly dynamic?: true };

/** What runs statements: the pool, or one transaction's connection. */
export interface Queryable {
  /** A statement made when its module loaded, prepared under its name. */
  run<Values, Row>(statement: PreparedStatement<Values, Row>, values: Values): Promise<readonly Row[]>;
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]>;
}

const CONFLICT_RETRIES = 3;

/**
 * The stores' way to plain SQL: over the ORM's own pool, with failures turned into what may go outward.
 */
export class Database implements Queryable {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  readonly #echo: boolean;

  constructor(pool: pg.Pool, log: Log, echo: boolean) {
    this.#pool = pool;
    this.#log = log;
    this.#echo = echo;
  }

  /** Runs one statement, again when it lost against a concurrent one. Nothing of it is done when it throws. */
  run<Values, Row>(statement: PreparedStatement<Values, Row>, values: Values): Promise<readonly Row[]> {
    return this.query<Row>(statement, statement.bind(values));
  }

  /** Runs a statement made for this call, such as a search: of so many shapes that none is prepared. */
  runOnce<Row>(name: string, query: Compilable<Row>): Promise<readonly Row[]> {
    const { sql, parameters } = query.compile();
    return this.query<Row>({ name, text: sql, dynamic: true }, parameters);
  }

  /** Runs one statement, again when it lost against a concurrent one. Nothing of it is done when it throws. */
  async query<Row>(statement: Statement, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#answer(statement.name, () => this.#run<Row>(this.#pool, statement, values));
  }

  /** Runs the work in one transaction, again from its beginning when it lost against a concurrent one. */
  async transaction<Result>(name: string, work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    return this.#answer(name, async () => {
      const client = await this.#pool.connect();
      let broken = true;
      try {
        await client.query('begin');
        const result = await work({
          run: (statement, values) => this.#run(client, statement, statement.bind(values)),
          query: (statement, values) => this.#run(client, statement, values),
        });
        await client.query('commit');
        broken = false;
        return result;
      } catch (error) {
        if (broken) {
          broken = await client.query('rollback').then(
            () => false,
            () => true,
          );
        }
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  /** Turns failures of ORM calls into what may go outward, as `query` does. */
  async guard<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return this.#answer(name, work);
  }

  async #answer<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (isConflict(error) && attempt <= CONFLICT_RETRIES) continue;
        throw outwardError(error, name, this.#log);
      }
    }
  }

  async #run<Row>(on: pg.Pool | pg.PoolClient, { name, text, dynamic }: Statement, values: readonly unknown[]) {
    const started = this.#echo ? performance.now() : 0;
    const { rows } = await on.query<Row & pg.QueryResultRow>({
      ...(dynamic ? {} : { name }),
      text,
      values: [...values],
      types: TYPES,
    });
    if (this.#echo) {
      this.#log.info({ sql: text, ms: Math.round((performance.now() - started) * 100) / 100 }, 'statement');
    }
    return rows as readonly Row[];
  }
}

/** The ORM's pool reads instants as text; here they are Dates. */
const TYPES: pg.CustomTypesConfig = { getTypeParser: pg.types.getTypeParser };
