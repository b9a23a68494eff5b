import { AsyncLocalStorage } from 'node:async_hooks';
import type { LimitState } from '../../domain/limits.ts';
import type { Principal } from '../../domain/principal.ts';
import type { TraceContext } from '../../domain/trace-context.ts';
import { Account } from './account.ts';

/**
 * What is served here for somebody outside: an HTTP request, or a socket and what comes over it. It gathers what the one
 * line of the log says that tells of it. Decides nothing: use cases are given who asks.
 */
export type Call = {
  /** What it is called in the log, and by its caller. */
  readonly id: string;
  /** Where the caller comes from. */
  readonly address: string;
  /** What the caller says it is; null where it says nothing. At most USER_AGENT_MAX characters. */
  readonly userAgent: string | null;
  /** Who asks, once that is known. */
  principal: Principal | null;
  /** The agent that it is about. */
  agentId: string | undefined;
  /** The request, in the platform's own sense, that it is about. */
  requestId: string | undefined;
  /** What a GraphQL operation asks for, such as `mutation submitRequest`. */
  operation: string | undefined;
  /** The path as the API has it, without what callers put into it. */
  route: string | null;
  /** Where in a trace it is; null outside of any. */
  trace: TraceContext | null;
  /** Where in their traces the calls are that a statement is run for together. */
  batch: readonly TraceContext[] | null;
  /** How the limits stand that it is bound by, where it may be told: of many the last. */
  limits: readonly NotedLimit[];
  /** How an upgrade was answered that became no WebSocket. */
  refusedWith: number | undefined;
  /** What it costs, and who pays. */
  account: Account;
};

/** How a limit stands; `partition` says whose share of it that is, where it is not the caller's alone. */
export type BindingLimit = LimitState & { readonly partition: string | null };

/** The same as it was noted, in milliseconds by `performance.now()`: an answer may be long in coming. */
export type NotedLimit = BindingLimit & { readonly at: number };

/** Limits that are noted of a call, the last ones: an answer's head has a bound, and a socket lives for long. */
const LIMITS_MAX = 20;

const current = new AsyncLocalStorage<Call | undefined>();

/** What is kept of what a caller says it is, in characters. */
const USER_AGENT_MAX = 200;

export const createCall = (id: string, address: string, userAgent?: string): Call => ({
  id,
  address,
  userAgent: userAgent?.slice(0, USER_AGENT_MAX) ?? null,
  principal: null,
  agentId: undefined,
  requestId: undefined,
  operation: undefined,
  route: null,
  trace: null,
  batch: null,
  limits: [],
  refusedWith: undefined,
  account: new Account(),
});

/** Does what belongs to the call, also what it sets off and what comes later. */
export const inCall = <Result>(call: Call, work: () => Result): Result => current.run(call, work);

/** Does what belongs to no call although one set it off. */
export const outsideOfCalls = <Result>(work: () => Result): Result => current.run(undefined, work);

/** The call that is served here; null outside of any. */
export const currentCall = (): Call | null => current.getStore() ?? null;

/** The call that is served here costs so much besides, in units of about a millisecond of a node's processor time. */
export function noteWork(units: number): void {
  current.getStore()?.account.add(units);
}

/** An agent's ack, progress or outcome was recorded: what it took costs the agent nothing. */
export function noteRecordedAnswer(): void {
  current.getStore()?.account.markRecorded();
}

/** One came to nothing, which costs so much besides. */
export function noteFutileAnswer(units: number): void {
  current.getStore()?.account.addFutile(units);
}

/** What the call waits for from here on is not the platform's to do, so others have its seat. */
export function leaveSeat(): void {
  current.getStore()?.account.leave();
}

/** What the call that is served here is about, where that comes out. */
export function noteInCall(about: { readonly agentId?: string; readonly requestId?: string }): void {
  const call = current.getStore();
  if (!call) return;
  if (about.agentId !== undefined) call.agentId = about.agentId;
  if (about.requestId !== undefined) call.requestId = about.requestId;
}

/** How a limit stands that the call which is served here is bound by, in place of what was noted of it before. */
export function noteLimit(limit: BindingLimit): void {
  const call = current.getStore();
  if (!call) return;
  const noted: NotedLimit = { ...limit, at: performance.now() };
  if (call.limits.length === 0) {
    call.limits = [noted];
    return;
  }
  const others = call.limits.filter((each) => each.policy !== limit.policy || each.partition !== limit.partition);
  call.limits = [...others, noted].slice(-LIMITS_MAX);
}

/** A point that the call took of the limit is given back. */
export function noteRefund(policy: string, partition: string | null): void {
  const call = current.getStore();
  if (!call) return;
  call.limits = call.limits.map((noted) =>
    noted.policy === policy && noted.partition === partition
      ? { ...noted, remaining: Math.min(noted.quota, noted.remaining + 1) }
      : noted,
  );
}

/** The recorded traces that the work here belongs to: none, mostly. */
export function tracesHere(): readonly TraceContext[] {
  const call = current.getStore();
  if (!call) return NONE;
  if (call.batch) return call.batch;
  return call.trace?.isRecorded ? [call.trace] : NONE;
}

const NONE: readonly TraceContext[] = [];
/** Never opened, so nobody is charged for it. */
const NOBODYS = new Account();

/** Does what is done at once for several calls, which are in these traces; whoever asked for it has paid his share. Its log names the call that set it off. */
export function inBatch<Result>(batch: readonly TraceContext[], work: () => Result): Result {
  const call = current.getStore();
  if (!call && batch.length === 0) return work();
  return current.run({ ...(call ?? createCall('', '')), batch, account: NOBODYS }, work);
}

/** Does one of several things that come over a connection, whose cost and seat are its own. */
export async function inAccount<Result>(account: Account, work: () => Promise<Result>): Promise<Result> {
  const call = current.getStore();
  if (!call) return work();
  const own: Call = { ...call, account };
  try {
    return await current.run(own, work);
  } finally {
    noteInCall({
      ...(own.agentId !== undefined && { agentId: own.agentId }),
      ...(own.requestId !== undefined && { requestId: own.requestId }),
    });
  }
}

/** Does what one of several things asks that come over a connection, in the trace that it names itself. */
export function inTrace<Result>(trace: TraceContext | null, work: () => Result): Result {
  const call = current.getStore();
  return call && trace ? current.run({ ...call, trace }, work) : work();
}

/**
 * A listener whose calls belong to the call in which it is made. What comes over a connection later, such as the
 * messages of a socket, belongs to none by itself.
 */
export function listenerOfCall<Args extends readonly unknown[]>(
  listener: (...args: Args) => void,
): (...args: Args) => void {
  // Node's own AsyncLocalStorage.bind keeps some 800 bytes for each listener, for as long as its socket is open.
  const call = current.getStore();
  return (...args) => current.run(call, () => listener(...args));
}
