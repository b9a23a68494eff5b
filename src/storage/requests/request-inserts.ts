import { sql } from 'kysely';
import type { Inserted, KeyedRequest, NewRequest, RequestStore } from '../../application/ports/request-store.ts';
import { PLATFORM } from '../../domain/actor.ts';
import { newSecretId } from '../../domain/new-id.ts';
import { IDEMPOTENCY_KEY_LIFETIME_MS, type Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { noteFrom } from '../audit/note-entries.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import { rowsOf } from '../parameters.ts';
import { statement, statementByKey } from '../statement.ts';
import { StorageError } from '../storage-errors.ts';
import { db } from '../tables.ts';
import type { KnownRequests } from './known-requests.ts';
import { ACTOR_COLUMNS, aboutRequest, actorColumns, ofColumns, submissionIn, submissionText } from './request-notes.ts';
import {
  asStored,
  NEW_REQUEST_COLUMNS,
  type NewRequestRow,
  REQUEST_COLUMNS,
  toNewRow,
  toRequest,
} from './request-records.ts';

type RequestInserts = Pick<RequestStore, 'insert' | 'byIdempotencyKey'>;

/**
 * Only requests whose agent is there: its row is locked against deletion until they are committed, so whoever deletes
 * the agent finds them all. A subquery and not a join, because it is planned in a third of the time.
 */
const INSERT = statementByKey(
  'insert-requests',
  { requests: rowsOf(NEW_REQUEST_COLUMNS, { ...ACTOR_COLUMNS, entryId: 'uuid', noted: 'text' }) },
  ({ requests }) =>
    db
      .with('n', () => db.selectFrom(requests.as('n')).selectAll('n'))
      .with('stored', (cte) =>
        cte
          .insertInto('requests')
          .columns(NEW_REQUEST_COLUMNS.names)
          .expression((from) =>
            from
              .selectFrom('n')
              .select(NEW_REQUEST_COLUMNS.names.map((name) => `n.${name}` as const))
              .where(({ exists, selectFrom }) =>
                exists(selectFrom('agents as a').whereRef('a.id', '=', 'n.agent_id').forKeyShare()),
              ),
          )
          .onConflict((conflict) =>
            conflict.columns(['sender_id', 'idempotency_key']).where('idempotency_key', 'is not', null).doNothing(),
          )
          .returning('id'),
      )
      .with('noted', (cte) =>
        noteFrom(cte.selectFrom('n').innerJoin('stored as s', 's.id', 'n.id'), {
          entryId: sql.ref('n.entryId'),
          type: 'request.submitted',
          at: sql.ref('n.created_at'),
          actor: { kind: sql.ref('n.actorKind'), id: sql.ref('n.actorId'), keyId: sql.ref('n.keyId') },
          ...aboutRequest(ofColumns('n')),
          data: submissionIn(sql.ref('n.noted'), sql.ref('n.params')),
        }),
      )
      .selectFrom('stored')
      .select('id'),
);

const KEY = { senderId: 'uuid', key: 'text', notBefore: 'timestamptz' } as const;

const BY_IDEMPOTENCY_KEY = statement('request-by-idempotency-key', KEY, ({ senderId, key, notBefore }) =>
  db
    .selectFrom('requests as r')
    .select(REQUEST_COLUMNS.from('r'))
    .select('r.content_digest as contentDigest')
    .where('r.sender_id', '=', senderId)
    .where('r.idempotency_key', '=', key)
    .where('r.created_at', '>=', notBefore),
);

const FREE_IDEMPOTENCY_KEY = statement('free-idempotency-key', KEY, ({ senderId, key, notBefore }) =>
  db
    .updateTable('requests')
    .set({ idempotency_key: null })
    .where('sender_id', '=', senderId)
    .where('idempotency_key', '=', key)
    .where('created_at', '<', notBefore),
);

const AGENT_BY_ID = statementByKey('agent-of-request', { id: 'uuid' }, ({ id }) =>
  db.selectFrom('agents').select('id').where('id', '=', id),
);

/** A key can be freed and taken again by others in between, but not for ever. */
const CONFLICT_ROUNDS = 5;

/** New requests, with their first delivery where they have one. */
export const createRequestInserts = (database: Database, known: KnownRequests): RequestInserts => {
  const store = createBatcher<NewRequest, Request | null>({
    use: database.metrics.batches.of('new_requests'),
    run: async (requests) => {
      // Keys are taken in one order by everybody, so that two batches cannot wait for each other.
      const rows = requests.map(toNotedRow);
      const inserted = new Set((await database.run(INSERT, { requests: rows.toSorted(byKey) })).map(({ id }) => id));
      const stored = rows.map((row) => (inserted.has(row.id) ? asStored(row) : null));
      for (const request of stored) if (request) known.keep(request);
      return stored;
    },
  });

  const storeUnlessTaken = createStoreUnlessTaken(database);
  return {
    insert: (request) =>
      storeUnlessTaken<Inserted>(request, async () => {
        const inserted = await store(request);
        return inserted && { inserted };
      }),
    byIdempotencyKey: (senderId, key, notBefore) => byIdempotencyKey(database, senderId, key, notBefore),
  };
};

const byIdempotencyKey = async (
  database: Database,
  senderId: string,
  key: string,
  notBefore: Date,
): Promise<KeyedRequest | null> => {
  if (!isUuid(senderId)) return null;
  const [row] = await database.run(BY_IDEMPOTENCY_KEY, { senderId, key, notBefore });
  if (row === undefined) return null;
  const { contentDigest, ...request } = row;
  return { request: toRequest(request), contentDigest: contentDigest ?? Buffer.alloc(0) };
};

/** The first instant whose idempotency keys still count when the request is stored. */
export const keyNotBefore = ({ createdAt }: Pick<NewRequest, 'createdAt'>): Date =>
  new Date(createdAt.getTime() - IDEMPOTENCY_KEY_LIFETIME_MS);

/**
 * Stores a new request, where `store` answers null for one whose idempotency key is taken or whose agent is gone: says which,
 * with the first request under the key, or frees a key that is over and tries again.
 */
export const createStoreUnlessTaken =
  (database: Database) =>
  async <Stored>(
    request: NewRequest,
    store: () => Promise<Stored | null>,
  ): Promise<Stored | Exclude<Inserted, { readonly inserted: Request }>> => {
    const { agentId, senderId, idempotencyKey: key } = request;
    const notBefore = keyNotBefore(request);
    for (let round = 1; round <= CONFLICT_ROUNDS; round += 1) {
      const stored = await store();
      if (stored !== null) return stored;
      if (key === null) return { agentIsGone: true };
      const existing = await byIdempotencyKey(database, senderId, key, notBefore);
      if (existing !== null) return { existing };
      if ((await database.run(AGENT_BY_ID, { id: agentId })).length === 0) return { agentIsGone: true };
      await database.run(FREE_IDEMPOTENCY_KEY, { senderId, key, notBefore });
    }
    throw new StorageError('23505', 'requests_idempotency_unique');
  };

/** With what it is noted with. */
const toNotedRow = (request: NewRequest) => {
  const row = toNewRow(request);
  return Object.assign(row, actorColumns(request.by ?? PLATFORM), {
    entryId: newSecretId(request.createdAt.getTime()),
    noted: submissionText(row, request),
  });
};

const byKey = (a: NewRequestRow, b: NewRequestRow): number =>
  compare(a.senderId, b.senderId) || compare(a.idempotencyKey ?? '', b.idempotencyKey ?? '');

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
