import { defineEntity, p } from '@mikro-orm/core';
import type { AUDIT_ACTOR_KINDS, AUDIT_SUBJECT_KINDS, AuditEntryType, AuditFields } from '../../domain/audit-entry.ts';
import { refuseChange } from './refuse-change.ts';

/**
 * Of every ordinary request there is one of each, and of all else there are few: whoever looks for one of these among the newest finds
 * it soon, and the index of types has only the others, so that a request's entries cost nothing there.
 */
export const FREQUENT_TYPES = ['request.submitted', 'request.finished'] as const satisfies readonly AuditEntryType[];

/** As the index has it, in PostgreSQL's own words: what looks for the others says so, too. */
export const isRareType = (type: string): string =>
  `${type} <> ALL (ARRAY[${FREQUENT_TYPES.map((each) => `'${each}'::text`).join(', ')}])`;

/**
 * What happened, written by the statement in which it happened (docs/decisions/0069). It refers to nothing by a foreign key:
 * it outlives all of it. What is committed for good has an `xact` below every running one; `id` counts in the order of
 * insertion, and goes on where a restored copy ended.
 */
export const AuditEventEntity = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_events',
  properties: {
    xact: p.string().columnType('xid8').primary().defaultRaw('pg_current_xact_id()'),
    id: p.bigint('number').primary().autoincrement().generated('by default as identity'),
    /** What it is called by outside. Mostly random: beside others in a proof it tells nothing. */
    entryId: p.uuid().defaultRaw('gen_random_uuid()'),
    type: p.text().$type<AuditEntryType>(),
    at: p.datetime(3),
    /** The node that wrote it, which its connections say. */
    // As PostgreSQL writes it.
    node: p.text().defaultRaw(`COALESCE(current_setting('clawcierge.node'::text, true), ''::text)`),
    actorKind: p.text().$type<(typeof AUDIT_ACTOR_KINDS)[number]>(),
    actorId: p.uuid().strictNullable(),
    keyId: p.uuid().strictNullable(),
    subjectKind: p.text().$type<(typeof AUDIT_SUBJECT_KINDS)[number]>(),
    subjectId: p.uuid().strictNullable(),
    agentId: p.uuid().strictNullable(),
    senderId: p.uuid().strictNullable(),
    requestId: p.uuid().strictNullable(),
    data: p.json<AuditFields>().columnType('jsonb'),
    detailsDigest: p.blob().$type<Buffer>().strictNullable(),
  },
  indexes: [
    { name: 'audit_events_id_index', properties: 'id' },
    { name: 'audit_events_entry_id_index', properties: 'entryId' },
    { name: 'audit_events_agent_id_index', properties: ['agentId', 'id'], where: 'agent_id is not null' },
    { name: 'audit_events_sender_id_index', properties: ['senderId', 'id'], where: 'sender_id is not null' },
    {
      name: 'audit_events_subject_id_index',
      properties: ['subjectId', 'id'],
      where: 'agent_id is null and sender_id is null',
    },
    { name: 'audit_events_request_id_index', properties: ['requestId', 'id'], where: 'request_id is not null' },
    { name: 'audit_events_rare_type_index', properties: ['type', 'id'], where: isRareType('type') },
  ],
  triggers: [refuseChange('update'), refuseChange('delete', { unless: ['prune'] })],
});
