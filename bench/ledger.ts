import pg from 'pg';

/** Something was killed at that moment. */
export type Disturbance = { readonly what: string; readonly kind: 'node' | 'agent' | 'Redis'; readonly at: number };

type Row = {
  readonly id: string;
  readonly idempotency_key: string;
  readonly status: string;
  readonly error_code: string | null;
  readonly attempts: number;
  readonly outcome_attempt: number | null;
  readonly finished_at: Date | null;
  readonly deliveries: readonly { readonly attempt: number; readonly deliveredAt: string }[];
};

const FINAL = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT']);
/** A node that was killed is given requests until it is forgotten: NODE_TIMEOUT_SECONDS, and a sweep. */
const FORGOTTEN_AFTER_MS = 11_000;
/** How far the clocks of the database and of this process may be apart. */
const CLOCKS_MS = 250;
/** A sender's node may be gone, and be back only after a while; no longer than this until it knows. */
const TOLD_WITHIN_MS = 15_000;

/**
 * What senders and agents saw, written down while the soak runs, and compared at the end with what the database says.
 */
export class Ledger {
  /** What each sender was told of its request, by idempotency key. */
  readonly #told = new Map<string, { readonly id: string; readonly status: string; readonly at: number }>();
  /** How often a handler ran, by request and attempt. */
  readonly #runs = new Map<string, number>();
  readonly disturbances: Disturbance[] = [];

  noteOutcome(key: string, id: string, status: string): void {
    this.#told.set(key, { id, status, at: Date.now() });
  }

  noteRun(id: string, attempt: string): void {
    const name = `${id} ${attempt}`;
    this.#runs.set(name, (this.#runs.get(name) ?? 0) + 1);
  }

  /** The figures, and how often each promise was broken. */
  async settle(databaseUrl: string, handle: string) {
    const rows = await readRows(databaseUrl, handle);
    const byKey = Map.groupBy(rows, (row) => row.idempotency_key);
    const told = [...this.#told];
    const statuses = Map.groupBy(rows, ({ status, error_code }) => (error_code ? `${status} (${error_code})` : status));
    const runsOf = (row: Row) => row.deliveries.map(({ attempt }) => this.#runs.get(`${row.id} ${attempt}`) ?? 0);
    const known = new Set(rows.flatMap(({ id, deliveries }) => deliveries.map(({ attempt }) => `${id} ${attempt}`)));
    const redelivered = rows.flatMap((row) => redeliveriesOf(row));
    const toldAfterMs = told.map(([key, { at }]) => at - (byKey.get(key)?.[0]?.finished_at?.getTime() ?? at));
    const violations = {
      'lost: no row': told.filter(([key]) => !byKey.has(key)).length,
      'lost: not final': rows.filter(({ status }) => !FINAL.has(status)).length,
      'doubled: several rows of one submission': [...byKey.values()].filter((same) => same.length > 1).length,
      'doubled: sender told another outcome than recorded': told.filter(
        ([key, { id, status }]) => !byKey.get(key)?.some((row) => row.id === id && row.status === status),
      ).length,
      'sender told more than 15 s after the end': toldAfterMs.filter((ms) => ms > TOLD_WITHIN_MS).length,
      'completed without an attempt': rows.filter((row) => row.status === 'COMPLETED' && row.outcome_attempt === null)
        .length,
      'handler ran twice for one attempt': rows.flatMap(runsOf).filter((runs) => runs > 1).length,
      'handler ran for an attempt nobody made': [...this.#runs.keys()].filter((name) => !known.has(name)).length,
      'delivered again without a cause': redelivered.filter((again) => !this.#isExplained(again)).length,
    };
    const figures = {
      requests: rows.length,
      ...Object.fromEntries([...statuses].map(([status, same]) => [status, same.length])),
      'delivered in the first attempt': rows.filter(({ attempts }) => attempts === 1).length,
      redeliveries: redelivered.length,
      'most attempts of one request': Math.max(0, ...rows.map(({ attempts }) => attempts)),
      'handler executions': [...this.#runs.values()].reduce((sum, runs) => sum + runs, 0),
      'attempts whose handler never ran (killed first)': rows.flatMap(runsOf).filter((runs) => runs === 0).length,
      'longest until a sender knew (s)': Math.max(0, ...toldAfterMs) / 1_000,
      'killed in all': this.disturbances.length,
    };
    return { figures, violations };
  }

  /**
   * The agent that had it may have been killed between the two deliveries, or its node; or the first one went to a node
   * that was dead already and not yet forgotten. That Redis was away explains nothing.
   */
  #isExplained({ from, to }: { readonly from: number; readonly to: number }): boolean {
    return this.disturbances.some(({ kind, at }) => {
      if (at > to + CLOCKS_MS) return false;
      if (kind === 'agent') return at >= from - CLOCKS_MS;
      return kind === 'node' && at + FORGOTTEN_AFTER_MS >= from;
    });
  }
}

function redeliveriesOf({ deliveries }: Row): readonly { readonly from: number; readonly to: number }[] {
  const times = deliveries.map(({ deliveredAt }) => Date.parse(deliveredAt));
  return times.slice(1).map((to, at) => ({ from: times[at] ?? 0, to }));
}

async function readRows(databaseUrl: string, handle: string): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(
      `select id, idempotency_key, status, error_code, attempts, outcome_attempt, finished_at, deliveries
       from requests where handle = $1`,
      [handle],
    );
    return rows;
  } finally {
    await client.end();
  }
}
