import type { ChannelRef, Outcome, RequestStore, Transitioned } from '../../application/ports/request-store.ts';
import { isFinal, type Request, type RequestFailure } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import type { PreparedStatement } from '../statement.ts';
import type { KnownRequests, Write } from './known-requests.ts';
import type { RequestReader } from './request-reads.ts';
import { deliveryTo, type RequestRow, toRequest } from './request-records.ts';
import { ACKNOWLEDGE, CANCEL, CLAIM, FINISH } from './transition-statements.ts';

type RequestTransitions = Pick<RequestStore, 'claim' | 'acknowledge' | 'finish' | 'cancel'>;

/** What a conditional update is asked for: which row, when, and whose it must be. */
type Change = { readonly id: string; readonly at: Date };

type Claim = Change & { readonly seenAttempts: number; readonly to: ChannelRef; readonly leaseExpiresAt: Date };
type Acknowledgement = Change & { readonly agentId: string; readonly channelId: string | null };
type Finish = Change & { readonly agentId: string; readonly outcome: Outcome; readonly channelId: string | null };
type Cancellation = Change & { readonly senderId: string | null; readonly error: RequestFailure };

/** Results of one statement together, which also answers them; a single one may be larger. */
const BATCH_MAX_BYTES = 4 * 1024 * 1024;
/** Results that wait for their statement. */
const QUEUE_MAX_BYTES = 64 * 1024 * 1024;

/** Single changes of single requests, each once. */
export const createRequestTransitions = (
  database: Database,
  read: RequestReader,
  known: KnownRequests,
): RequestTransitions => {
  const transition = <Input extends Change, Row>(
    statement: PreparedStatement<{ readonly changes: readonly Row[] }, RequestRow & { readonly ord: number }>,
    toRow: (input: Input) => Row,
    isTheirs: (request: Request, input: Input) => boolean,
    weigh: (input: Input) => number = () => 0,
  ) => {
    const run = createBatcher<Write<Input>, Request | null>({
      weigh: ({ change }) => weigh(change),
      batchWeightMax: BATCH_MAX_BYTES,
      queueWeightMax: QUEUE_MAX_BYTES,
      run: async (writes) => {
        for (const write of writes) write.isSent = true;
        // Rows are changed in one order by everybody, so that two batches do not wait for each other.
        const ordered = writes.toSorted(({ change: a }, { change: b }) => (a.id < b.id ? -1 : Number(a.id > b.id)));
        const rows = await database.run(statement, { changes: ordered.map(({ change }) => toRow(change)) });
        const changed = new Map<Write<Input> | undefined, Request>(
          rows.map(({ ord, ...row }) => [ordered[ord - 1], toRequest(row)]),
        );
        for (const request of changed.values()) known.keep(request);
        return writes.map((write) => changed.get(write) ?? null);
      },
    });
    return async (input: Input): Promise<Transitioned> => {
      if (!isUuid(input.id)) return { outcome: 'not-found' };
      const write = { change: input, isSent: false };
      const changing = run(write);
      known.begin(input.id.toLowerCase(), write, changing);
      const changed = await changing;
      if (changed !== null) return { outcome: 'changed', request: changed };
      const [request = null] = await read([input.id]);
      if (request === null || !isTheirs(request, input)) return { outcome: 'not-found' };
      if (isFinal(request.status)) return { outcome: 'finished', status: request.status };
      // Over, although no sweep has written it yet.
      if (request.expiresAt <= input.at) return { outcome: 'finished', status: 'TIMEOUT' };
      return { outcome: 'unchanged', request };
    };
  };

  const claim = transition(
    CLAIM,
    ({ id, seenAttempts, to, at, leaseExpiresAt }: Claim) => ({
      id,
      attempts: seenAttempts,
      deliveries: [deliveryTo(to, seenAttempts + 1, at)],
      channelId: to.channelId,
      nodeId: to.nodeId,
      leaseExpiresAt,
      at,
    }),
    () => true,
  );
  const acknowledge = transition(
    ACKNOWLEDGE,
    (input: Acknowledgement) => ({ ...input, ackedAt: input.at.toISOString() }),
    (request, { agentId }) => request.agentId === agentId,
  );
  const finish = transition(
    FINISH,
    ({ outcome, ...input }: Finish) => ({
      ...input,
      status: outcome.status,
      result: outcome.status === 'COMPLETED' ? outcome.result : null,
      errorCode: outcome.status === 'FAILED' ? outcome.error.code : null,
      errorMessage: outcome.status === 'FAILED' ? outcome.error.message : null,
    }),
    (request, { agentId }) => request.agentId === agentId,
    ({ outcome }) => (outcome.status === 'COMPLETED' ? (outcome.result?.text.length ?? 0) : 0),
  );
  const cancel = transition(
    CANCEL,
    ({ error, ...input }: Cancellation) => ({ ...input, errorCode: error.code, errorMessage: error.message }),
    (request, { senderId }) => senderId === null || request.senderId === senderId,
  );

  return {
    claim: (id, seenAttempts, to, at, leaseExpiresAt) => claim({ id, seenAttempts, to, at, leaseExpiresAt }),
    acknowledge: async (agentId, id, at, channelId) =>
      isUuid(agentId) ? acknowledge({ agentId, id, at, channelId: channelId ?? null }) : { outcome: 'not-found' },
    finish: async (agentId, id, outcome, at, channelId) =>
      isUuid(agentId) ? finish({ agentId, id, outcome, at, channelId: channelId ?? null }) : { outcome: 'not-found' },
    cancel: async (senderId, id, error, at) =>
      senderId === null || isUuid(senderId) ? cancel({ senderId, id, error, at }) : { outcome: 'not-found' },
  };
};
