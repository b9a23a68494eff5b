import type { ChannelRef, RequestStore, Transitioned } from '../../application/ports/request-store.ts';
import { type Actor, PLATFORM } from '../../domain/actor.ts';
import type { Request, RequestFailure } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import type { PreparedStatement } from '../statement.ts';
import type { KnownRequests, Write } from './known-requests.ts';
import { actorColumns } from './request-notes.ts';
import { deliveryTo, type RequestRow, toRequest } from './request-records.ts';
import { byId, type Change, type Refuse } from './single-changes.ts';
import { CANCEL, CLAIM } from './transition-statements.ts';

type RequestTransitions = Pick<RequestStore, 'claim' | 'cancel'>;

type Claim = Change & { readonly seenAttempts: number; readonly to: ChannelRef; readonly leaseExpiresAt: Date };
type Cancellation = Change & { readonly senderId: string | null; readonly error: RequestFailure; readonly by: Actor };

/** Single changes of single requests, each once. */
export const createRequestTransitions = (
  database: Database,
  known: KnownRequests,
  refuse: Refuse,
): RequestTransitions => {
  const transition = <Input extends Change, Row>(
    name: string,
    statement: PreparedStatement<{ readonly changes: readonly Row[] }, RequestRow & { readonly ord: number }>,
    toRow: (input: Input) => Row,
    isTheirs: (request: Request, input: Input) => boolean,
  ) => {
    const run = createBatcher<Write<Input>, Request | null>({
      use: database.metrics.batches.of(name),
      run: async (writes) => {
        for (const write of writes) write.isSent = true;
        const ordered = writes.toSorted(({ change: a }, { change: b }) => byId(a, b));
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
      known.begin(input.id, write, changing);
      const request = await changing;
      return request ? { outcome: 'changed', request } : refuse(input, (found) => isTheirs(found, input));
    };
  };

  const claim = transition(
    'claims',
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
  const cancel = transition(
    'cancellations',
    CANCEL,
    ({ error, by, ...input }: Cancellation) => ({
      ...input,
      errorCode: error.code,
      errorMessage: error.message,
      ...actorColumns(by),
    }),
    (request, { senderId }) => senderId === null || request.senderId === senderId,
  );

  return {
    claim: (id, seenAttempts, to, at, leaseExpiresAt) =>
      claim({ id: id.toLowerCase(), seenAttempts, to, at, leaseExpiresAt }),
    cancel: async (senderId, id, error, at, by = PLATFORM) =>
      senderId === null || isUuid(senderId)
        ? cancel({ senderId, id: id.toLowerCase(), error, at, by })
        : { outcome: 'not-found' },
  };
};
