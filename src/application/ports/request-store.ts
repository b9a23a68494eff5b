import type { Actor } from '../../domain/actor.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type {
  FinalStatus,
  LossCause,
  Request,
  RequestFailure,
  RequestProgress,
  RequestStatus,
  RequestSummary,
} from '../../domain/request.ts';
import type { SenderActivity } from '../../domain/sender.ts';
import type { LoggedStage } from '../../domain/verdict.ts';
import type { Page, PageQuery } from './page.ts';

/** A channel on a node, as a claim names it. */
export type ChannelRef = { readonly channelId: string; readonly nodeId: string };

/** A channel that has ended. `cause` is null where that says nothing about what it held: the platform ended it. */
export type EndedChannel = { readonly channelId: string; readonly cause: LossCause | null };

/** How often a request is delivered before it is given up. */
export type DeliveryLimits = {
  /** Deliveries that nobody acked in time. */
  readonly unacked: number;
  /** Losses in a row. */
  readonly losses: number;
};

/** What is judged by when. */
export type ClaimTimes = {
  readonly at: Date;
  /** A lease until then or sooner has lapsed. */
  readonly lapsedBy: Date;
  /** A suspect that was delivered or acked later is on probation. */
  readonly provenBefore: Date;
};

/** What becomes of requests that are given up: nobody acked them, or they were lost in a row, for the last time so. */
export type GivenUp = { readonly unacked: RequestFailure } & { readonly [Cause in LossCause]: RequestFailure };

/** What a request has of what happens to it after it was stored. */
type Later =
  | 'paramsRemoved'
  | 'effectiveParams'
  | 'isHeld'
  | 'result'
  | 'attempts'
  | 'deliveries'
  | 'losses'
  | 'progress'
  | 'outcomeAttempt'
  | 'channelId'
  | 'nodeId'
  | 'revision'
  | 'updatedAt';

/** A request about to be stored, in its first state. */
export type NewRequest = Omit<Request, 'status' | Later> & {
  readonly status: Extract<RequestStatus, 'PENDING' | 'AWAITING_APPROVAL' | 'DISPATCHED' | 'REJECTED'>;
  /** Set with DISPATCHED: its first delivery, written together with it. */
  readonly delivery: ChannelRef | null;
  /** Until when that delivery must be acked. */
  readonly leaseExpiresAt: Date | null;
  readonly idempotencyKey: string | null;
  /** A digest of the content, to tell a repetition from a different request under the same key. */
  readonly contentDigest: Buffer | null;
  /** With REJECTED: what was asked is not stored, and `params` is empty. */
  readonly paramsRemoved?: boolean;
  /** With REJECTED: it was refused an approval, as its like was before. */
  readonly isHeld?: true;
  /** Who submitted it, and with which key. @default the platform */
  readonly by?: Actor;
  /** The rules that it was decided by. @default null */
  readonly policySetId?: string | null;
};

/** What became of a new request. */
export type Inserted =
  | { readonly inserted: Request }
  /** The first one that this sender stored under the same idempotency key, within the key's lifetime. */
  | { readonly existing: KeyedRequest }
  /** Its agent was deleted meanwhile. */
  | { readonly agentIsGone: true };

/** So many requests, and the bytes of their params. */
type CountedRequests = { readonly requests: number; readonly bytes: number };

/** How many requests of one sender wait for an agent, and the bytes of their params. */
export type WaitingOfSender = CountedRequests & { readonly senderId: string };

/** What is open on the platform, and of which senders and agents that is much. */
export type OpenRequests = CountedRequests & {
  readonly senders: readonly (CountedRequests & { readonly id: string })[];
  readonly agents: readonly (CountedRequests & { readonly id: string })[];
};

export type KeyedRequest = { readonly request: Request; readonly contentDigest: Buffer };

/** A conditional update's answer: `changed`, or why not. */
export type Transitioned =
  | { readonly outcome: 'changed'; readonly request: Request }
  | { readonly outcome: 'finished'; readonly status: FinalStatus }
  | { readonly outcome: 'not-found' }
  /** It exists and is open, but not in a state this transition starts from. */
  | { readonly outcome: 'unchanged'; readonly request: Request };

/**
 * What an ack or an outcome is answered. Where both were waiting they are written at once, as two changes: the ack's
 * answer then has nothing to announce, and the outcome's has both.
 */
export type Reported =
  | Exclude<Transitioned, { readonly outcome: 'changed' }>
  | {
      readonly outcome: 'changed';
      readonly request: Request;
      /** What the caller is to announce, in this order. */
      readonly toAnnounce: readonly Request[];
    };

/** The contract that a request was let in by, and the action that it names there. Once it is delivered neither changes. */
export type LetIn = Pick<Request, 'action' | 'contractId'>;

/** Who holds an open request, without what was asked: a node may hold any number of them. */
export type HeldRequest = Pick<Request, 'id' | 'agentId' | 'senderId' | 'status' | 'channelId' | 'attempts'>;

export type ClaimableOfNode = { readonly agentIds: readonly string[]; readonly nextLapseAt: Date | null };

export type RequestFilter = {
  readonly senderId?: string;
  readonly agentId?: string;
  /** Any of these. */
  readonly agentIds?: readonly string[];
  /** Without what its agent's own keys must not see, see isHiddenFromAgent. */
  readonly isShownToAgent?: true;
  readonly handle?: string;
  readonly action?: string;
  readonly contextId?: string;
  /** Submitted at that moment or later. */
  readonly submittedFrom?: Date;
  /** Submitted before that moment. */
  readonly submittedBefore?: Date;
  readonly statuses?: readonly RequestStatus[];
};

export type RequestsOfSender = RequestFilter & { readonly senderId: string };

export type Outcome =
  | { readonly status: 'COMPLETED'; readonly result: JsonText | null }
  | {
      readonly status: 'FAILED';
      readonly error: RequestFailure;
      /** What is added to its log, where its result was denied. */
      readonly denial?: LoggedStage;
    };

/**
 * What is said of requests whose time is over: of those that waited all the time for something to be taken back, that; of those
 * that waited for an approval, that nobody answered (`held`).
 */
export type Expired = { readonly [Why in 'timeout' | 'suspended' | 'blocked' | 'held']: RequestFailure };

/** A request as it was decided about. */
export type DecidedRequest = Pick<
  Request,
  'id' | 'senderId' | 'action' | 'params' | 'paramsRemoved' | 'pipelineLog' | 'createdAt' | 'status' | 'isHeld'
>;

/** How far the agent is with what it was given by that attempt. */
export type StoredProgress = Pick<Request, 'id' | 'agentId' | 'attempts'> & { readonly progress: RequestProgress };

/** A request's time. */
export type TimelineEntry = Pick<Request, 'senderId' | 'createdAt'> & { readonly finishedAt: Date | null };

/**
 * Requests and their deliveries. Every change is one conditional UPDATE on the states that domain/request.ts lists,
 * and increases `revision` and `updatedAt`; of concurrent callers exactly one gets `changed`. A method answers only
 * after its change is committed. Single rows in, batched inside: concurrent calls of one tick become one statement.
 */
export interface RequestStore {
  /** Stores it, so that whoever deletes its agent afterwards finds it; or says why it did not. */
  insert(request: NewRequest): Promise<Inserted>;
  /** The request that this sender stored under the key, unless it is older than the key's lifetime. */
  byIdempotencyKey(senderId: string, key: string, notBefore: Date): Promise<KeyedRequest | null>;

  /**
   * The request as it is at some moment of the call. With `waitMs`, unless it is final, the call waits up to so many
   * milliseconds for a change that this node makes of it to begin, and answers what that leaves.
   */
  byId(id: string, waitMs?: number): Promise<Request | null>;
  /** Of an open request of the agent, which may be known without a statement; null where there is none. */
  letIn(agentId: string, id: string): Promise<LetIn | null>;
  /**
   * Newest first, by id. A page looks at a bounded number of the tenant's requests, so that one under a filter may be
   * short, or empty, and say in `lookedAtUpTo` where it goes on.
   */
  list(filter: RequestFilter, page: PageQuery): Promise<Page<Request>>;
  /**
   * What one sender sent, the last change first, with keys as changeKeyText has them; only forwards, so that `before` and `fromEnd`
   * count for nothing. Of open ones the newest 1,000 are looked at. One that changes while pages are read moves to the first one.
   */
  listByChange(filter: RequestsOfSender, page: PageQuery): Promise<Page<Request>>;
  listSummariesByChange(filter: RequestsOfSender, page: PageQuery): Promise<Page<RequestSummary>>;
  /** The same without what was asked and answered, which is not read. */
  listSummaries(filter: RequestFilter, page: PageQuery): Promise<Page<RequestSummary>>;

  /** Per channel of this node, oldest first: assigned to it, whether it was sent yet or not. */
  heldByNode(nodeId: string): Promise<readonly HeldRequest[]>;
  /**
   * Open requests of the agent that no live channel holds (PENDING; or DISPATCHED and ACKED whose channel is gone or
   * whose lease lapsed) and that are not to be given up. What was delivered before comes first. What waits comes by
   * rounds: one of each sender, the senders in the order of their ids, beginning behind the sender `after`, then the
   * next of each. Of one sender the oldest come first. Of suspects only the one that was delivered last, before all
   * others, and none while another is on probation. What waits of the senders in `passOver` is left out. There may be more
   * even where fewer than `limit` are answered, but not where none are.
   */
  claimable(
    agentId: string,
    limits: DeliveryLimits,
    times: ClaimTimes,
    limit: number,
    after?: string,
    passOver?: readonly string[],
  ): Promise<readonly Request[]>;
  /** Agents that have claimable requests, of those given. */
  agentsWithClaimable(agentIds: readonly string[], at: Date): Promise<readonly string[]>;
  /** Agents that PENDING requests of the sender wait for, so many at most. */
  agentsAwaitedBy(senderId: string, limit: number): Promise<readonly string[]>;
  /** Agents with a channel on the node that have PENDING requests: few rows are looked at, however many channels it has. */
  agentsWithWaiting(nodeId: string, at: Date): Promise<readonly string[]>;
  /** Those of them whose request was submitted since then: only what is as new is looked at. */
  agentsWithNewlyWaiting(nodeId: string, since: Date, at: Date): Promise<readonly string[]>;
  /**
   * Agents with a channel on the node that have claimable requests, and when the next lease of a delivery to one of its
   * agents lapses that is out now and not acked. It looks at every channel.
   */
  claimableOfNode(nodeId: string, at: Date): Promise<ClaimableOfNode>;
  /**
   * Assigns it to the channel if its `attempts` still is what the caller saw and it is claimable at that moment, with
   * `attempts` one higher, a lease and no progress. Of concurrent claims exactly one is `changed`. The channel must be one of the
   * request's agent and registered (PresenceStore): to any other the answer is `unchanged`.
   */
  claim(id: string, seenAttempts: number, to: ChannelRef, at: Date, leaseExpiresAt: Date): Promise<Transitioned>;
  /**
   * Scoped to the agent. Idempotent: acking what is ACKED answers `unchanged` with it. Extends the lease to the expiry.
   * `channelId` names the channel that the ack came through, where it is known: one that holds the request no longer
   * does not answer for the one that does, and `unchanged` is all it gets.
   */
  acknowledge(agentId: string, id: string, at: Date, channelId?: string): Promise<Reported>;
  /**
   * Scoped to the agent, and only while `expiresAt > at`. The first outcome wins. `channelId` names the channel that
   * the report came through, where it is known: its attempt is recorded, otherwise the latest one; `keyId` the agent's key. Acks
   * and outcomes of one request are written in the order in which they were asked for.
   */
  finish(
    agentId: string,
    id: string,
    outcome: Outcome,
    at: Date,
    channelId?: string,
    keyId?: string | null,
  ): Promise<Reported>;
  /**
   * Keeps how far agents are with what they were given by these attempts and have not finished. No change of a request, as it costs
   * nothing if it gets lost: neither `revision` nor `updatedAt` says so. Answers of which requests it was kept.
   */
  storeProgress(progress: readonly StoredProgress[]): Promise<readonly string[]>;
  /**
   * Scoped to the sender unless that is null (an admin). What is over keeps the name of the channel and the node that
   * held it last, so that they can be told.
   */
  cancel(senderId: string | null, id: string, error: RequestFailure, at: Date, by?: Actor): Promise<Transitioned>;
  /** Open requests of the agent, the oldest of them; answers the changed ones. Call it until it answers none. */
  cancelAllOfAgent(agentId: string, error: RequestFailure, at: Date, by?: Actor): Promise<readonly Request[]>;
  /** Open requests whose agent is gone, the oldest of them; answers the changed ones. Nodes may do it at once. */
  cancelWithoutAgent(error: RequestFailure, at: Date, limit: number): Promise<readonly Request[]>;
  /**
   * What ended channels held goes back to PENDING, to be claimed at once; answers the changed ones, oldest first. Where
   * the end has a cause it is one more loss: the first, if another request of the agent was finished by it since the
   * one before. A suspect's counts only if nothing else of the agent was out since it was acked, or delivered. Not
   * everything at once, since it may be any number: call it until it answers none.
   */
  releaseChannels(channels: readonly EndedChannel[], at: Date): Promise<readonly Request[]>;
  /** The same for what the channels hold and did not ack; no loss. */
  releaseUnacked(channelIds: readonly string[], at: Date): Promise<readonly Request[]>;
  /** Over the limits and claimable: FAILED, as it says there. Answers the changed ones. */
  failUndeliverable(limits: DeliveryLimits, errors: GivenUp, at: Date, limit: number): Promise<readonly Request[]>;
  /** One of the agent's requests was given up as the cause of its losses: those of the others begin anew. */
  forgetLosses(agentIds: readonly string[]): Promise<void>;
  /**
   * What the node's channels hold and did not ack gets a lease until then. Nobody is shown leases, so that is no change of a
   * request. Answers how many did not have it yet, `limit` at most: call it until they are fewer.
   */
  renewLeases(nodeId: string, leaseExpiresAt: Date, limit: number): Promise<number>;
  /** Open and past `expiresAt`: TIMEOUT, as it says there. Many nodes may sweep at once (SKIP LOCKED). */
  expire(errors: Expired, at: Date, limit: number): Promise<readonly Request[]>;
  /**
   * Removes the params of so many requests that were submitted before that instant and rejected at once; answers of how many. That
   * is no change of a request: neither `revision` nor `updatedAt` says so. Nodes may do it at once.
   */
  removeRejectedParams(before: Date, limit: number): Promise<number>;
  /** Deletes requests that were finished before that instant; answers how many. Nodes may do it at once. */
  forgetFinished(before: Date, limit: number): Promise<number>;
  /**
   * What is open on the platform, `max` requests at most, and the bytes of their params; and which senders and agents have
   * so many of them, or so many bytes.
   */
  openTotals(
    max: number,
    least: { readonly ofSender: CountedRequests; readonly ofAgent: CountedRequests },
  ): Promise<OpenRequests>;
  /** What waits for a channel of the agent (PENDING), by sender: `max` requests at most are counted. */
  waitingBySender(agentId: string, max: number): Promise<readonly WaitingOfSender[]>;
  /**
   * How many requests the sender sent the agent within the last minute, hour and day before that instant, whatever
   * became of them, and how many are open. One statement, bounded: each is null where there are more than ACTIVITY_MAX,
   * or where its time is longer than `windowMs`, which is all that is looked at.
   */
  countOfSender(senderId: string, agentId: string, at: Date, windowMs: number): Promise<SenderActivity>;
  /** How many requests the agent was sent since then, whatever became of them; null where there are more than ACTIVITY_MAX. */
  countOfAgent(agentId: string, since: Date): Promise<number | null>;
  /** What was decided about the agent's newest requests, newest first: those before that id, or the newest of all. */
  decided(agentId: string, before: string | null, limit: number): Promise<readonly DecidedRequest[]>;
  /** When the agent's newest requests were submitted and finished, newest first. */
  timeline(agentId: string, limit: number): Promise<readonly TimelineEntry[]>;
  /** Current rows of these ids, with whatever results they have: for a few, or for what cannot have any. */
  byIds(ids: readonly string[]): Promise<readonly Request[]>;
  /**
   * Current rows of these ids, by id, for those who were hinted at them, or missed that: as many as have results of 4 MiB
   * together, and one in any case. `left` are the ids to ask for next.
   */
  someByIds(
    ids: readonly string[],
  ): Promise<{ readonly requests: readonly Request[]; readonly left: readonly string[] }>;
}
