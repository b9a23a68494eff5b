import { LRUCache } from 'lru-cache';
import type { Approval } from '../../domain/approval.ts';

/** Approvals that are read at once, and so many may be kept ready. */
const READ_AT_ONCE = 100;
/** Pending ones that are read one after the other, the newest; older ones are told of when they change. */
const REPLAYED_MAX = 10_000;
/** Approvals that may have changed and were not read yet. With more, everything is read again instead. */
const WAITING_MAX = 1_000;
/** Approvals whose last revision is kept in mind, so that none is told twice. */
const TOLD_MAX = 10_000;

type Options = {
  /** Pending ones that may be seen, newest first, from beyond that one on. */
  readonly pending: (limit: number, after: string | undefined) => Promise<readonly Approval[]>;
  /** Those about these requests that may be seen, as they are now. */
  readonly ofRequests: (requestIds: readonly string[]) => Promise<readonly Approval[]>;
};

/** A pass over what is pending, up to `after`, and what was told as pending and did not come up in it. */
type Pass = { after: string | undefined; read: number; readonly unseen: Set<string> };

/**
 * One subscriber's approvals: all that are pending, but of many only the newest, and from then on each that changes, as it is
 * when it is read. What waits is ids, so a subscriber that reads slowly is told less often and not later; one that is far
 * behind, or that may have missed something, begins anew and gets what it has not seen. Single consumer.
 */
export class ApprovalFeed implements AsyncIterableIterator<Approval> {
  readonly #options: Options;
  /** By the requests that they are about. */
  readonly #waiting = new Set<string>();
  readonly #told = new LRUCache<string, number>({ max: TOLD_MAX });
  /** Told as pending, and of no end so far. */
  readonly #pending = new Set<string>();
  readonly #onEnd: (() => void)[] = [];
  #ready: Approval[] = [];
  /** Null while there is none. */
  #pass: Pass | null;
  #wake: (() => void) | null = null;
  #isEnded = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: Options) {
    this.#options = options;
    this.#pass = { after: undefined, read: 0, unseen: new Set() };
  }

  /** The one about that request may have changed, or have begun. */
  changed(requestId: string): void {
    if (this.#waiting.size >= WAITING_MAX) this.readAllAgain();
    else this.#waiting.add(requestId);
    this.#wake?.();
  }

  /** Anything may have changed: whatever is pending is read, and whatever was. */
  readAllAgain(): void {
    this.#waiting.clear();
    this.#pass = { after: undefined, read: 0, unseen: new Set(this.#pending) };
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Approval>> {
    for (;;) {
      const approval = this.#ready.shift();
      if (approval !== undefined) return { done: false, value: approval };
      if (this.#failure) {
        const { error } = this.#failure;
        this.#failure = null;
        throw error;
      }
      if (this.#isEnded) return { done: true, value: undefined };
      if (this.#pass === null && this.#waiting.size === 0) await this.#untilWoken();
      else this.#ready = this.#notTold(await this.#load());
    }
  }

  /** The consumer has had enough. */
  async return(): Promise<IteratorResult<Approval>> {
    this.#ready = [];
    this.#failure = null;
    this.#end();
    return { done: true, value: undefined };
  }

  /** Ends it with an error. */
  fail(error: unknown): void {
    if (this.#isEnded) return;
    this.#ready = [];
    this.#failure = { error };
    this.#end();
  }

  /** Calls back once when it ends, whichever side ends it; at once if it has. */
  onEnd(listener: () => void): this {
    if (this.#isEnded) listener();
    else this.#onEnd.push(listener);
    return this;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #load(): Promise<readonly Approval[]> {
    try {
      return this.#pass === null ? await this.#changed() : await this.#onePage(this.#pass);
    } catch (error) {
      // Whoever reads takes it for over, and does not say that it has had enough.
      await this.return();
      throw error;
    }
  }

  async #onePage(pass: Pass): Promise<readonly Approval[]> {
    const page = await this.#options.pending(READ_AT_ONCE, pass.after);
    // It may have begun anew meanwhile.
    if (this.#pass !== pass) return page;
    for (const { requestId } of page) pass.unseen.delete(requestId);
    pass.after = page.at(-1)?.id;
    pass.read += page.length;
    if (page.length < READ_AT_ONCE || pass.read >= REPLAYED_MAX) {
      this.#pass = null;
      for (const id of pass.unseen) this.#waiting.add(id);
    }
    return page;
  }

  async #changed(): Promise<readonly Approval[]> {
    const ids = [...this.#waiting].slice(0, READ_AT_ONCE);
    for (const id of ids) this.#waiting.delete(id);
    const found = await this.#options.ofRequests(ids);
    // What may not be seen any more is over for this one.
    for (const id of ids) if (!found.some(({ requestId }) => requestId === id)) this.#pending.delete(id);
    return found;
  }

  #notTold(approvals: readonly Approval[]): Approval[] {
    return approvals.filter(({ id, requestId, revision, status }) => {
      if (revision <= (this.#told.get(id) ?? 0)) return false;
      this.#told.set(id, revision);
      if (status === 'PENDING' && this.#pending.size < TOLD_MAX) this.#pending.add(requestId);
      else this.#pending.delete(requestId);
      return true;
    });
  }

  #untilWoken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = () => {
      this.#wake = null;
      resolve();
    };
    return promise;
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiting.clear();
    this.#wake?.();
    for (const listener of this.#onEnd.splice(0)) listener();
  }
}
