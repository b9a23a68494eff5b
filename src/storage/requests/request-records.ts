import type { ChannelRef, NewRequest } from '../../application/ports/request-store.ts';
import { instantText } from '../../domain/instant-text.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import { type Delivery, isFinal, type Request } from '../../domain/request.ts';
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
] as const;

/** What of a request only the database can tell after a report. */
const TOLD = ['revision', 'losses', 'outcomeAttempt'] as const;

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
  ],
});

export type RequestRow = RowIn<typeof REQUEST_COLUMNS>;

/** What a new request is stored with; the others are null until it has an outcome. */
export const NEW_REQUEST_COLUMNS = columnsOfTable(RequestEntity, {
  without: ['result', 'outcomeAttempt', 'lostAt', 'lossCause'],
});

type NewRequestRow = RowIn<typeof NEW_REQUEST_COLUMNS>;

/** A property is the request's field of that name, but for these. */
export const toRequest = ({ deliveries, pipelineLog, ...fields }: RequestRow): Request => ({
  ...toSummary(fields),
  pipelineLog: pipelineLog.value,
  deliveries: deliveries.map(toDelivery),
});

/** The same of as much as was read. */
export const toSummary = <Row extends Pick<RequestRow, 'errorCode' | 'errorMessage'>>({
  errorCode,
  errorMessage,
  ...fields
}: Row) => ({ ...fields, error: errorCode === null ? null : { code: errorCode, message: errorMessage ?? '' } });

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
export const toNewRow = ({ error, delivery, pipelineLog, ...fields }: NewRequest): NewRequestRow => {
  const { status, createdAt } = fields;
  return {
    ...fields,
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
export const asStored = (request: NewRequest): Request => {
  const { leaseExpiresAt, idempotencyKey, contentDigest, finishedAt, unackedDeliveries, ...row } = toNewRow(request);
  return toRequest({ ...row, result: null, outcomeAttempt: null });
};
