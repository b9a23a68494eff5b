import type { Metrics } from '../application/ports/metrics.ts';
import { type Family, type Sample, single } from './families.ts';
import { createLook } from './look.ts';
import type { Sources } from './sources.ts';

/** What is looked at in the database is as old as this at most, in milliseconds, however often somebody asks. */
const OPEN_REQUESTS_FRESH_MS = 5_000;
/** Nobody waits for it longer. */
const LOOK_WITHIN_MS = 2_000;
/** Open requests that are looked at: more than anybody wants to have waiting. */
const OPEN_REQUESTS_MAX = 50_000;
/** Messages that are counted. */
const OUTBOX_MAX = 10_000;
const BUS_FRESH_MS = 1_000;

const SHARED = 'The same on every node, as the database has it: take the maximum, not the sum.';

/** The tasks of maintenance that are told by themselves. */
const RENEWAL = 'renew presence';
const SWEEP = 'look for due work';

const wordOf = (task: string): string => task.replaceAll(' ', '_');

const TRANSPORTS = ['graphql', 'websocket'];

/** What is so on this node, or on all of them, at the moment in which somebody looks. */
export function gauges(sources: Sources, metrics: Metrics, onLookFailed: () => void): readonly Family[] {
  const { monotonic } = sources;
  const startedAt = monotonic();
  const openRequests = createLook({
    look: () => sources.openRequests(OPEN_REQUESTS_MAX),
    freshMs: OPEN_REQUESTS_FRESH_MS,
    withinMs: LOOK_WITHIN_MS,
    monotonic,
    onFailure: onLookFailed,
  });
  const outbox = createLook({
    look: () => sources.outboxDepth(OUTBOX_MAX),
    freshMs: OPEN_REQUESTS_FRESH_MS,
    withinMs: LOOK_WITHIN_MS,
    monotonic,
    onFailure: onLookFailed,
  });
  const busHealth = createLook({
    look: sources.busHealth,
    freshMs: BUS_FRESH_MS,
    withinMs: LOOK_WITHIN_MS,
    monotonic,
    onFailure: () => {},
  });

  const gauge = (name: string, help: string, read: () => number | Promise<number>): Family => ({
    type: 'gauge',
    name,
    help,
    labels: [],
    read: async () => single(await read()),
  });

  const gaugesBy = (
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [string, number]> | Promise<Iterable<readonly [string, number]>>,
  ): Family => ({
    type: 'gauge',
    name,
    help,
    labels: [label],
    read: async () => Array.from(await read(), ([value, number]): Sample => ({ values: [value], value: number })),
  });

  /** Since it last succeeded, or since the start where it has not yet. */
  function ageOf(task: string): number {
    const status = sources.maintenance().find(({ name }) => name === task);
    if (!status) throw new Error(`There is no task of maintenance called ${task}.`);
    const at = status.lastSuccessAt;
    const ms = at ? sources.now().getTime() - at.getTime() : monotonic() - startedAt;
    return Math.max(0, ms) / 1_000;
  }

  return [
    gaugesBy(
      'clawcierge_open_requests',
      `Requests that are not finished, by state; of more than ${OPEN_REQUESTS_MAX} only those that expire first (clawcierge_open_ratio knows all). ${SHARED}`,
      'status',
      async () => Object.entries((await openRequests()).counts),
    ),
    gauge(
      'clawcierge_open_ratio',
      'How much of OPEN_REQUESTS_MAX or of OPEN_BYTES_MAX is used by what is not finished, whichever is more: 1 is full. As each node counted it last.',
      sources.openPart,
    ),
    gaugesBy(
      'clawcierge_stored_bytes',
      'Bytes that are stored, by kind, indexes reckoned in. As each node counted them last.',
      'kind',
      () => [...sources.stored().kinds].map(([kind, { bytes }]) => [kind, bytes] as const),
    ),
    gaugesBy('clawcierge_stored_rows', 'The same in rows.', 'kind', () =>
      [...sources.stored().kinds].map(([kind, { rows }]) => [kind, rows] as const),
    ),
    gauge(
      'clawcierge_storage_ratio',
      'How much of STORAGE_MAX_BYTES is stored: 1 is full, and from 0.95 on nothing new is taken. 0 where there is no such bound.',
      () => sources.stored().part,
    ),
    gauge(
      'clawcierge_oldest_pending_seconds',
      `How long the oldest request that waits for a channel (PENDING) has been there; 0 where none waits. ${SHARED}`,
      async () => {
        const { oldestPendingAt } = await openRequests();
        return oldestPendingAt ? Math.max(0, sources.now().getTime() - oldestPendingAt.getTime()) / 1_000 : 0;
      },
    ),
    gauge(
      'clawcierge_outbox_messages',
      `Messages for webhooks and e-mails that are to be told, those included that are told later; ${OUTBOX_MAX} are counted. ${SHARED}`,
      async () => (await outbox()).messages,
    ),
    gauge(
      'clawcierge_outbox_overdue_seconds',
      `For how long the message is due that has been so for longest; 0 where none is. ${SHARED}`,
      async () => {
        const { firstDueAt } = await outbox();
        return firstDueAt ? Math.max(0, sources.now().getTime() - firstDueAt.getTime()) / 1_000 : 0;
      },
    ),
    gauge(
      'clawcierge_audit_unsealed_seconds',
      `For how long the entry of the audit trail has waited that was not sealed for longest; 0 where none waits. ${SHARED}`,
      () => {
        const { unsealedSince } = sources.auditState();
        return unsealedSince ? Math.max(0, sources.now().getTime() - unsealedSince.getTime()) / 1_000 : 0;
      },
    ),
    gauge('clawcierge_audit_entries', `Entries in the audit trail's tree. ${SHARED}`, () => sources.auditState().size),
    gauge(
      'clawcierge_audit_mismatch',
      'Whether this node found the audit trail to be something else than its newest checkpoint says: it seals nothing then.',
      () => (sources.auditState().mismatch === null ? 0 : 1),
    ),
    gauge(
      'clawcierge_audit_unknown_keys',
      'Keys that the audit trail names and this node does not know: neither its own nor of AUDIT_TRUSTED_KEYS.',
      () => sources.auditState().unknownKeys.length,
    ),
    gaugesBy('clawcierge_channels', 'Channels of agents that are open on this node, by transport.', 'transport', () => {
      const counts = new Map(TRANSPORTS.map((transport) => [transport, 0]));
      for (const transport of sources.channelTransports()) counts.set(transport, (counts.get(transport) ?? 0) + 1);
      return counts;
    }),
    gauge('clawcierge_sockets', 'WebSockets that are open on this node, of agents and others.', sources.sockets),
    gauge(
      'clawcierge_connections',
      'Connections that are open on this node, whatever is spoken over them.',
      () => sources.connections().open,
    ),
    gauge(
      'clawcierge_unsent_bytes',
      'What clients of this node have not read yet, when it last looked.',
      () => sources.connections().unsentBytes,
    ),
    gauge('clawcierge_streams', 'Streams of server-sent events that are open on this node.', sources.streams),
    gaugesBy('clawcierge_seats_taken', 'Calls that are under way, by the level of who called.', 'level', () =>
      sources.admission().map(({ level, taken }) => [level, taken] as const),
    ),
    gaugesBy('clawcierge_seats_waiting', 'Calls that wait for a seat, by the level of who called.', 'level', () =>
      sources.admission().map(({ level, waiting }) => [level, waiting] as const),
    ),
    gauge(
      'clawcierge_event_loop_delay_seconds',
      'How late this node is with what it has to do: the median of the last half second.',
      () => sources.delayMs() / 1_000,
    ),
    gauge(
      'clawcierge_cost_part',
      'The part of what anybody may cost this node that there is at present: less than 1 while it is late.',
      sources.costPart,
    ),
    gauge(
      'clawcierge_nodes',
      'Nodes that are alive as this one knows, itself included.',
      () => sources.otherNodes() + 1,
    ),
    gauge('clawcierge_renewal_age_seconds', 'Time since this node last renewed itself in the database.', () =>
      ageOf(RENEWAL),
    ),
    gauge('clawcierge_sweep_age_seconds', 'Time since this node last looked through for what is over.', () =>
      ageOf(SWEEP),
    ),
    gaugesBy(
      'clawcierge_maintenance_duration_seconds',
      'How long the last run of a task of maintenance took, or failed after.',
      'task',
      () =>
        sources.maintenance().map(({ name, lastDurationMs }) => [wordOf(name), (lastDurationMs ?? 0) / 1_000] as const),
    ),
    gaugesBy(
      'clawcierge_maintenance_failures',
      'Runs of a task of maintenance that failed since one last succeeded.',
      'task',
      () => sources.maintenance().map(({ name, failuresInARow }) => [wordOf(name), failuresInARow] as const),
    ),
    gaugesBy(
      'clawcierge_database_pool_connections',
      'Connections to the database that are used or idle, and calls that are waiting for one.',
      'state',
      () => {
        const { used, idle, waiting } = sources.poolUse();
        return Object.entries({ used, idle, waiting });
      },
    ),
    gauge(
      'clawcierge_database_pool_max_connections',
      'Connections that the pool may have (DATABASE_POOL_SIZE).',
      () => sources.poolUse().max,
    ),
    {
      type: 'gauge',
      name: 'clawcierge_batch_queue_length',
      help: 'Calls that wait to share a statement, by what the statement does.',
      labels: metrics.batches.names,
      read: () => Array.from(metrics.batches.all(), ({ values, cell }) => ({ values, value: cell.queued })),
    },
    gaugesBy(
      'clawcierge_isolate_threads',
      'Threads that evaluate costly contracts and rules, by state: busy or idle.',
      'state',
      () => {
        const { busyThreads: busy, idleThreads: idle } = sources.isolateUse();
        return Object.entries({ busy, idle });
      },
    ),
    gauge(
      'clawcierge_isolate_queue_length',
      'Jobs that wait for one of these threads.',
      () => sources.isolateUse().waitingJobs,
    ),
    gauge('clawcierge_bus_up', 'Whether hints of this node reach the others: 1 or 0.', async () =>
      (await busHealth().catch(() => 'down')) === 'ok' ? 1 : 0,
    ),
    gaugesBy('clawcierge_build_info', 'The version that runs, as a label of a 1.', 'version', () => [
      [sources.version, 1],
    ]),
  ];
}
