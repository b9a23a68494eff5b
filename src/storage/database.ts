import type { Compilable } from 'kysely';
import pg from 'pg';
import type { Log } from '../application/ports/log.ts';
import { JsonText } from '../domain/json/json-text.ts';
import type { PreparedStatement } from './statement.ts';
import { isConflict, outwardError } from './storage-errors.ts';

/** What runs statements: the pool, or one transaction's connection. */
export interface Queryable {
  /** A statement made when its module loaded, prepared under its name. */
  run<Values, Row>(statement: PreparedStatement<Values, Row>, values: Values): Promise<readonly Row[]>;
}

const CONFLICT_RETRIES = 3;

/**
 * Runs the stores' statements: over the ORM's own pool, with failures turned into what may go outward.
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
    return this.#answer(statement.name, () => this.#prepared(this.#pool, statement, values));
  }

  /** Runs a statement made for this call, such as a search: of so many shapes that none is prepared. */
  runOnce<Row>(name: string, query: Compilable<Row>): Promise<readonly Row[]> {
    const { sql: text, parameters } = query.compile();
    return this.#answer(name, () => this.#run<Row>(this.#pool, { text, values: [...parameters] }));
  }

  /** Runs the work in one transaction, again from its beginning when it lost against a concurrent one. */
  async transaction<Result>(name: string, work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    return this.#answer(name, async () => {
      const client = await this.#pool.connect();
      let broken = true;
      try {
        await client.query('begin');
        const result = await work({ run: (statement, values) => this.#prepared(client, statement, values) });
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

  /** Turns failures of ORM calls into what may go outward, as `run` does. */
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

  #prepared<Values, Row>(
    on: pg.Pool | pg.PoolClient,
    { name, text, bind }: PreparedStatement<Values, Row>,
    values: Values,
  ): Promise<readonly Row[]> {
    return this.#run<Row>(on, { name, text, values: [...bind(values)] });
  }

  async #run<Row>(on: pg.Pool | pg.PoolClient, config: pg.QueryConfig): Promise<readonly Row[]> {
    const started = this.#echo ? performance.now() : 0;
    const { rows } = await on.query<Row & pg.QueryResultRow>({ ...config, types: TYPES });
    if (this.#echo) {
      this.#log.info({ sql: config.text, ms: Math.round((performance.now() - started) * 100) / 100 }, 'statement');
    }
    return rows as readonly Row[];
  }
}

/** Columns of `json` are read as the text that they keep. The ORM's pool reads instants as text; here they are Dates. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (type, format) =>
    type === pg.types.builtins.JSON ? toJsonText : pg.types.getTypeParser(type, format),
};

const toJsonText = (text: string): JsonText => new JsonText(text);
