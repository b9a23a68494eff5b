import { defineEntity, p } from '@mikro-orm/core';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import { LOSS_CAUSES, REQUEST_STATUSES, type RequestProgress, SUSPECT_LOSSES } from '../../domain/request.ts';
import type { LoggedStage } from '../../domain/verdict.ts';

/** A delivery inside the `deliveries` column: its instants are RFC 3339 text. */
export type StoredDelivery = {
  readonly attempt: number;
  readonly channelId: string;
  readonly nodeId: string;
  readonly deliveredAt: string;
  readonly ackedAt: string | null;
};

/**
 * A request outlives its agent and its sender, so it refers to them by id without a foreign key. What strangers sent
 * is `json`, which keeps the text as it came (docs/decisions/0022); `jsonb` sorts members and rewrites numbers.
 *
 * No index covers `status`, nor does a predicate: such a column cannot change by a HOT update, and it changes with
 * every step. `finished_at` says what the partial indexes need and changes once.
 */
export const RequestEntity = defineEntity({
  name: 'Request',
  tableName: 'requests',
  properties: {
    id: p.uuid().primary(),
    status: p.enum(REQUEST_STATUSES),
    action: p.text(),
    params: p.json<JsonText<JsonObject>>().columnType('json'),
    handle: p.text(),
    agentId: p.uuid(),
    senderId: p.uuid(),
    result: p.json<JsonText>().columnType('json').strictNullable(),
    errorCode: p.text().strictNullable(),
    errorMessage: p.text().strictNullable(),
    pipelineLog: p.json<JsonText<readonly LoggedStage[]>>().columnType('json'),
    attempts: p.integer(),
    deliveries: p.json<readonly StoredDelivery[]>().columnType('jsonb'),
    /** Not those that were acked, nor those that an ended channel took with it; none once it was acked. */
    unackedDeliveries: p.integer().default(0),
    losses: p.integer().default(0),
    lostAt: p.datetime(3).strictNullable(),
    /** How the last loss came. */
    lossCause: p.enum(LOSS_CAUSES).strictNullable(),
    outcomeAttempt: p.integer().strictNullable(),
    channelId: p.uuid().strictNullable(),
    nodeId: p.text().strictNullable(),
    leaseExpiresAt: p.datetime(3).strictNullable(),
    revision: p.integer(),
    idempotencyKey: p.text().strictNullable(),
    contentDigest: p.blob().$type<Buffer>().strictNullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    expiresAt: p.datetime(3),
    /** See traceText. */
    traceContext: p.text().strictNullable(),
    /** What is done in place of `params`, where who approved it changed them. */
    effectiveParams: p.json<JsonText<JsonObject>>().columnType('json').strictNullable(),
    /** Whether it waits for an approval, or was refused one; null where it was never held. */
    isHeld: p.boolean().strictNullable(),
    /** Of its params; null where a node of a release before 0011 stored it. */
    bytes: p.integer().strictNullable(),
    finishedAt: p.datetime(3).strictNullable(),
    /** The contract that it was decided under; null where there was none, or a node of a release before 0014 stored it. */
    contractId: p.uuid().strictNullable(),
    contextId: p.text().strictNullable(),
    /** What the agent said last of how far it is, as far as it was stored. */
    progress: p.json<JsonText<RequestProgress>>().columnType('json').strictNullable(),
    /**
     * Of what was rejected as it was submitted: whether its params still are there. Null of all else, and where a node of a
     * release before 0016 stored it.
     */
    hasRejectedParams: p.boolean().strictNullable(),
  },
  uniques: [
    {
      name: 'requests_idempotency_unique',
      properties: ['senderId', 'idempotencyKey'],
      where: 'idempotency_key is not null',
    },
  ],
  indexes: [
    {
      name: 'requests_created_at_index',
      expression:
        'create index requests_created_at_index on requests using brin (created_at) with (pages_per_range = 16, autosummarize = on)',
    },
    { name: 'requests_sender_id_index', properties: ['senderId', 'id'] },
    { name: 'requests_sender_id_agent_id_index', properties: ['senderId', 'agentId', 'createdAt'] },
    {
      name: 'requests_sender_context_index',
      properties: ['senderId', 'contextId', 'id'],
      where: 'context_id is not null',
    },
    { name: 'requests_sender_finished_index', properties: ['senderId', 'finishedAt', 'id'] },
    { name: 'requests_agent_id_index', properties: ['agentId', 'id'] },
    { name: 'requests_open_agent_id_index', properties: ['agentId', 'id'], where: 'finished_at is null' },
    { name: 'requests_open_channel_id_index', properties: 'channelId', where: 'finished_at is null' },
    { name: 'requests_waiting_index', properties: 'agentId', where: 'finished_at is null and channel_id is null' },
    {
      name: 'requests_waiting_sender_index',
      properties: ['agentId', 'senderId', 'id'],
      where: 'finished_at is null and channel_id is null',
    },
    { name: 'requests_open_expires_at_index', properties: 'expiresAt', where: 'finished_at is null' },
    { name: 'requests_reported_index', properties: ['agentId', 'finishedAt'], where: 'outcome_attempt is not null' },
    {
      name: 'requests_suspects_index',
      properties: ['agentId', 'channelId'],
      where: `finished_at is null and losses >= ${SUSPECT_LOSSES}`,
    },
    { name: 'requests_rejected_params_index', properties: 'createdAt', where: 'has_rejected_params' },
    {
      name: 'requests_redelivered_index',
      properties: 'attempts',
      where: 'finished_at is null and attempts > 1',
    },
  ],
  checks: [
    {
      name: 'requests_finished_check',
      expression: `(finished_at is not null) = (status in ('COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'TIMEOUT'))`,
    },
  ],
  // With its request, whichever release of a node ends that.
  triggers: [
    {
      name: 'requests_close_approval',
      timing: 'after',
      events: ['update'],
      forEach: 'row',
      // As PostgreSQL writes it.
      when: `((old.status = 'AWAITING_APPROVAL'::text) AND (new.status <> 'AWAITING_APPROVAL'::text))`,
      body: `update approvals set status = case new.status when 'TIMEOUT' then 'EXPIRED' when 'CANCELLED' then 'CANCELLED' when 'REJECTED' then 'REJECTED' else 'APPROVED' end, resolved_at = new.updated_at, revision = revision + 1 where request_id = new.id and resolved_at is null; return null;`,
    },
  ],
});
