import type { Outcome, Reported, RequestStore } from '../../application/ports/request-store.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import { isHiddenFromAgent, type Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import type { KnownRequests, Write } from './known-requests.ts';
import { beforeItsOutcome, changedRow, later, type ReportedChange, toReportRow } from './reported-rows.ts';
import { byId, type Change, type Refuse } from './single-changes.ts';
import { REPORT, STORE_PROGRESS } from './transition-statements.ts';

type RequestReports = Pick<RequestStore, 'acknowledge' | 'finish' | 'storeProgress'>;

/** An ack where there is no outcome. */
type Report = Change & {
  readonly agentId: string;
  readonly channelId: string | null;
  /** The agent's key that an outcome came with. */
  readonly keyId: string | null;
  readonly outcome: Outcome | null;
};

/** What is written of one request at once: a report, or an ack and the outcome after it. */
type Together = {
  readonly first: Write<Report>;
  readonly second: Write<Report> | null;
};

type Answer = Reported | Promise<Reported>;

const BOUNDS = {
  weigh: ({ change: { outcome } }: Write<Report>) =>
    outcome?.status === 'COMPLETED' ? (outcome.result?.text.length ?? 0) : 0,
  /** Results of one statement together, which also answers them; a single one may be larger. */
  batchWeightMax: 4 * 1024 * 1024,
  /** Results that wait for their statement. */
  queueWeightMax: 64 * 1024 * 1024,
};

/**
 * What agents say of their requests. Acks and outcomes share their statements, and those of one request are written in
 * the order in which they came: an ack and the outcome that waits behind it at once, as two changes.
 */
export const createRequestReports = (database: Database, known: KnownRequests, refuse: Refuse): RequestReports => {
  const run = async (writes: readonly Write<Report>[]): Promise<readonly (Answer | undefined)[]> => {
    for (const each of writes) each.isSent = true;
    const all = togetherOf(writes);
    const changes = all.map((each) => changeOf(each, known.lastOpen(each.first.change.id)));
    const rows = await database.run(REPORT, { changes: changes.map(toReportRow) });
    const changed = new Map<Together, Request>();
    for (const { ord, ...row } of rows) {
      const [each, change] = [all[ord - 1], changes[ord - 1]];
      if (each && change) changed.set(each, changedRow(row, change));
    }
    for (const request of changed.values()) known.keep(request);
    const answers = new Map(all.flatMap((each) => answersTo(each, changed.get(each) ?? null)));
    return writes.map((each) => answers.get(each));
  };

  const use = database.metrics.batches.of('reports');
  const alone = createBatcher({ run, ...BOUNDS, use });
  const write = createBatcher({
    run,
    ...BOUNDS,
    use,
    keyOf: ({ change }) => keyOf(change),
    goTogether: ({ change: ack }, { change: outcome }) =>
      ack.outcome === null && outcome.outcome !== null && ack.channelId === outcome.channelId,
  });

  /** Two that change nothing together are written again one after the other. */
  const answersTo = ({ first, second }: Together, request: Request | null): [Write<Report>, Answer][] => {
    if (!second) return [[first, request ? changedTo(request, [request]) : refusalOf(first)]];
    if (!request) {
      const acknowledged = alone(first);
      const finish = () => alone(second);
      return [
        [first, acknowledged],
        [second, acknowledged.then(finish, finish)],
      ];
    }
    const acked = beforeItsOutcome(request, first.change.at);
    return [
      [first, changedTo(acked, [])],
      [second, changedTo(request, [acked, request])],
    ];
  };

  const refusalOf = ({ change }: Write<Report>): Promise<Reported> =>
    refuse(change, (request) => request.agentId === change.agentId && !isHiddenFromAgent(request));

  const report = async (change: Report): Promise<Reported> => {
    if (!isUuid(change.id) || !isUuid(change.agentId)) return NOT_FOUND;
    const begun = { change, isSent: false };
    const reporting = write(begun);
    known.begin(
      change.id,
      begun,
      reporting.then((answer) => (answer.outcome === 'changed' ? answer.request : null)),
    );
    return reporting;
  };

  return {
    acknowledge: (agentId, id, at, channelId) =>
      report({ agentId, id: id.toLowerCase(), at, channelId: channelId ?? null, keyId: null, outcome: null }),
    finish: (agentId, id, outcome, at, channelId, keyId = null) =>
      report({ agentId, id: id.toLowerCase(), at, channelId: channelId ?? null, keyId, outcome }),
    storeProgress: async (progress) => {
      const rows = progress
        .map((each) => ({ ...each, progress: JsonText.of(each.progress) }))
        .toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return (await database.run(STORE_PROGRESS, { rows })).map(({ id }) => id);
    },
  };
};

const NOT_FOUND = { outcome: 'not-found' } as const;

const changedTo = (request: Request, toAnnounce: readonly Request[]): Reported => ({
  outcome: 'changed',
  request,
  toAnnounce,
});

/** Nobody waits for what another agent says of the request. */
const keyOf = ({ agentId, id }: Report): string => `${agentId} ${id}`;

/** Two of one key are in a batch only if they go together. */
const togetherOf = (writes: readonly Write<Report>[]): readonly Together[] => {
  const byKey = new Map<string, Together>();
  for (const each of writes) {
    const key = keyOf(each.change);
    const before = byKey.get(key);
    byKey.set(key, before ? { ...before, second: each } : { first: each, second: null });
  }
  return [...byKey.values()].toSorted(({ first: a }, { first: b }) => byId(a.change, b.change));
};

const changeOf = ({ first, second }: Together, before: Request | null): ReportedChange => {
  const { id, agentId, channelId, keyId, outcome, at } = second?.change ?? first.change;
  const ackedAt = first.change.outcome === null ? first.change.at : null;
  return { id, agentId, channelId, keyId, ackedAt, outcome, at: later(first.change.at, at), before };
};
