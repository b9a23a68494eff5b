import type { Agent } from '../../domain/agent.ts';
import type { RequestStatus } from '../../domain/request.ts';
import type { AgentFilter } from './agent-store.ts';

export const AGENT_ORDERS = ['NEWEST', 'HANDLE', 'NAME', 'LAST_HEARTBEAT', 'REQUESTS', 'FAILURES'] as const;

/** What the administrators' table of agents can be sorted by. */
export type AgentOrder = (typeof AGENT_ORDERS)[number];

export type AgentSummaryQuery = {
  readonly filter: AgentFilter;
  /** From when requests are counted. */
  readonly since: Date;
  readonly orderBy: AgentOrder;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
};

/** An agent with how busy it has been. */
export type AgentSummary = {
  readonly agent: Agent;
  readonly requests: number;
  /** Those of them that ended as FAILED or TIMEOUT. */
  readonly failures: number;
};

/** From the beginning, up to but not including the end, in so many parts of equal length. */
export type OverviewWindow = { readonly from: Date; readonly to: Date; readonly buckets: number };

export type LatencyPercentiles = {
  /** How many completed requests they are of. */
  readonly count: number;
  /** Milliseconds from submission to result; null where there are none. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
};

export type OverviewBucket = {
  readonly from: Date;
  /** Requests submitted in it, by the status that they have now. Statuses without any are left out. */
  readonly byStatus: Readonly<Partial<Record<RequestStatus, number>>>;
  readonly latency: LatencyPercentiles;
};

/** Over a window: every bucket, oldest first, also those without requests; and the latency of all of them together. */
export type OverviewFigures = { readonly buckets: readonly OverviewBucket[]; readonly latency: LatencyPercentiles };

/** How long a time a summary is of, in milliseconds: half hours, counted from 1970. */
export const SUMMARY_MS = 30 * 60 * 1_000;

export type RejectionCount = { readonly stage: string; readonly reason: string; readonly count: number };

export type PlatformTotals = {
  readonly agents: number;
  readonly agentsOnline: number;
  readonly channels: number;
  readonly openRequests: number;
};

/** Statistics for administrators, computed in the database. Nothing here is on a request's way. */
export interface StatisticsStore {
  /** A page of agents under a filter, and how many there are in all. Ties are ordered by id. */
  agentSummaries(
    query: AgentSummaryQuery,
  ): Promise<{ readonly rows: readonly AgentSummary[]; readonly totalCount: number }>;
  totals(aliveSince: Date): Promise<PlatformTotals>;
  /**
   * Of requests submitted in the window. Latencies of 256 ms and more are told to within 0.4 %. Requests that were
   * finished before `keptSince` may be deleted already, so what was summarised of them is not told any more.
   */
  figures(window: OverviewWindow, keptSince: Date): Promise<OverviewFigures>;
  /**
   * What the pipeline said no to in the window, most frequent first. Of reasons that are rare where there are more than a
   * hundred in half an hour, not all may be counted.
   */
  rejections(window: OverviewWindow, limit: number, keptSince: Date): Promise<readonly RejectionCount[]>;
  /**
   * Summarises half hours that lie between the two moments: those without a summary, and those of which more has finished
   * since; the latest first, so many at most. Answers until when it has not looked yet, null where it has looked at all.
   * Nodes may do it at once.
   */
  summarise(from: Date, until: Date, limit: number): Promise<Date | null>;
  /** Forgets what is summarised of half hours that begin behind that moment. */
  forgetSummariesBehind(moment: Date): Promise<void>;
}
