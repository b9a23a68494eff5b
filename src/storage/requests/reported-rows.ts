import type { Outcome } from '../../application/ports/request-store.ts';
import { instantText } from '../../domain/instant-text.ts';
import { newSecretId } from '../../domain/new-id.ts';
import { type Request, TRANSITIONS } from '../../domain/request.ts';
import type { LoggedStage } from '../../domain/verdict.ts';
import type { RowIn } from '../tables.ts';
import { type RequestRow, type TOLD_COLUMNS, toProgress, toRequest } from './request-records.ts';

/** What is written of one request at once: an ack, an outcome, or an ack and the outcome after it. */
export type ReportedChange = {
  readonly id: string;
  readonly agentId: string;
  readonly channelId: string | null;
  readonly keyId: string | null;
  readonly ackedAt: Date | null;
  readonly outcome: Outcome | null;
  readonly at: Date;
  /** The request as this node saw it last; null where it has not. */
  readonly before: Request | null;
};

/** As REPORT takes it. */
export const toReportRow = ({ ackedAt, outcome, before, ...change }: ReportedChange) => ({
  ...change,
  ackedAt: ackedAt && instantText(ackedAt),
  status: outcome?.status ?? null,
  result: outcome?.status === 'COMPLETED' ? outcome.result : null,
  errorCode: outcome?.status === 'FAILED' ? outcome.error.code : null,
  errorMessage: outcome?.status === 'FAILED' ? outcome.error.message : null,
  denial: denialOf(outcome),
  entryId: outcome && newSecretId(change.at.getTime()),
  // Each change makes it one higher: with this one the row before was the known one.
  revision: before && before.revision + (ackedAt && outcome ? 2 : 1),
});

type Told = RowIn<typeof TOLD_COLUMNS>;
type Whole = Omit<RequestRow, keyof Told>;

/** As REPORT answers it: all null but what the database alone can tell, where the row before was the known one. */
export type ReportedRow = Told & { readonly [P in keyof Whole]: Whole[P] | null };

/** The request as the change left it. */
export const changedRow = (row: ReportedRow, change: ReportedChange): Request =>
  change.before && row.id === null ? rebuilt(change.before, row, change) : toRequest(row as RequestRow);

const rebuilt = (
  before: Request,
  { revision, losses, outcomeAttempt, progress }: Told,
  { ackedAt, outcome, at }: ReportedChange,
): Request => ({
  ...before,
  status: outcome?.status ?? TRANSITIONS.acknowledge.to,
  result: outcome?.status === 'COMPLETED' ? outcome.result : null,
  error: outcome?.status === 'FAILED' ? outcome.error : null,
  deliveries: ackedAt === null ? before.deliveries : withLast(before.deliveries, (last) => ({ ...last, ackedAt })),
  outcomeAttempt,
  losses,
  progress: toProgress(progress),
  pipelineLog: withDenial(before.pipelineLog, denialOf(outcome)),
  revision,
  updatedAt: later(before.updatedAt, at),
});

/** The request as its ack left it, which was written together with its outcome. */
export const beforeItsOutcome = (request: Request, ackedAt: Date): Request => ({
  ...request,
  status: TRANSITIONS.acknowledge.to,
  result: null,
  error: null,
  outcomeAttempt: null,
  revision: request.revision - 1,
  updatedAt: later(request.deliveries.at(-1)?.deliveredAt ?? ackedAt, ackedAt),
});

const denialOf = (outcome: Outcome | null): LoggedStage | null =>
  (outcome?.status === 'FAILED' && outcome.denial) || null;

const withDenial = (log: readonly LoggedStage[], denial: LoggedStage | null) => (denial ? [...log, denial] : log);

const withLast = <Item>(items: readonly Item[], change: (last: Item) => Item): readonly Item[] =>
  items.map((item, at) => (at === items.length - 1 ? change(item) : item));

export const later = (a: Date, b: Date): Date => (a > b ? a : b);
