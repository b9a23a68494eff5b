/** Counts something that happens; only grows. To count is an addition: nobody waits, and nothing is made for it. */
export class Counter {
  value = 0;

  add(times = 1): void {
    this.value += times;
  }
}

/** How values are spread over buckets. */
export class Histogram {
  /** Upper bounds of the buckets, ascending; one more bucket takes what is above all of them. */
  readonly bounds: readonly number[];
  /** How many values fell into each bucket. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let at = 0;
    for (const bound of this.bounds) {
      if (value <= bound) break;
      at += 1;
    }
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    this.sum += value;
  }
}

/** What a cache was asked for. */
export class CacheUse {
  readonly hits = new Counter();
  readonly misses = new Counter();
}

/** What shares statements, of one kind: how many calls a statement took, and how many wait for one. */
export class BatchUse {
  readonly sizes = new Histogram([1, 2, 4, 8, 16, 32, 64]);
  readonly #queues: (() => number)[] = [];

  /** `length` is asked whenever somebody looks. */
  addQueue(length: () => number): void {
    this.#queues.push(length);
  }

  get queued(): number {
    return this.#queues.reduce((sum, length) => sum + length(), 0);
  }
}

type Values<Names extends readonly string[]> = { readonly [Index in keyof Names]: string };

/** More than all there are by far: should a label hold what a stranger chose after all, it ends here. */
const SERIES_MAX = 2_000;
const BEYOND = 'other';

/**
 * The same thing by the values of labels. Values come from short lists of ours, never from what strangers send; over a
 * bound on their number, new ones are counted as `other`.
 */
export class Labelled<const Names extends readonly string[], Cell> {
  readonly names: Names;
  readonly #make: () => Cell;
  readonly #max: number;
  readonly #cells = new Map<string, { readonly values: Values<Names>; readonly cell: Cell }>();

  /** `known` are there from the start, with nothing in them: the first that is counted is then seen as one more. */
  constructor(names: Names, make: () => Cell, known: readonly Values<Names>[] = [], max = SERIES_MAX) {
    this.names = names;
    this.#make = make;
    this.#max = max;
    for (const values of known) this.of(...values);
  }

  of(...values: Values<Names>): Cell {
    const key = values.length === 1 ? (values[0] as string) : values.join('\n');
    const known = this.#cells.get(key);
    if (known) return known.cell;
    if (this.#cells.size >= this.#max) return this.#beyond();
    return this.#add(key, values);
  }

  /** Every combination that was asked for so far. */
  all(): Iterable<{ readonly values: Values<Names>; readonly cell: Cell }> {
    return this.#cells.values();
  }

  #beyond(): Cell {
    const values = this.names.map(() => BEYOND) as unknown as Values<Names>;
    const key = values.join('\n');
    return this.#cells.get(key)?.cell ?? this.#add(key, values);
  }

  #add(key: string, values: Values<Names>): Cell {
    const cell = this.#make();
    this.#cells.set(key, { values, cell });
    return cell;
  }
}

/** Why a call is shed: too many wait, it waited for too long, or the node is behind. */
export type ShedCause = 'queue_full' | 'waited' | 'event_loop';

const counter = () => new Counter();

/** Seconds that an answer takes, from a hit in memory to a time-out. */
const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds that an agent takes, from milliseconds to the day that a request may live. */
const AGENT_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 86_400];

/**
 * What this node counts of what it does, for whoever operates it. Plain numbers, which are read when somebody looks: how
 * they are called and told outside is none of the business of those who count (src/metrics).
 */
export class Metrics {
  /** HTTP requests that were answered, and how many seconds that took. */
  readonly http = new Labelled(['method', 'route', 'status'], () => new Histogram(ANSWER_SECONDS));
  /** GraphQL operations of every door, by their type and whether the answer has errors. */
  readonly operations = new Labelled(['operation', 'outcome'], counter, [
    ['query', 'data'],
    ['query', 'errors'],
    ['mutation', 'data'],
    ['mutation', 'errors'],
    ['subscription', 'data'],
    ['subscription', 'errors'],
  ]);
  /** What the pipeline said of requests that were submitted. */
  readonly submissions = new Labelled(['verdict', 'stage', 'kind'], counter);
  /** Submissions that ended with an error, by its code. */
  /** What was rejected and only counted. */
  readonly rejectionsNotKept = new Counter();
  readonly refusedSubmissions = new Labelled(['code'], counter);
  /** What became of approvals: asked for by this node, or over by what this node did. */
  readonly approvals = new Labelled(['outcome'], counter, [
    ['requested'],
    ['approved'],
    ['denied'],
    ['expired'],
    ['rejected'],
    ['cancelled'],
  ]);
  /** Seconds from when an approval was asked for to the decision that ended it. */
  readonly timeToDecision = new Histogram(AGENT_SECONDS);
  /** Submissions that found no place, by the bound that was met. */
  readonly refusedPlaces = new Labelled(
    ['bound'],
    counter,
    ['sender', 'newcomers', 'agent', 'held', 'platform_sender', 'platform_agent', 'platform'].map((bound) => [bound]),
  );
  /** Requests that were sent to channels of this node. */
  readonly deliveries = new Counter();
  /** Those of them that had been delivered before. */
  readonly redeliveries = new Counter();
  /** Seconds from a request's submission to each ack that was recorded. */
  readonly timeToAck = new Histogram(AGENT_SECONDS);
  /** Seconds from a request's submission to the outcome that its agent reported. */
  readonly timeToOutcome = new Histogram(AGENT_SECONDS);
  /** Outcomes that agents reported, by the status that their requests ended with. */
  readonly outcomes = new Labelled(['status'], counter, [['COMPLETED'], ['FAILED']]);
  readonly expiredRequests = new Counter();
  readonly undeliverableRequests = new Counter();
  readonly cancelledRequests = new Counter();
  /** Calls that a rate limit refused. */
  readonly rateLimited = new Labelled(['limit'], counter);
  /** Connections that were ended, since there were too many or one read too slowly, by why. */
  readonly connectionsEnded = new Labelled(['cause'], counter, [
    ['arrivals'],
    ['connections'],
    ['unsent'],
    ['unsent_in_all'],
  ]);
  /** Calls that were shed because there was too much to do, by the level of who called. */
  readonly shed = new Labelled<readonly ['level', 'cause'], Counter>(['level', 'cause'], counter);
  /** What calls cost, by the level of who called. */
  readonly costUnits = new Labelled(['level'], counter, [['agents'], ['senders'], ['anonymous']]);
  /** Proofs of work of registrations: those that were taken, and why others were not. */
  readonly registrationProofs = new Labelled(['outcome'], counter, [['taken'], ['missing'], ['invalid'], ['spent']]);
  /** Calls of webhooks, by whether their receivers took them. */
  readonly webhookCalls = new Labelled(['outcome'], counter, [['taken'], ['refused'], ['no_answer']]);
  /** E-mails to approvers, by whether the mail server took them. */
  readonly mails = new Labelled(['outcome'], counter, [['taken'], ['failed']]);
  /** Calls that got no connection to the database in time. */
  readonly poolTimeouts = new Counter();
  readonly batches = new Labelled(['batch'], () => new BatchUse());
  readonly caches = new Labelled(['cache'], () => new CacheUse());
  /** What a stage of the pipeline gave no verdict about: for too much to do (`overload`), or since it `failed`. */
  readonly noVerdicts = new Labelled(['stage', 'why'], counter, [
    ['policy_engine', 'overload'],
    ['capability_sandbox', 'overload'],
    ['result_contract', 'overload'],
  ]);
  /** Entries of the audit trail that this node sealed, and how many seconds each round of it took. */
  readonly auditSealed = new Counter();
  readonly auditRounds = new Histogram(ANSWER_SECONDS);
  /** Documents that began to be in quarantine. */
  readonly quarantines = new Labelled(['document'], counter, [['contract'], ['policies']]);
  /** What they computed for it, in milliseconds. */
  readonly isolateMs = new Labelled(['outcome'], counter, [['answered'], ['budget']]);
  /** Jobs of the isolate, by how they ended. */
  readonly isolateJobs = new Labelled(['outcome'], counter, [
    ['answered'],
    ['budget'],
    ['memory'],
    ['late'],
    ['busy'],
    ['aborted'],
    ['crashed'],
  ]);
}
