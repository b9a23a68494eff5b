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
  /** Every bucket of the window, oldest first, also those without requests. */
  buckets(window: OverviewWindow): Promise<readonly OverviewBucket[]>;
  /** Of requests submitted in the window. */
  latency(window: OverviewWindow): Promise<LatencyPercentiles>;
  /** What the pipeline said no to in the window, most frequent first. */
  rejections(window: OverviewWindow, limit: number): Promise<readonly RejectionCount[]>;
}
