import type { ChannelRef, Outcome, RequestStore, Transitioned } from '../../application/ports/request-store.ts';
import { isFinal, type Request, type RequestFailure } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import { columnsOf } from '../columns.ts';
import type { Database, Statement } from '../database.ts';
import { endsIn, finishedAt, isClaimableAt, isOpenAt, startsFrom, touchedAt } from './request-conditions.ts';
import type { RequestReader } from './request-reads.ts';
import { REQUEST_COLUMNS, type RequestRow, toRequest } from './request-records.ts';

type RequestTransitions = Pick<RequestStore, 'claim' | 'acknowledge' | 'finish' | 'cancel'>;

/** What a conditional update is asked for: which row, when, and whose it must be. */
type Change = { readonly id: string; readonly at: Date };

/**
 * A batch of conditional updates. Where one row is asked for twice, one of the two changes it: `ord` tells which.
 * A row that another statement is changing is waited for and looked at again, or, with `skipLocked`, left alone.
 */
const conditionalUpdate = (options: {
  readonly name: string;
  readonly types: readonly string[];
  readonly columns: readonly string[];
  readonly set: string;
  readonly where: string;
  readonly skipLocked?: true;
}): Statement => {
  const input = `select * from unnest(${options.types.map((type, index) => `$${index + 1}::${type}[]`).join(', ')})
    with ordinality as i (${options.columns.join(', ')}, ord)`;
  const locked = `select i.ord, r.id from i join requests r on r.id = i.id where ${options.where}
    for no key update of r skip locked`;
  return {
    name: options.name,
    text: options.skipLocked
      ? `with i as (${input}), locked as materialized (${locked})
         update requests r set ${options.set} from locked join i on i.ord = locked.ord
         where r.id = locked.id and ${options.where}
         returning i.ord::int as ord, ${REQUEST_COLUMNS}`
      : `with i as (${input})
         update requests r set ${options.set} from i where r.id = i.id and ${options.where}
         returning i.ord::int as ord, ${REQUEST_COLUMNS}`,
  };
};

const CLAIM = conditionalUpdate({
  name: 'claim-requests',
  types: ['uuid', 'int', 'uuid', 'text', 'timestamptz', 'text', 'timestamptz'],
  columns: ['id', 'seen_attempts', 'channel_id', 'node_id', 'at', 'at_text', 'lease_expires_at'],
  set: `status = ${endsIn('claim')}, attempts = r.attempts + 1, channel_id = i.channel_id, node_id = i.node_id,
    lease_expires_at = i.lease_expires_at,
    deliveries = r.deliveries || jsonb_build_object('attempt', r.attempts + 1, 'channelId', i.channel_id,
      'nodeId', i.node_id, 'deliveredAt', i.at_text, 'ackedAt', null),
    ${touchedAt('i.at')}`,
  where: `r.attempts = i.seen_attempts and ${isClaimableAt('i.at')}
    and exists (select from channels own where own.id = i.channel_id and own.agent_id = r.agent_id)`,
  skipLocked: true,
});

const ACKNOWLEDGE = conditionalUpdate({
  name: 'acknowledge-requests',
  types: ['uuid', 'uuid', 'timestamptz', 'text', 'uuid'],
  columns: ['id', 'agent_id', 'at', 'at_text', 'channel_id'],
  set: `status = ${endsIn('acknowledge')}, lease_expires_at = r.expires_at,
    deliveries = jsonb_set(r.deliveries, '{-1,ackedAt}', to_jsonb(i.at_text)), ${touchedAt('i.at')}`,
  where: `r.agent_id = i.agent_id and ${startsFrom('acknowledge')} and ${isOpenAt('i.at')}
    and (i.channel_id is null or i.channel_id = r.channel_id)`,
});

const FINISH = conditionalUpdate({
  name: 'finish-requests',
  types: ['uuid', 'uuid', 'timestamptz', 'text', 'text', 'text', 'text', 'uuid'],
  columns: ['id', 'agent_id', 'at', 'status', 'result', 'error_code', 'error_message', 'channel_id'],
  set: `status = i.status, result = i.result::json, error_code = i.error_code, error_message = i.error_message,
    outcome_attempt = coalesce((
      select max((d ->> 'attempt')::int) from jsonb_array_elements(r.deliveries) d
      where d ->> 'channelId' = i.channel_id::text
    ), r.attempts),
    ${finishedAt('i.at')}`,
  // PENDING counts once it was delivered: its channel is lost, but the agent works on it all the same.
  where: `r.agent_id = i.agent_id and r.attempts > 0 and ${isOpenAt('i.at')}
    and case i.status when ${endsIn('complete')} then ${startsFrom('complete')} else ${startsFrom('fail')} end`,
});

const CANCEL = conditionalUpdate({
  name: 'cancel-requests',
  types: ['uuid', 'uuid', 'timestamptz', 'text', 'text'],
  columns: ['id', 'sender_id', 'at', 'error_code', 'error_message'],
  set: `status = ${endsIn('cancel')}, error_code = i.error_code, error_message = i.error_message, ${finishedAt('i.at')}`,
  where: `(i.sender_id is null or r.sender_id = i.sender_id) and ${startsFrom('cancel')} and ${isOpenAt('i.at')}`,
});

type Claim = Change & { readonly seenAttempts: number; readonly to: ChannelRef; readonly leaseExpiresAt: Date };
type Acknowledgement = Change & { readonly agentId: string; readonly channelId: string | null };
type Finish = Change & { readonly agentId: string; readonly outcome: Outcome; readonly channelId: string | null };
type Cancellation = Change & { readonly senderId: string | null; readonly error: RequestFailure };

/** Single changes of single requests, each once. */
export const createRequestTransitions = (database: Database, read: RequestReader): RequestTransitions => {
  const transition = <Input extends Change>(
    statement: Statement,
    columns: readonly ((input: Input) => unknown)[],
    isTheirs: (request: Request, input: Input) => boolean,
  ) => {
    const run = createBatcher<Input, Request | null>({
      run: async (inputs) => {
        // Rows are changed in one order by everybody, so that two batches do not wait for each other.
        const ordered = inputs.toSorted((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
        const rows = await database.query<RequestRow & { readonly ord: number }>(
          statement,
          columnsOf(ordered, columns),
        );
        const changed = new Map<Input | undefined, Request>(rows.map((row) => [ordered[row.ord - 1], toRequest(row)]));
        return inputs.map((input) => changed.get(input) ?? null);
      },
    });
    return async (input: Input): Promise<Transitioned> => {
      if (!isUuid(input.id)) return { outcome: 'not-found' };
      const changed = await run(input);
      if (changed !== null) return { outcome: 'changed', request: changed };
      const request = await read(input.id);
      if (request === null || !isTheirs(request, input)) return { outcome: 'not-found' };
      if (isFinal(request.status)) return { outcome: 'finished', status: request.status };
      // Over, although no sweep has written it yet.
      if (request.expiresAt <= input.at) return { outcome: 'finished', status: 'TIMEOUT' };
      return { outcome: 'unchanged', request };
    };
  };

  const at = ({ at }: Change) => at.toISOString();
  const id = ({ id }: Change) => id;

  const claim = transition<Claim>(
    CLAIM,
    [
      id,
      ({ seenAttempts }) => seenAttempts,
      ({ to }) => to.channelId,
      ({ to }) => to.nodeId,
      at,
      at,
      ({ leaseExpiresAt }) => leaseExpiresAt.toISOString(),
    ],
    () => true,
  );
  const acknowledge = transition<Acknowledgement>(
    ACKNOWLEDGE,
    [id, ({ agentId }) => agentId, at, at, ({ channelId }) => channelId],
    (request, { agentId }) => request.agentId === agentId,
  );
  const finish = transition<Finish>(
    FINISH,
    [
      id,
      ({ agentId }) => agentId,
      at,
      ({ outcome }) => outcome.status,
      ({ outcome }) => (outcome.status === 'COMPLETED' ? JSON.stringify(outcome.result) : null),
      ({ outcome }) => (outcome.status === 'FAILED' ? outcome.error.code : null),
      ({ outcome }) => (outcome.status === 'FAILED' ? outcome.error.message : null),
      ({ channelId }) => channelId,
    ],
    (request, { agentId }) => request.agentId === agentId,
  );
  const cancel = transition<Cancellation>(
    CANCEL,
    [id, ({ senderId }) => senderId, at, ({ error }) => error.code, ({ error }) => error.message],
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
