import { type CombinedError, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient as createSocketClient } from 'graphql-ws';
import { createClient } from 'urql';
import { POSSIBLE_TYPES } from '../generated/possible-types.ts';
import { setConnected } from '../live/connection.ts';
import { notifyReconnected } from '../live/reconnections.ts';

const LOGIN = '/admin/login';
/** The longest wait between two attempts to open the socket again. */
const RETRY_MAX_MS = 10_000;
const PING_EVERY_MS = 10_000;
const PONG_WITHIN_MS = 5_000;

/** Records without an id of their own are part of what they are found in. */
const EMBEDDED = [
  'Admin',
  'AgentLimits',
  'AgentSummary',
  'AgentSummaryPage',
  'AgentStatusChanged',
  'ApprovalDecision',
  'ApprovalSettings',
  'Capability',
  'CapabilityHints',
  'Delivery',
  'DryRunSuccess',
  'HoldReason',
  'InputIssue',
  'LatencyPercentiles',
  'Overview',
  'OverviewBucket',
  'PlatformTotals',
  'PolicyReplaySuccess',
  'PolicyRule',
  'RejectionCount',
  'ReplayChange',
  'RequestApproval',
  'RequestFailure',
  'RequestProgress',
  'RequestStatusChanged',
  'RestingHandle',
  'SenderProfile',
  'SenderLimit',
  'StageResult',
  'StatusCount',
  'Suspension',
];

const keys = Object.fromEntries(EMBEDDED.map((name) => [name, () => null]));

let isLeaving = false;

/** A session that has ended cannot show anything: the login page says so and leads back here. */
export function leaveForLogin(): void {
  // Every operation under way is told; a second navigation would begin the first one anew.
  if (isLeaving) return;
  isLeaving = true;
  const next = window.location.pathname + window.location.search;
  window.location.assign(`${LOGIN}?${new URLSearchParams({ error: 'session', next })}`);
}

const isSessionOver = (error: CombinedError): boolean =>
  error.graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED');

let hadSocket = false;
let pongTimer: ReturnType<typeof setTimeout> | undefined;

const socket = createSocketClient({
  url: `${window.location.origin.replace(/^http/, 'ws')}/graphql`,
  shouldRetry: () => true,
  retryAttempts: Number.POSITIVE_INFINITY,
  retryWait: async (retries) => {
    const ms = Math.min(RETRY_MAX_MS, 250 * 2 ** Math.min(retries, 6)) * (0.5 + Math.random());
    await new Promise((resolve) => setTimeout(resolve, ms));
  },
  keepAlive: PING_EVERY_MS,
  on: {
    closed: () => {
      clearTimeout(pongTimer);
      setConnected(false);
    },
    // A network that is gone closes nothing: the socket that does not answer is given up.
    ping: (received) => {
      if (!received) pongTimer = setTimeout(() => socket.terminate(), PONG_WITHIN_MS);
    },
    pong: (received) => {
      if (received) clearTimeout(pongTimer);
    },
    connected: () => {
      setConnected(true);
      // What happened while nobody listened is not told again.
      if (hadSocket) notifyReconnected();
      hadSocket = true;
    },
  },
});

/**
 * One cache of records by id: what a subscription tells of an agent or a request shows wherever it is on the page.
 */
export const client = createClient({
  url: '/graphql',
  preferGetMethod: false,
  exchanges: [
    mapExchange({
      onError: (error) => {
        if (isSessionOver(error)) leaveForLogin();
      },
    }),
    cacheExchange({
      keys,
      possibleTypes: POSSIBLE_TYPES,
      updates: {
        Mutation: {
          deleteAgent: (_result, { agentId }, cache) => {
            if (typeof agentId === 'string') cache.invalidate({ __typename: 'Agent', id: agentId });
          },
        },
      },
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({
          unsubscribe: socket.subscribe(
            { query: query ?? '', variables },
            {
              next: (result) =>
                sink.next({ ...result, data: result.data ?? undefined } as Parameters<typeof sink.next>[0]),
              error: (error) => sink.error(error),
              complete: () => sink.complete(),
            },
          ),
        }),
      }),
    }),
  ],
});
