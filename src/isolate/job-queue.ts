/** A job that waits, as the queue sees it. */
export type QueuedJob = {
  /** Whoever decides what it costs. */
  readonly owner: string;
  /** Whoever asked for it; null where that is nobody in particular. */
  readonly payer: string | null;
  /** What it is expected to cost, in milliseconds of a thread. */
  readonly expectedMs: number;
  /** Whether it comes after all others: somebody has used up what they may. */
  readonly isLast: boolean;
};

type Waiting<Job> = { readonly job: Job; readonly since: number };

export type JobQueueOptions = {
  /** Jobs that wait at most. */
  readonly max: number;
  /** What somebody has cost lately, in milliseconds. */
  readonly usedBy: (account: string) => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

/** Of all that may wait, this share may be one owner's, and half of that one payer's. */
const OWNER_SHARE = 1 / 2;
/** The queue is long, for what comes last, where more than this share of it is used. */
const LONG_SHARE = 1 / 8;
/** So much of its cost a job is forgiven for each millisecond that it has waited: nothing waits for ever. */
const FORGIVEN = 0.1;
/** What comes after all others is as though it cost so much more. */
const LAST_MS = 100_000;

/**
 * What waits for a thread, in the order of what it costs: of a job what it is expected to, and what its owner and whoever
 * asked for it have cost lately, less for how long it waits. So what is cheap is not stuck behind what is dear, and many
 * jobs of somebody's behind their own alone. Bounded in all, by owner and by payer; when it is full the dearest gives way.
 */
export class JobQueue<Job extends QueuedJob> {
  readonly #options: JobQueueOptions;
  #waiting: Waiting<Job>[] = [];

  constructor(options: JobQueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Answers what had to give way, which may be the job itself; null where there was room. */
  add(job: Job): Job | null {
    const { max, now } = this.#options;
    if (job.isLast && this.size >= max * LONG_SHARE) return job;
    const ofOwner = Math.max(1, Math.floor(max * OWNER_SHARE));
    if (this.#count((each) => each.owner === job.owner) >= ofOwner) return job;
    const ofPayer = Math.max(1, Math.floor(ofOwner / 2));
    if (job.payer !== null && this.#count((each) => each.payer === job.payer) >= ofPayer) return job;
    const added = { job, since: now() };
    this.#waiting.push(added);
    if (this.size <= max) return null;
    const dearest = this.#waiting.reduce((most, each) => (this.#price(each) >= this.#price(most) ? each : most), added);
    this.#drop(dearest);
    return dearest.job;
  }

  /** The next that `mayBegin`: the cheapest, of two alike the one that came first. */
  take(mayBegin: (job: Job) => boolean = () => true): Job | undefined {
    let next: Waiting<Job> | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const each of this.#waiting) {
      if (!mayBegin(each.job)) continue;
      const price = this.#price(each);
      if (price >= least) continue;
      next = each;
      least = price;
    }
    if (next) this.#drop(next);
    return next?.job;
  }

  /** What is expected to be computed before the job would be begun, in milliseconds of threads. */
  aheadOf(job: Job): number {
    const price = this.#price({ job, since: this.#options.now() });
    return this.#waiting.reduce((sum, each) => (this.#price(each) <= price ? sum + each.job.expectedMs : sum), 0);
  }

  remove(job: Job): void {
    const found = this.#waiting.find((each) => each.job === job);
    if (found) this.#drop(found);
  }

  /** Takes everything out. */
  clear(): readonly Job[] {
    const jobs = this.#waiting.map(({ job }) => job);
    this.#waiting = [];
    return jobs;
  }

  #count(isOne: (job: Job) => boolean): number {
    return this.#waiting.reduce((sum, { job }) => (isOne(job) ? sum + 1 : sum), 0);
  }

  #drop(waiting: Waiting<Job>): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
  }

  #price({ job: { owner, payer, expectedMs, isLast }, since }: Waiting<Job>): number {
    const { usedBy, now } = this.#options;
    const used = Math.max(usedBy(owner), payer === null ? 0 : usedBy(payer));
    return used + expectedMs - (now() - since) * FORGIVEN + (isLast ? LAST_MS : 0);
  }
}
