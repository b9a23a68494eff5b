import type { Compilable } from 'kysely';
import pg from 'pg';
import { currentCall, noteWork, tracesHere } from '../application/ports/call.ts';
import { COST } from '../application/ports/cost.ts';
import type { Log } from '../application/ports/log.ts';
import { Metrics } from '../application/ports/metrics.ts';
import { NO_TRACING, spanTime, type Tracing } from '../application/ports/tracing.ts';
import type { TraceContext } from '../domain/trace-context.ts';
import type { RuntimeParameters } from '../postgres/database-link.ts';
import { Connections, type Taken } from './connections.ts';
import type { PreparedStatement } from './statement.ts';
import { PREPARED, parserOf, StatementQuery, UNPREPARED } from './statement-query.ts';
import { isConflict, isOfValues, isOutOfDate, isPoolTimeout, isReadOnly, outwardError } from './storage-errors.ts';

/** What runs statements: the pool, or one transaction's connection. */
export interface Queryable {
  /** A statement made when its module loaded, prepared under its name. */
  run<Values, Row>(statement: PreparedStatement<Values, Row>, values: Values): Promise<readonly Row[]>;
}

const CONFLICT_RETRIES = 3;

/** Plans that were made while a table was empty scan it, so none is kept for longer while it grows. */
const PLANS_KEPT_MS = 2_000;

/**
 * Runs the stores' statements: over the ORM's own pool, with failures turned into what may go outward. Its connections
 * keep the plans of statements by key; every other one is planned anew, for its values (docs/decisions/0029).
 */
export class Database implements Queryable {
  readonly #connections: Connections;
  readonly #log: Log;
  readonly #tracing: Tracing;
  readonly #echo: boolean;
  /** Where the stores count what they do. */
  readonly metrics: Metrics;
  /** Behind a pooler no connection keeps anything: what it would have started with. */
  readonly #pooled: { readonly begin: string; readonly prologue: string } | null;
  /** When a connection last had no plans, by `performance.now()`. */
  readonly #plansSince = new WeakMap<pg.PoolClient, number>();

  /**
   * @param options.answerWithinMs how long an answer is waited for, in milliseconds: for ever unless told
   * @param options.forPooler run-time parameters for each transaction, where a pooler gives every one another connection of the
   *   server: nothing is prepared then, and no plan kept (docs/decisions/0038)
   */
  constructor(
    pool: pg.Pool,
    log: Log,
    options: {
      /** Whether each statement goes to the log, without its values. */
      readonly echo?: boolean;
      readonly answerWithinMs?: number;
      readonly metrics?: Metrics;
      readonly forPooler?: RuntimeParameters | null;
      readonly tracing?: Tracing;
    } = {},
  ) {
    const { echo = false, answerWithinMs = Number.POSITIVE_INFINITY, metrics = new Metrics() } = options;
    const { forPooler = null, tracing = NO_TRACING } = options;
    this.#tracing = tracing;
    this.#connections = new Connections(pool, answerWithinMs);
    this.#log = log;
    this.#echo = echo;
    this.metrics = metrics;
    this.#pooled = forPooler && settingEach({ ...forPooler, plan_cache_mode: 'force_custom_plan' });
  }

  /**
   * Runs one statement, again when it lost against a concurrent one. Nothing of it is done when it throws, unless it was
   * sent and not answered: then nobody knows. One by key may be waited for so many milliseconds only.
   */
  run<Values, Row>(
    statement: PreparedStatement<Values, Row>,
    values: Values,
    answerWithinMs?: number,
  ): Promise<readonly Row[]> {
    const answered =
      this.#pooled === null
        ? this.#answer(statement.name, () =>
            statement.isByKey
              ? this.#withKeptPlan((taken) => this.#prepared(taken, statement, values), answerWithinMs)
              : this.#planned((taken) => this.#prepared(taken, statement, values)),
          )
        : this.#runAlone(statement, values, this.#pooled.prologue, answerWithinMs);
    return currentCall() === null ? answered : noteRows(answered);
  }

  /** Runs a statement made for this call, such as a search: of so many shapes that none is prepared. */
  runOnce<Row>(name: string, query: Compilable<Row>): Promise<readonly Row[]> {
    const { sql: text, parameters } = query.compile();
    const answered = this.#answer(name, () =>
      this.#planned(async (taken) => {
        const answer = taken.asking().query<Row & pg.QueryResultRow>({ text, values: [...parameters], types: TYPES });
        return (await this.#echoed(text, answer)).rows;
      }),
    );
    return noteRows(answered);
  }

  /** Runs the work in one transaction, again from its beginning when it lost against a concurrent one. */
  transaction<Result>(name: string, work: (connection: Queryable) => Promise<Result>): Promise<Result> {
    return this.#answer(name, () =>
      this.#planned((taken) => work({ run: (statement, values) => this.#prepared(taken, statement, values) })),
    );
  }

  /**
   * From now on nothing waits for the database for longer than that: the node stops. What it had not answered by then
   * fails as unavailable.
   */
  hurry(ms: number): void {
    this.#connections.hurry(ms);
  }

  /** Runs one statement in one trip, which leaves nothing behind. */
  #runAlone<Values, Row>(
    statement: PreparedStatement<Values, Row>,
    values: Values,
    prologue: string,
    answerWithinMs?: number,
  ): Promise<readonly Row[]> {
    return this.#answer(statement.name, () =>
      this.#connections.use(
        (taken) => {
          const bound = statement.bind(values);
          const query = new StatementQuery<Row>(bound, { isPrepared: false, prologue });
          return this.#echoed(bound.text, taken.asking().query(query).rows);
        },
        (error) => isConflict(error) || isOfValues(error),
        answerWithinMs,
      ),
    );
  }

  /** Runs one statement by key, with the plan that the connection made of it a few seconds ago at most. */
  #withKeptPlan<Result>(run: (taken: Taken) => Promise<Result>, answerWithinMs?: number): Promise<Result> {
    return this.#connections.use(
      async (taken) => {
        if (taken.since - (this.#plansSince.get(taken.client) ?? 0) > PLANS_KEPT_MS) {
          await taken.asking().query('discard plans');
          this.#plansSince.set(taken.client, taken.since);
        }
        return run(taken);
      },
      // What went wrong may be the connection's, or a statement's that is prepared on it.
      (error) => isConflict(error) || isOfValues(error),
      answerWithinMs,
    );
  }

  /** Runs the work in one transaction, each statement planned for its values. */
  #planned<Result>(work: (taken: Taken) => Promise<Result>): Promise<Result> {
    let isUndone = false;
    return this.#connections.use(
      async (taken) => {
        try {
          await taken.asking().query(this.#pooled?.begin ?? 'begin; set local plan_cache_mode = force_custom_plan');
          const result = await work(taken);
          await taken.asking().query('commit');
          return result;
        } catch (error) {
          if (!isOutOfDate(error) && !taken.isUnanswered && !isReadOnly(error)) {
            const undone = taken.asking().query('rollback');
            isUndone = await undone.then(
              () => true,
              () => false,
            );
          }
          throw error;
        }
      },
      () => isUndone,
    );
  }

  #answer<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    noteWork(COST.statement);
    const traces = tracesHere();
    return traces.length === 0 ? this.#tryUntilDone(name, work) : this.#recorded(name, work, traces);
  }

  /** One span in each trace that it is run for, whichever of them a batch is of. */
  async #recorded<Result>(name: string, work: () => Promise<Result>, traces: readonly TraceContext[]): Promise<Result> {
    const from = spanTime();
    let hasFailed = true;
    try {
      const result = await this.#tryUntilDone(name, work);
      hasFailed = false;
      return result;
    } finally {
      const attributes = {
        'db.system.name': 'postgresql',
        'db.operation.name': name,
        'clawcierge.calls': traces.length,
      };
      const span = { name: `statement ${name}`, kind: 'client', from, to: spanTime(), attributes, hasFailed } as const;
      for (const trace of traces) this.#tracing.record(trace, span);
    }
  }

  async #tryUntilDone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (isConflict(error) && attempt <= CONFLICT_RETRIES) continue;
        // Each attempt has ended a connection; in the end there are only new ones.
        if (isOutOfDate(error) && attempt <= this.#connections.max) continue;
        if (isPoolTimeout(error)) this.metrics.poolTimeouts.add();
        throw outwardError(error, name, this.#log);
      }
    }
  }

  #prepared<Values, Row>(
    taken: Taken,
    statement: PreparedStatement<Values, Row>,
    values: Values,
  ): Promise<readonly Row[]> {
    const bound = statement.bind(values);
    const query = new StatementQuery<Row>(bound, this.#pooled === null ? PREPARED : UNPREPARED);
    return this.#echoed(bound.text, taken.asking().query(query).rows);
  }

  /** To the log, without its values and with the time that it takes. */
  async #echoed<Answer>(sql: string, answer: Promise<Answer>): Promise<Answer> {
    if (!this.#echo) return answer;
    const started = performance.now();
    await answer;
    this.#log.info({ sql, ms: Math.round((performance.now() - started) * 100) / 100 }, 'statement');
    return answer;
  }
}

/** The call that asks for rows pays for them. */
async function noteRows<Row>(answered: Promise<readonly Row[]>): Promise<readonly Row[]> {
  const rows = await answered;
  noteWork(rows.length * COST.row);
  return rows;
}

/** What sets the parameters for one transaction: as what it begins with, and as a statement. */
const settingEach = (parameters: RuntimeParameters): { readonly begin: string; readonly prologue: string } => {
  const each = Object.entries(parameters).map(
    ([name, value]) => `set_config('${name}', ${pg.escapeLiteral(String(value))}, true)`,
  );
  const prologue = `select ${each.join(', ')}`;
  return { begin: `begin; ${prologue}`, prologue };
};

const TYPES: pg.CustomTypesConfig = { getTypeParser: parserOf };
