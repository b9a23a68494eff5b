import type { JsonObject, JsonValue } from '../../domain/contract.ts';
import type { Delivery, Request, RequestStatus } from '../../domain/request.ts';
import type { StageResult } from '../../domain/verdict.ts';

/** What every statement on requests answers with, from the table under the alias `r`. */
export const REQUEST_COLUMNS = `r.id, r.status, r.action, r.params, r.handle, r.agent_id, r.sender_id, r.result, r.error_code,
  r.error_message, r.pipeline_log, r.attempts, r.deliveries, r.outcome_attempt, r.channel_id, r.node_id, r.revision,
  r.created_at, r.updated_at, r.expires_at`;

export type RequestRow = {
  readonly id: string;
  readonly status: RequestStatus;
  readonly action: string;
  readonly params: JsonObject;
  readonly handle: string;
  readonly agent_id: string;
  readonly sender_id: string;
  readonly result: JsonValue;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly pipeline_log: readonly StageResult[];
  readonly attempts: number;
  readonly deliveries: readonly StoredDelivery[];
  readonly outcome_attempt: number | null;
  readonly channel_id: string | null;
  readonly node_id: string | null;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly expires_at: Date;
};

/** A delivery inside the `deliveries` column: its instants are RFC 3339 text. */
export type StoredDelivery = {
  readonly attempt: number;
  readonly channelId: string;
  readonly nodeId: string;
  readonly deliveredAt: string;
  readonly ackedAt: string | null;
};

export const toRequest = (row: RequestRow): Request => ({
  id: row.id,
  status: row.status,
  action: row.action,
  params: row.params,
  handle: row.handle,
  agentId: row.agent_id,
  senderId: row.sender_id,
  result: row.result,
  error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  pipelineLog: row.pipeline_log,
  attempts: row.attempts,
  deliveries: row.deliveries.map(toDelivery),
  outcomeAttempt: row.outcome_attempt,
  channelId: row.channel_id,
  nodeId: row.node_id,
  revision: row.revision,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  expiresAt: row.expires_at,
});

export const toDelivery = ({ attempt, channelId, nodeId, deliveredAt, ackedAt }: StoredDelivery): Delivery => ({
  attempt,
  channelId,
  nodeId,
  deliveredAt: new Date(deliveredAt),
  ackedAt: ackedAt === null ? null : new Date(ackedAt),
});
