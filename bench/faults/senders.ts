import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Ledger } from '../ledger.ts';
import { ACTION } from '../parties.ts';

/** Senders that have one request open at a time each. */
const SENDERS = 16;
/** Between two requests of a sender, and how long agents think at most: so many that some are always under way. */
const PAUSE_MS = 150;
const THINK_MS = 100;
/** Every second sender asks to wait for the outcome (`Prefer: wait`). */
const PREFER_WAIT_SECONDS = 2;
const RETRY_MS = 200;
const READ_FIRST_MS = 20;
const READ_AT_LEAST_EVERY_MS = 400;
/** Whoever has no answer by then has been left without one. */
const GIVE_UP_MS = 60_000;

const FINAL = new Set(['completed', 'failed', 'cancelled', 'timeout']);

type Options = {
  readonly urls: readonly string[];
  readonly handle: string;
  readonly apiKey: string;
  readonly ledger: Ledger;
  readonly keyPrefix: string;
  readonly requestsMax: number;
  /** A sender with no answer by then tries the next node, as one behind a load balancer may. */
  readonly patienceMs?: number;
};

type Completion = { readonly node: number; readonly submittedAt: number; readonly at: number };

type Told = { readonly id: string; readonly status: string };

/**
 * Senders that submit over REST, now to one node and then to the other, and read until the request is final. Whoever is
 * refused, cut off or told to come again does so with the same idempotency key.
 */
export class Senders {
  sent = 0;
  unavailable = 0;
  /** Nothing was there to connect to. */
  refused = 0;
  /** Connections that broke before the answer. */
  cut = 0;
  /** Calls that their sender gave up. */
  givenUp = 0;
  /** The longest that a call was without an answer, besides the wait that it asked for, in milliseconds. */
  longestMs = 0;
  /** Other answers than success and 503. */
  readonly others = new Map<string, number>();
  /** Requests that had no end when the senders had to stop. */
  stranded = 0;
  readonly completions: Completion[] = [];
  readonly #callsMs: number[] = [];
  readonly #options: Options;
  readonly #running: Promise<void>;
  #isOver = false;
  #deadline = Number.POSITIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    this.#running = Promise.all(Array.from({ length: SENDERS }, (_, turn) => this.#sendInTurn(turn))).then(() => {});
  }

  /** Calls that had no answer for longer than that. */
  longerThan(ms: number): number {
    return this.#callsMs.filter((each) => each > ms).length;
  }

  /** When a request was seen to be complete that was submitted to that node after the moment; undefined: not yet. */
  completedAfter(moment: number, node?: number): number | undefined {
    return this.completions.find(
      ({ node: by, submittedAt }) => submittedAt >= moment && (node === undefined || by === node),
    )?.at;
  }

  /** The longest time without any completion between the two moments. */
  longestGapMs(from: number, to: number): number {
    const times = [from, ...this.completions.map(({ at }) => at).filter((at) => at > from && at < to), to];
    return Math.max(0, ...times.slice(1).map((at, before) => at - (times[before] ?? at)));
  }

  /** Nothing more is submitted; ends when everything is final, or at the deadline. */
  async end(deadline: number): Promise<void> {
    this.#isOver = true;
    this.#deadline = deadline;
    await this.#running;
  }

  async #sendInTurn(sender: number): Promise<void> {
    // Not all at the same moment.
    await wait((sender * PAUSE_MS) / SENDERS);
    while (!this.#isOver && this.sent < this.#options.requestsMax) {
      this.sent += 1;
      await this.#send(this.sent, sender % 2 === 1);
      await wait(PAUSE_MS);
    }
  }

  async #send(number: number, isWaiting: boolean): Promise<void> {
    const { handle, ledger, keyPrefix, urls } = this.#options;
    const key = `${keyPrefix}${randomUUID()}`;
    const body = JSON.stringify({
      action: ACTION,
      params: { number, think_ms: Math.floor(Math.random() * THINK_MS) },
      when_offline: 'queue',
    });
    for (let tries = number; Date.now() < this.#deadline; tries += 1) {
      const node = tries % urls.length;
      const submittedAt = Date.now();
      const told = await this.#call(node, `/v1/agents/${handle}/requests`, {
        method: 'POST',
        headers: { 'idempotency-key': key, ...(isWaiting && { prefer: `wait=${PREFER_WAIT_SECONDS}` }) },
        body,
      });
      if (told === null) {
        await wait(RETRY_MS);
        continue;
      }
      ledger.noteAccepted(key, told.id);
      const final = FINAL.has(told.status) ? told : await this.#read(told.id, tries);
      if (final === null) break;
      ledger.noteOutcome(key, final.id, final.status.toUpperCase());
      this.completions.push({ node, submittedAt, at: Date.now() });
      return;
    }
    this.stranded += 1;
  }

  async #read(id: string, turn: number): Promise<Told | null> {
    let pauseMs = READ_FIRST_MS;
    for (let tries = turn; Date.now() < this.#deadline; tries += 1) {
      await wait(pauseMs);
      pauseMs = Math.min(READ_AT_LEAST_EVERY_MS, 2 * pauseMs);
      const told = await this.#call(tries % this.#options.urls.length, `/v1/requests/${id}`, {});
      if (told && FINAL.has(told.status)) return told;
    }
    return null;
  }

  /** Null when it has to be tried again. */
  async #call(node: number, path: string, { headers, ...init }: RequestInit): Promise<Told | null> {
    const { urls, apiKey, patienceMs } = this.#options;
    const asked = Date.now();
    const waits = new Headers(headers).has('prefer') ? PREFER_WAIT_SECONDS * 1_000 : 0;
    try {
      const response = await fetch(`${urls[node]}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
        signal: AbortSignal.timeout((patienceMs ?? GIVE_UP_MS) + waits),
      });
      const answer = await response.json();
      if (response.ok) return answer as Told;
      if (response.status === 503) this.unavailable += 1;
      else this.#noteOther(`${response.status} ${(answer as { code?: string }).code ?? ''}`);
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') this.givenUp += 1;
      else if (codeOf(error) === 'ECONNREFUSED') this.refused += 1;
      else if (error instanceof TypeError) this.cut += 1;
      else this.#noteOther(String(error));
    } finally {
      const ms = Math.max(0, Date.now() - asked - waits);
      this.#callsMs.push(ms);
      this.longestMs = Math.max(this.longestMs, ms);
    }
    return null;
  }

  #noteOther(answer: string): void {
    this.others.set(answer, (this.others.get(answer) ?? 0) + 1);
  }
}

/** Of the socket, which `fetch` hides in its failure's cause. */
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'code' in cause ? cause.code : null;
}
