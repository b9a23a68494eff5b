import pg from 'pg';

/** Something was done to the stand. */
export type Disturbance = {
  readonly what: string;
  readonly at: number;
  /** Until then it may have been why a request was delivered again; null where it is no excuse for that. */
  readonly until: number | null;
};

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
/** How far the clocks of the database and of this process may be apart. */
const CLOCKS_MS = 250;
/** A sender's node may be gone, and be back only after a while; no longer than this until it knows. */
const TOLD_WITHIN_MS = 15_000;

type Options = {
  /** What every idempotency key of these senders begins with; other requests are not looked at. @default '' */
  readonly keyPrefix?: string;
};

/**
 * What senders and agents saw, written down while they work, and compared at the end with what the database says.
 */
export class Ledger {
  readonly #keyPrefix: string;
  /** Idempotency keys of which a sender was told that its request was accepted, and the request's id. */
  readonly #accepted = new Map<string, string>();
  /** What each sender was told of its request, by idempotency key. */
  readonly #told = new Map<string, { readonly id: string; readonly status: string; readonly at: number }>();
  /** How often a handler ran, by request and attempt. */
  readonly #runs = new Map<string, number>();
  readonly disturbances: Disturbance[] = [];

  constructor({ keyPrefix = '' }: Options = {}) {
    this.#keyPrefix = keyPrefix;
  }

  noteAccepted(key: string, id: string): void {
    this.#accepted.set(key, id);
  }

  noteOutcome(key: string, id: string, status: string): void {
    this.noteAccepted(key, id);
    this.#told.set(key, { id, status, at: Date.now() });
  }

  noteRun(id: string, attempt: string): void {
    const name = `${id} ${attempt}`;
    this.#runs.set(name, (this.#runs.get(name) ?? 0) + 1);
  }

  /** The figures, and how often each promise was broken. @param options.toldWithinMs a sender knows so soon after the end; 15000 by default */
  async settle(databaseUrl: string, handle: string, { toldWithinMs = TOLD_WITHIN_MS } = {}) {
    const ran = [...this.#runs.keys()].map((name) => name.slice(0, name.indexOf(' ')));
    const read = await readRows(databaseUrl, { handle, keyPrefix: this.#keyPrefix, ids: [...new Set(ran)] });
    const rows = read.filter(({ idempotency_key }) => idempotency_key.startsWith(this.#keyPrefix));
    const byKey = Map.groupBy(rows, (row) => row.idempotency_key);
    const told = [...this.#told];
    const statuses = Map.groupBy(rows, ({ status, error_code }) => (error_code ? `${status} (${error_code})` : status));
    const runsOf = (row: Row) => row.deliveries.map(({ attempt }) => this.#runs.get(`${row.id} ${attempt}`) ?? 0);
    const known = new Set(read.flatMap(({ id, deliveries }) => deliveries.map(({ attempt }) => `${id} ${attempt}`)));
    const redelivered = rows.flatMap((row) => redeliveriesOf(row));
    const toldAfterMs = told.map(([key, { at }]) => at - (byKey.get(key)?.[0]?.finished_at?.getTime() ?? at));
    const violations = {
      'lost: no row': [...this.#accepted].filter(([key, id]) => !byKey.get(key)?.some((row) => row.id === id)).length,
      'lost: not final': rows.filter(({ status }) => !FINAL.has(status)).length,
      'doubled: several rows of one submission': [...byKey.values()].filter((same) => same.length > 1).length,
      'doubled: sender told another outcome than recorded': told.filter(
        ([key, { id, status }]) => !byKey.get(key)?.some((row) => row.id === id && row.status === status),
      ).length,
      'sender told late of a recorded end': toldAfterMs.filter((ms) => ms > toldWithinMs).length,
      'completed without an attempt': rows.filter((row) => row.status === 'COMPLETED' && row.outcome_attempt === null)
        .length,
      'handler ran twice for one attempt': rows.flatMap(runsOf).filter((runs) => runs > 1).length,
      'handler ran for an attempt nobody made': [...this.#runs.keys()].filter((name) => !known.has(name)).length,
      'delivered again without a cause': redelivered.filter((again) => !this.#isExplained(again)).length,
    };
    const figures: Readonly<Record<string, number>> = {
      requests: rows.length,
      ...Object.fromEntries([...statuses].map(([status, same]) => [status, same.length])),
      'delivered in the first attempt': rows.filter(({ attempts }) => attempts === 1).length,
      redeliveries: redelivered.length,
      'most attempts of one request': Math.max(0, ...rows.map(({ attempts }) => attempts)),
      'handler executions': [...this.#runs.values()].reduce((sum, runs) => sum + runs, 0),
      'attempts whose handler never ran (killed first)': rows.flatMap(runsOf).filter((runs) => runs === 0).length,
      'longest until a sender knew (s)': Math.max(0, ...toldAfterMs) / 1_000,
    };
    /** For whoever looks for the reason. */
    const unfinished = rows.filter(({ status }) => !FINAL.has(status)).map(({ id, status }) => `${id} (${status})`);
    return { figures, violations, unfinished };
  }

  /** Something that may have been why was done between the two deliveries, or had not passed at the first one. */
  #isExplained({ from, to }: { readonly from: number; readonly to: number }): boolean {
    return this.disturbances.some(
      ({ at, until }) => until !== null && at <= to + CLOCKS_MS && until >= from - CLOCKS_MS,
    );
  }
}

function redeliveriesOf({ deliveries }: Row): readonly { readonly from: number; readonly to: number }[] {
  const times = deliveries.map(({ deliveredAt }) => Date.parse(deliveredAt));
  return times.slice(1).map((to, at) => ({ from: times[at] ?? 0, to }));
}

async function readRows(
  databaseUrl: string,
  { handle, keyPrefix, ids }: { readonly handle: string; readonly keyPrefix: string; readonly ids: readonly string[] },
): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Row>(
      `select id, idempotency_key, status, error_code, attempts, outcome_attempt, finished_at, deliveries
       from requests where handle = $1 and (starts_with(idempotency_key, $2) or id = any($3))`,
      [handle, keyPrefix, ids],
    );
    return rows;
  } finally {
    await client.end();
  }
}
