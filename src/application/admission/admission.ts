import type { DomainError } from '../../domain/domain-error.ts';
import { OverloadedError, RateLimitedError } from '../../domain/errors.ts';
import { networkOf, widerNetworkOf } from '../../domain/network.ts';
import { holderIdOf, type Principal } from '../../domain/principal.ts';
import { blurredSeconds } from '../blurred-seconds.ts';
import type { Release } from '../counted-keys.ts';
import type { Account } from '../ports/account.ts';
import { currentCall, noteLimit } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics, ShedCause } from '../ports/metrics.ts';
import { type BudgetState, CostBudgets } from './cost-budgets.ts';
import type { FairShare } from './fair-share.ts';
import { type Budget, LEVELS, type Level, type Payer } from './levels.ts';
import { type NoSeat, type SeatBounds, Seats } from './seats.ts';
import type { Caller } from './turns.ts';

export type AdmissionSettings = {
  /** Units of cost that a key's holder may take in a minute. */
  readonly costPerMinute: number;
  /** The same of a network whose callers are nobody's; a wider one has so many times that. */
  readonly anonymousCostPerMinute: number;
  readonly seats: Readonly<Record<Level, SeatBounds>>;
  /** For credentials that nobody knows yet, which are looked up. */
  readonly lookUps: SeatBounds;
  /** How late the node may be, in milliseconds, before calls of nobody are shed. */
  readonly delayMaxMs: number;
};

type Dependencies = {
  readonly settings: AdmissionSettings;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How late the node is with what it has to do, in milliseconds. */
  readonly delayMs: () => number;
  readonly share: Pick<FairShare, 'part'>;
};

/** The policy that RateLimit fields and errors name. */
const POLICY = 'cost';
/** A /24 of IPv4, or a /48 of IPv6, has so many times what one address or /64 of it has. */
const WIDER_FACTOR = 4;
/** Keys are to be had for nothing: those that are used from one address or /64 have together what so many of them have. */
const KEYS_FACTOR = 10;
/** So many times as late as calls of nobody are shed at, senders' are as well. */
const SENDERS_DELAY_FACTOR = 5;
/** What is shed is told to come again after so many seconds. */
const RETRY_AFTER_SECONDS = 1;
/** Browsers of one network that say that somebody was in with them, and are looked up although the network has used up what it may cost. */
const DEVICE_LOOK_UPS_PER_MINUTE = 60;
/** Buckets that are kept, of holders and networks. */
const BUDGETS_MAX = 50_000;

/**
 * What every call passes before anything is done for it, whichever door it comes through: whether whoever pays for it has
 * something left, and whether its level has a seat. What it cost is charged when that is known.
 */
export class Admission {
  readonly #deps: Dependencies;
  readonly #budgets: CostBudgets;
  readonly #seats: Readonly<Record<Level, Seats>>;
  readonly #lookUps: Seats;
  readonly #delayMaxMs: Readonly<Record<Level, number>>;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    const { settings, clock } = deps;
    this.#budgets = new CostBudgets({
      max: BUDGETS_MAX,
      now: () => clock.monotonic(),
      part: () => deps.share.part,
    });
    const { agents, senders, anonymous } = settings.seats;
    this.#seats = {
      agents: new Seats(agents, clock),
      senders: new Seats(senders, clock),
      anonymous: new Seats(anonymous, clock),
    };
    this.#lookUps = new Seats(settings.lookUps, clock);
    this.#delayMaxMs = {
      agents: Number.POSITIVE_INFINITY,
      senders: settings.delayMaxMs * SENDERS_DELAY_FACTOR,
      anonymous: settings.delayMaxMs,
    };
    for (const cause of ['queue_full', 'waited', 'event_loop'] as const) {
      for (const level of LEVELS) deps.metrics.shed.of(level, cause);
    }
    deps.metrics.rateLimited.of(POLICY);
  }

  /** Whoever is known by a credential. */
  payerOf(principal: Principal): Payer {
    const flow = principal.kind === 'admin' ? principal.sessionId : holderIdOf(principal);
    const perMinute = this.#deps.settings.costPerMinute;
    const budgets = [{ key: flow, perMinute }];
    if (principal.kind !== 'agent') return { level: 'senders', flow, budgets, answers: NONE };
    return { level: 'agents', flow, budgets, answers: [{ key: `${flow}:answers`, perMinute }] };
  }

  /** A browser that somebody was in with, whose owner is out: what strangers use up is not its own. */
  payerOfDevice(digest: string): Payer {
    const flow = `device ${digest}`;
    return {
      level: 'senders',
      flow,
      budgets: [{ key: flow, perMinute: this.#deps.settings.costPerMinute }],
      answers: NONE,
    };
  }

  /** The same payer where it comes with a key from that address: what all keys there may cost together is bounded, too. */
  from(payer: Payer, address: string): Payer {
    const together = budgetsAt(address, this.#deps.settings.costPerMinute * KEYS_FACTOR, 'keys ');
    return { ...payer, budgets: [...payer.budgets, ...together] };
  }

  /** Whoever is known by nothing but where he calls from. */
  anonymousAt(address: string): Payer {
    const budgets = budgetsAt(address, this.#deps.settings.anonymousCostPerMinute);
    return { level: 'anonymous', flow: networkOf(address), budgets, answers: NONE };
  }

  /** Throws OverloadedError where the node is too far behind for the level. */
  checkDelay({ level }: Pick<Payer, 'level'>): void {
    if (this.#deps.delayMs() > this.#delayMaxMs[level]) throw this.#shed(level, 'event_loop');
  }

  /** Throws OverloadedError where the node is too far behind for the payer's level, or that can take no more. */
  checkLevel({ level, flow }: Payer): void {
    this.checkDelay({ level });
    if (this.#seats[level].isFull(callerOf(flow))) throw this.#shed(level, 'queue_full');
  }

  /** Whether what somebody may cost is not used up. */
  hasLeft(budgets: readonly Budget[]): boolean {
    return this.#usedUpOf(budgets) === undefined;
  }

  /** Counts and logs that an agent's answers are refused, where that is told otherwise than by an error. */
  noteRefused({ answers }: Payer): void {
    for (const budget of answers) this.#refused(budget, true);
  }

  /** Throws RateLimitedError where what the payer may cost is used up. */
  checkBudget({ budgets, answers }: Payer, isAnswer = false): void {
    const asked = isAnswer ? answers : budgets;
    const [own] = asked;
    const usedUp = this.#usedUpOf(asked);
    const isOwn = usedUp === own;
    // What others of its network used is not the caller's to know, and what it has itself would not say why it is refused.
    if (own && (isOwn || usedUp === undefined)) {
      const state = this.#budgets.stateOf(own);
      if (state.left <= state.holds / 2) noteState(state);
    }
    if (usedUp) throw this.#refused(usedUp, isOwn);
  }

  #usedUpOf(budgets: readonly Budget[]): Budget | undefined {
    return budgets.find((budget) => this.#budgets.left(budget) <= 0);
  }

  /** Calls back with no error once there is a seat, at once where one is free, or with why there is none. Answers what
   * takes it out of the queue, where it waits. */
  enter(payer: Payer, account: Account, done: (error?: DomainError) => void): (() => void) | null {
    let hasWaited = false;
    const stop = this.#seats[payer.level].take(callerOf(payer.flow), (given) => {
      if (typeof given === 'string') return done(this.#shed(payer.level, given));
      const refusal = hasWaited ? this.#refusalOf(payer) : undefined;
      if (refusal) given();
      else account.sitDown(given);
      done(refusal);
    });
    hasWaited = true;
    return stop;
  }

  /** Others of whoever pays may have used up what it had left while it waited. It is seated in the course of another call, of
   * which nothing is to be noted here. */
  #refusalOf({ level, budgets }: Payer): RateLimitedError | undefined {
    // What an agent asks for may be an answer, which is always taken in.
    if (level === 'agents') return undefined;
    const usedUp = this.#usedUpOf(budgets);
    return usedUp && this.#refused(usedUp, usedUp === budgets[0]);
  }

  /**
   * Does the work in a seat, at once where one is free, and charges what it cost. Throws OverloadedError where there is none. While it
   * waits `untilGone` is to call back once nobody waits for it any more, and answers what stops that: it leaves the queue then, and
   * answers null.
   */
  async inSeat<Result>(
    payer: Payer,
    account: Account,
    work: () => Promise<Result>,
    untilGone: (leave: () => void) => () => void,
  ): Promise<Result | null> {
    let refusal: DomainError | null | undefined = null;
    let isGone = false;
    let goOn = () => {};
    const stop = this.enter(payer, account, (error) => {
      refusal = error;
      goOn();
    });
    if (stop !== null) {
      const { promise, resolve } = Promise.withResolvers<void>();
      goOn = resolve;
      const stay = untilGone(() => {
        isGone = true;
        stop();
        resolve();
      });
      await promise;
      stay();
    }
    if (refusal) {
      account.settle();
      throw refusal;
    }
    try {
      return isGone ? null : await work();
    } finally {
      account.settle();
      account.leave();
    }
  }

  /** Whether one more browser of the stranger's network is looked up, whatever else that network has used. */
  takeDeviceLookUp({ flow }: Payer): boolean {
    const budget = { key: `devices ${flow}`, perMinute: DEVICE_LOOK_UPS_PER_MINUTE, isFixed: true };
    const isLeft = this.#budgets.left(budget) >= 1;
    if (isLeft) this.#budgets.charge(budget, 1);
    return isLeft;
  }

  /** Looks up a credential that nobody knows, when it is its turn. Throws OverloadedError where too many are looked up. */
  async lookUp<Result>({ flow }: Payer, look: () => Promise<Result>): Promise<Result> {
    const { promise, resolve } = Promise.withResolvers<Release | NoSeat>();
    this.#lookUps.take(callerOf(flow), resolve);
    const given = await promise;
    if (typeof given === 'string') throw this.#shed('anonymous', given);
    try {
      return await look();
    } finally {
      given();
    }
  }

  charge({ level, budgets, answers }: Payer, units: number, isAnswer = false): void {
    this.#deps.metrics.costUnits.of(level).add(units);
    for (const budget of isAnswer ? answers : budgets) this.#budgets.charge(budget, units);
  }

  /** The account is that payer's from now on. */
  open(account: Account, payer: Payer): void {
    account.open(payer, (who, units, isAnswer) => this.charge(who, units, isAnswer));
  }

  /** Calls that are under way and that wait, by level. */
  use(): readonly { readonly level: Level; readonly taken: number; readonly waiting: number }[] {
    return LEVELS.map((level) => {
      const { taken, waiting } = this.#seats[level];
      return { level, taken, waiting };
    });
  }

  #shed(level: Level, cause: ShedCause): OverloadedError {
    const { log, metrics } = this.#deps;
    metrics.shed.of(level, cause).add();
    log.info({ limit: 'seats', level, cause }, 'a limit refused');
    return new OverloadedError(RETRY_AFTER_SECONDS);
  }

  /** `isOwn`: nobody else uses it. */
  #refused(budget: Budget, isOwn: boolean): RateLimitedError {
    const { key } = budget;
    const { resetSeconds } = this.#budgets.stateOf(budget);
    const { log, metrics } = this.#deps;
    metrics.rateLimited.of(POLICY).add();
    log.info({ limit: POLICY, key, part: this.#deps.share.part }, 'a limit refused');
    return new RateLimitedError(Math.max(1, isOwn ? Math.ceil(resetSeconds) : blurredSeconds(resetSeconds)), USED_UP, [
      POLICY,
    ]);
  }
}

/** Whose call it is that is under way. */
function callerOf(flow: string): Caller {
  const address = currentCall()?.address ?? null;
  return { flow, origin: address === null ? flow : networkOf(address) };
}

/** What is used from an address counts for it and for the network around it. */
const budgetsAt = (address: string, perMinute: number, prefix = ''): readonly Budget[] => [
  { key: prefix + networkOf(address), perMinute },
  { key: prefix + widerNetworkOf(address), perMinute: perMinute * WIDER_FACTOR },
];

const NONE: readonly Budget[] = [];
const USED_UP = 'Your calls have cost the platform as much as they may for now.';

const noteState = ({ left, holds, windowSeconds, resetSeconds }: BudgetState): void =>
  noteLimit({
    policy: POLICY,
    partition: null,
    quota: Math.ceil(holds),
    windowSeconds,
    remaining: Math.max(0, Math.floor(left)),
    resetSeconds: Math.ceil(resetSeconds),
  });
