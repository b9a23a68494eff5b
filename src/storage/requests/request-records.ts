import type { ChannelRef, NewRequest } from '../../application/ports/request-store.ts';
import { instantText } from '../../domain/instant-text.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import { type Delivery, isFinal, type Request, type RequestSummary } from '../../domain/request.ts';
import { columnsOfTable, type RowIn } from '../tables.ts';
import { RequestEntity, type StoredDelivery } from './request-entity.ts';

/** What only the statements need. */
const OF_STORAGE = [
  'leaseExpiresAt',
  'idempotencyKey',
  'contentDigest',
  'finishedAt',
  'unackedDeliveries',
  'lostAt',
  'lossCause',
  'bytes',
] as const;

/** What of a request only the database can tell after a report. */
const TOLD = ['revision', 'losses', 'outcomeAttempt', 'progress'] as const;

/** What every statement on requests answers with: what the domain knows of one. */
export const REQUEST_COLUMNS = columnsOfTable(RequestEntity, { without: OF_STORAGE });
/** The same in two parts. */
export const TOLD_COLUMNS = columnsOfTable(RequestEntity, { only: TOLD });
export const OTHER_COLUMNS = columnsOfTable(RequestEntity, { without: [...OF_STORAGE, ...TOLD] });

/** What lists show of one: nothing that may be large, so that it is not even read. */
export const SUMMARY_COLUMNS = columnsOfTable(RequestEntity, {
  only: [
    'id',
    'status',
    'action',
    'handle',
    'agentId',
    'senderId',
    'errorCode',
    'errorMessage',
    'createdAt',
    'updatedAt',
    'expiresAt',
    'isHeld',
    'contractId',
    'contextId',
    'progress',
  ],
});

export type RequestRow = RowIn<typeof REQUEST_COLUMNS>;

/** What a new request is stored with; the others are null until it has an outcome. */
export const NEW_REQUEST_COLUMNS = columnsOfTable(RequestEntity, {
  without: ['result', 'outcomeAttempt', 'lostAt', 'lossCause', 'effectiveParams', 'progress'],
});

export type NewRequestRow = RowIn<typeof NEW_REQUEST_COLUMNS>;

/** Field by field: each step of a request comes here, and to leave some out of so many takes forty times as long. */
export const toRequest = (row: RequestRow): Request => ({
  id: row.id,
  status: row.status,
  action: row.action,
  params: row.params,
  paramsRemoved: row.hasRejectedParams === false,
  effectiveParams: row.effectiveParams,
  isHeld: row.isHeld,
  handle: row.handle,
  agentId: row.agentId,
  senderId: row.senderId,
  result: row.result,
  error: toError(row),
  pipelineLog: row.pipelineLog.value,
  attempts: row.attempts,
  deliveries: row.deliveries.map(toDelivery),
  losses: row.losses,
  outcomeAttempt: row.outcomeAttempt,
  channelId: row.channelId,
  nodeId: row.nodeId,
  revision: row.revision,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  expiresAt: row.expiresAt,
  traceContext: row.traceContext,
  contractId: row.contractId,
  contextId: row.contextId,
  progress: toProgress(row.progress),
});

/** The same of a list's rows, whose other properties are the fields of their names. */
export const toSummary = ({
  errorCode,
  errorMessage,
  progress,
  ...fields
}: RowIn<typeof SUMMARY_COLUMNS>): RequestSummary => ({
  ...fields,
  progress: toProgress(progress),
  error: toError({ errorCode, errorMessage }),
});

/** Short, and read by who shows it: it is parsed at once. */
export const toProgress = (progress: RequestRow['progress']): Request['progress'] => progress?.value ?? null;

const toError = ({ errorCode, errorMessage }: Pick<RequestRow, 'errorCode' | 'errorMessage'>) =>
  errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' };

const toDelivery = ({ deliveredAt, ackedAt, ...fields }: StoredDelivery): Delivery => ({
  ...fields,
  deliveredAt: new Date(deliveredAt),
  ackedAt: ackedAt === null ? null : new Date(ackedAt),
});

export const deliveryTo = ({ channelId, nodeId }: ChannelRef, attempt: number, at: Date): StoredDelivery => ({
  attempt,
  channelId,
  nodeId,
  deliveredAt: instantText(at),
  ackedAt: null,
});

/** The same the other way round, with its first delivery where it has one. */
export const toNewRow = (request: NewRequest): NewRequestRow => {
  const { status, params, paramsRemoved, error, delivery, pipelineLog, createdAt } = request;
  return {
    ...request,
    isHeld: request.isHeld ?? (status === 'AWAITING_APPROVAL' ? true : null),
    bytes: params.bytes,
    hasRejectedParams: status === 'REJECTED' ? paramsRemoved !== true : null,
    pipelineLog: JsonText.of(pipelineLog),
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
    attempts: delivery === null ? 0 : 1,
    unackedDeliveries: delivery === null ? 0 : 1,
    losses: 0,
    deliveries: delivery === null ? [] : [deliveryTo(delivery, 1, createdAt)],
    channelId: delivery?.channelId ?? null,
    nodeId: delivery?.nodeId ?? null,
    revision: 1,
    updatedAt: createdAt,
    finishedAt: isFinal(status) ? createdAt : null,
  };
};

/** What was stored, without reading it back. */
export const asStored = (row: NewRequestRow): Request =>
  toRequest({ ...row, result: null, outcomeAttempt: null, effectiveParams: null, progress: null });
