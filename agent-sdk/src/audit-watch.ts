import { checkTrail } from './audit-check.ts';
import { type AuditTrust, checkVerifiers } from './audit-hold.ts';
import { jittered } from './backoff.ts';
import { memoryCheckpoints } from './checkpoint-store.ts';
import { type Clock, LONGEST_TIMER_MS } from './clock.ts';
import { AuditMismatchError, ConnectionError, NotSealedError, PlatformError, RateLimitedError } from './errors.ts';
import type { Fetch, GraphqlHttpOptions } from './graphql-http.ts';
import { fieldsOfError, type Logger } from './logger.ts';
import { endpointsOfAll, type PlatformUrl, PlatformUrls } from './platform-urls.ts';

/** Whether, and how, a platform is held to its audit trail while it is used. */
export interface AuditOptions extends Partial<AuditTrust> {
  /**
   * How often the platform is asked for a checkpoint, and for a proof that it has all of the one before; a quarter more or less. A
   * client asks beside its calls, an agent while its channel is open. A minute at least.
   * @default 3600000
   */
  readonly everyMs?: number;
  /** Called each time that the platform cannot show that its past is as it was. The log has it in any case. */
  readonly onMismatch?: (error: AuditMismatchError) => void;
  /** Called where the trail is signed with further keys, which the platform has announced: they are trusted from now on. */
  readonly onNewKeys?: (keys: readonly string[]) => void;
  /**
   * Whether such a platform is not used any more: a client's calls reject with AuditMismatchError, and an agent stops with it.
   * @default false
   */
  readonly strict?: boolean;
}

const HOUR_MS = 3_600_000;
const LEAST_MS = 60_000;
/** Who begins at once, as after a restart of the platform, does not ask at once. */
const FIRST_WITHIN_MS = 60_000;
const TIMEOUT_MS = 10_000;
/** So long whoever stops waits for a check that is under way. */
const GRACE_MS = 500;
/** After so many checks in a row that could not be made because the platform was away or busy, that is warned of. */
const MISSED_MAX = 3;
/** What a platform answers that has no audit trail. */
const HAS_NONE: ReadonlySet<string> = new Set(['GRAPHQL_VALIDATION_FAILED', 'NOT_PLAYED']);

interface AuditWatchOptions {
  readonly url: PlatformUrl;
  readonly apiKey: string;
  readonly fetch: Fetch;
  readonly maxAnswerBytes: number;
  readonly audit: AuditOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Told of each mismatch, where such a platform is not to be used any more. */
  readonly refuse?: (error: AuditMismatchError) => void;
}

/**
 * Holds a platform to its audit trail, now and then and beside all else: nothing waits for it, and nothing fails by it unless that was
 * asked for. Of several checks that are due one is made.
 */
export class AuditWatch {
  readonly #options: AuditWatchOptions;
  readonly #http: GraphqlHttpOptions;
  readonly #platform: string;
  readonly #trust: AuditTrust;
  readonly #everyMs: number;
  readonly #ends = new AbortController();
  #dueAt: number;
  #checking: Promise<void> | undefined;
  #hasSeenOne = false;
  #missed = 0;
  #isConnected = false;
  #refusal: AuditMismatchError | undefined;
  #callOffTimer = () => {};

  constructor(options: AuditWatchOptions) {
    this.#options = options;
    const { audit, url, apiKey, fetch, maxAnswerBytes, clock, random } = options;
    const { everyMs = HOUR_MS, store, keys } = audit;
    if (!Number.isSafeInteger(everyMs) || everyMs < LEAST_MS || everyMs > LONGEST_TIMER_MS / 2) {
      throw new RangeError(`audit.everyMs must be a whole number from ${LEAST_MS} to ${LONGEST_TIMER_MS / 2}`);
    }
    checkVerifiers(keys);
    this.#everyMs = everyMs;
    this.#trust = { store: store ?? memoryCheckpoints(), keys };
    this.#platform = endpointsOfAll(url)[0].base;
    this.#http = { urls: new PlatformUrls(url), apiKey, fetch, timeoutMs: TIMEOUT_MS, maxAnswerBytes };
    // What is kept elsewhere can be compared at once, and who has kept nothing has nothing to compare.
    this.#dueAt = clock.now() + (store === undefined ? jittered(FIRST_WITHIN_MS, random) : 0);
  }

  /** Throws AuditMismatchError where the platform is not to be used any more. */
  throwIfRefused(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** The platform is about to be asked something: checks beside that where it is due. */
  used(): void {
    if (this.#options.clock.now() >= this.#dueAt) void this.#check();
  }

  /** The platform is connected from now on: checks when it is due, again and again. */
  connected(): void {
    this.#callOffTimer();
    if (this.#ends.signal.aborted) return;
    this.#isConnected = true;
    const { clock, random } = this.#options;
    const inMs = Math.max(this.#dueAt - clock.now(), jittered(FIRST_WITHIN_MS, random));
    this.#callOffTimer = clock.after(inMs, async () => {
      await this.#check();
      if (this.#isConnected) this.connected();
    });
  }

  /** It is not any more. */
  disconnected(): void {
    this.#isConnected = false;
    this.#callOffTimer();
  }

  /** Checks no more. What is under way may come to its end, which takes a moment, or else is given up. */
  async stop(): Promise<void> {
    this.disconnected();
    const giveUp = () => this.#ends.abort();
    const callOff = this.#checking ? this.#options.clock.after(GRACE_MS, giveUp) : giveUp;
    await this.#checking;
    callOff();
    giveUp();
  }

  #check(): Promise<void> {
    if (this.#ends.signal.aborted) return Promise.resolve();
    this.#checking ??= this.#checkOnce().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #checkOnce(): Promise<void> {
    const { clock, random, logger, audit } = this.#options;
    // Also where it fails: whoever does not answer is asked no sooner.
    this.#dueAt = clock.now() + this.#everyMs * 0.75 + jittered(this.#everyMs / 2, random);
    try {
      if (await this.#wasCheckedByOthers()) return;
      const check = { http: this.#http, platform: this.#platform, trust: this.#trust, clock };
      const { size, sizeBefore, newKeys } = await checkTrail(check, this.#ends.signal);
      this.#hasSeenOne = true;
      this.#missed = 0;
      logger.debug('the audit trail is as it was', { size, sizeBefore });
      if (newKeys.length > 0) {
        logger.warn('the audit trail is signed with another key, which is announced', { newKeys });
        this.#call('onNewKeys', () => audit.onNewKeys?.(newKeys));
      }
    } catch (error) {
      if (error instanceof AuditMismatchError || !this.#ends.signal.aborted) this.#failed(error);
      else this.#wasCutOff();
    }
  }

  /** What is kept elsewhere was to be compared: a platform that answers late enough would never be held to it by whoever uses it for moments. */
  #wasCutOff(): void {
    const { logger, audit } = this.#options;
    const level = audit.store === undefined ? 'debug' : 'warn';
    logger[level]('the audit trail was not checked: the platform had not answered by the end', { waitedMs: GRACE_MS });
  }

  /** Several processes that share a store check as often as one. */
  async #wasCheckedByOthers(): Promise<boolean> {
    const kept = await this.#trust.store.load(this.#platform);
    if (kept === null) return false;
    this.#hasSeenOne = true;
    const sinceMs = this.#options.clock.now() - Date.parse(kept.checkedAt);
    const isFresh = sinceMs >= 0 && sinceMs < this.#everyMs * 0.75;
    if (!isFresh) return false;
    this.#missed = 0;
    this.#dueAt -= sinceMs;
    return true;
  }

  #failed(error: unknown): void {
    const { logger, audit, refuse } = this.#options;
    if (error instanceof AuditMismatchError) {
      const { kind, kept, seen, proof } = error;
      logger.error(error.message, { kind, kept, seen, proof });
      if (audit.strict) {
        this.#refusal = error;
        refuse?.(error);
      }
      this.#call('onMismatch', () => audit.onMismatch?.(error));
      return;
    }
    const isAway = error instanceof ConnectionError || error instanceof RateLimitedError;
    this.#missed = isAway ? this.#missed + 1 : 0;
    // Whoever has something to hide is always busy.
    const passes = isAway && this.#missed < MISSED_MAX;
    const hasNothing = error instanceof NotSealedError || (error instanceof PlatformError && HAS_NONE.has(error.code));
    const level = passes || (hasNothing && !this.#hasSeenOne) ? 'debug' : 'warn';
    logger[level]('the audit trail could not be checked', fieldsOfError(error));
  }

  /** An error in a hook is its author's. */
  #call(name: string, hook: () => void): void {
    try {
      hook();
    } catch (error) {
      this.#options.logger.error(`${name} failed`, fieldsOfError(error));
    }
  }
}

/** Holds the platform to its audit trail unless that is switched off. */
export const auditWatch = ({
  audit,
  ...options
}: Omit<AuditWatchOptions, 'audit'> & { readonly audit: AuditOptions | false | undefined }): AuditWatch | null =>
  audit === false ? null : new AuditWatch({ ...options, audit: audit ?? {} });
