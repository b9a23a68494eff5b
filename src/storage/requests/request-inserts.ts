import type { KeyedRequest, NewRequest, RequestStore } from '../../application/ports/request-store.ts';
import { IDEMPOTENCY_KEY_LIFETIME_MS, isFinal, type Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import { columnsOf } from '../columns.ts';
import type { Database, Statement } from '../database.ts';
import { StorageError } from '../storage-errors.ts';
import { REQUEST_COLUMNS, type RequestRow, type StoredDelivery, toDelivery, toRequest } from './request-records.ts';

type RequestInserts = Pick<RequestStore, 'insert' | 'byIdempotencyKey'>;
type Inserted = Awaited<ReturnType<RequestStore['insert']>>;

const INSERT: Statement = {
  name: 'insert-requests',
  text: `insert into requests (
           id, status, action, params, handle, agent_id, sender_id, error_code, error_message, pipeline_log, attempts,
           deliveries, channel_id, node_id, lease_expires_at, revision, idempotency_key, content_digest, created_at,
           updated_at, expires_at, finished_at
         )
         select id, status, action, params::json, handle, agent_id, sender_id, error_code, error_message,
           pipeline_log::json, attempts, deliveries::jsonb, channel_id, node_id, lease_expires_at, 1, idempotency_key,
           content_digest, created_at, created_at, expires_at, finished_at
         from unnest(
           $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
           $10::text[], $11::int[], $12::text[], $13::uuid[], $14::text[], $15::timestamptz[], $16::text[], $17::bytea[],
           $18::timestamptz[], $19::timestamptz[], $20::timestamptz[]
         ) as n (
           id, status, action, params, handle, agent_id, sender_id, error_code, error_message, pipeline_log, attempts,
           deliveries, channel_id, node_id, lease_expires_at, idempotency_key, content_digest, created_at, expires_at,
           finished_at
         )
         on conflict (sender_id, idempotency_key) where idempotency_key is not null do nothing
         returning id`,
};

const BY_IDEMPOTENCY_KEY: Statement = {
  name: 'request-by-idempotency-key',
  text: `select ${REQUEST_COLUMNS}, r.content_digest from requests r
         where r.sender_id = $1 and r.idempotency_key = $2 and r.created_at >= $3`,
};

const FREE_IDEMPOTENCY_KEY: Statement = {
  name: 'free-idempotency-key',
  text: `update requests set idempotency_key = null
         where sender_id = $1 and idempotency_key = $2 and created_at < $3`,
};

/** A key can be freed and taken again by others in between, but not for ever. */
const CONFLICT_ROUNDS = 5;

/** New requests, with their first delivery where they have one. */
export const createRequestInserts = (database: Database): RequestInserts => {
  const store = createBatcher<NewRequest, Request | null>({
    run: async (requests) => {
      // Keys are taken in one order by everybody, so that two batches cannot wait for each other.
      const ordered = requests.toSorted(byKey);
      const rows = await database.query<{ readonly id: string }>(INSERT, columnsOf(ordered, INSERTED_COLUMNS));
      const inserted = new Set(rows.map(({ id }) => id));
      return requests.map((request) => (inserted.has(request.id) ? asStored(request) : null));
    },
  });

  const byIdempotencyKey = async (senderId: string, key: string, notBefore: Date): Promise<KeyedRequest | null> => {
    if (!isUuid(senderId)) return null;
    const [row] = await database.query<RequestRow & { readonly content_digest: Buffer | null }>(BY_IDEMPOTENCY_KEY, [
      senderId,
      key,
      notBefore.toISOString(),
    ]);
    return row === undefined ? null : { request: toRequest(row), contentDigest: row.content_digest ?? Buffer.alloc(0) };
  };

  const insert = async (request: NewRequest): Promise<Inserted> => {
    const { senderId, idempotencyKey, createdAt } = request;
    const notBefore = new Date(createdAt.getTime() - IDEMPOTENCY_KEY_LIFETIME_MS);
    for (let round = 1; round <= CONFLICT_ROUNDS; round += 1) {
      const inserted = await store(request);
      if (inserted !== null) return { inserted };
      if (idempotencyKey === null) break;
      const existing = await byIdempotencyKey(senderId, idempotencyKey, notBefore);
      if (existing !== null) return { existing };
      await database.query(FREE_IDEMPOTENCY_KEY, [senderId, idempotencyKey, notBefore.toISOString()]);
    }
    throw new StorageError('23505', 'requests_idempotency_unique');
  };

  return { insert, byIdempotencyKey };
};

const byKey = (a: NewRequest, b: NewRequest): number =>
  compare(a.senderId, b.senderId) || compare(a.idempotencyKey ?? '', b.idempotencyKey ?? '');

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const INSERTED_COLUMNS: readonly ((request: NewRequest) => unknown)[] = [
  ({ id }) => id,
  ({ status }) => status,
  ({ action }) => action,
  ({ params }) => JSON.stringify(params),
  ({ handle }) => handle,
  ({ agentId }) => agentId,
  ({ senderId }) => senderId,
  ({ error }) => error?.code ?? null,
  ({ error }) => error?.message ?? null,
  ({ pipelineLog }) => JSON.stringify(pipelineLog),
  (request) => firstDeliveries(request).length,
  (request) => JSON.stringify(firstDeliveries(request)),
  ({ delivery }) => delivery?.channelId ?? null,
  ({ delivery }) => delivery?.nodeId ?? null,
  ({ leaseExpiresAt }) => leaseExpiresAt?.toISOString() ?? null,
  ({ idempotencyKey }) => idempotencyKey,
  ({ contentDigest }) => contentDigest,
  ({ createdAt }) => createdAt.toISOString(),
  ({ expiresAt }) => expiresAt.toISOString(),
  ({ status, createdAt }) => (isFinal(status) ? createdAt.toISOString() : null),
];

const firstDeliveries = ({ delivery, createdAt }: NewRequest): readonly StoredDelivery[] =>
  delivery === null ? [] : [{ attempt: 1, ...refOf(delivery), deliveredAt: createdAt.toISOString(), ackedAt: null }];

const refOf = ({ channelId, nodeId }: NonNullable<NewRequest['delivery']>) => ({ channelId, nodeId });

/** What was stored, without reading it back. */
const asStored = (request: NewRequest): Request => {
  const deliveries = firstDeliveries(request).map(toDelivery);
  return {
    id: request.id,
    status: request.status,
    action: request.action,
    params: request.params,
    handle: request.handle,
    agentId: request.agentId,
    senderId: request.senderId,
    result: null,
    error: request.error,
    pipelineLog: request.pipelineLog,
    attempts: deliveries.length,
    deliveries,
    outcomeAttempt: null,
    channelId: request.delivery?.channelId ?? null,
    nodeId: request.delivery?.nodeId ?? null,
    revision: 1,
    createdAt: request.createdAt,
    updatedAt: request.createdAt,
    expiresAt: request.expiresAt,
  };
};
