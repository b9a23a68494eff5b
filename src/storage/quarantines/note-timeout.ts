import { type RawBuilder, sql } from 'kysely';
import type { AuditSubjectKind } from '../../domain/audit-entry.ts';
import type { QuarantinedDocument } from '../../domain/quarantine.ts';
import { eventType } from '../../domain/webhook.ts';
import { noteFrom } from '../audit/note-entries.ts';
import { BY_PLATFORM } from '../requests/request-notes.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/** The version of whichever kind, where it is in force. */
const versionInForce = (id: RawBuilder<string>) => {
  const ofKind = (document: QuarantinedDocument) => sql<QuarantinedDocument>`${sql.lit(document)}::text`.as('document');
  const contracts = db
    .selectFrom('capability_contracts as v')
    .select(['v.id', 'v.agent_id', 'v.version', ofKind('CONTRACT')])
    .where('v.id', '=', id)
    .where('v.is_active', '=', true);
  const policySets = db
    .selectFrom('policy_sets as v')
    .select(['v.id', 'v.agent_id', 'v.version', ofKind('POLICIES')])
    .where('v.id', '=', id)
    .where('v.is_active', '=', true);
  return contracts.unionAll(policySets);
};

const KIND_OF = sql<AuditSubjectKind>`case b.document when 'CONTRACT' then 'contract' else 'policy_set' end`;

/**
 * Counts one more end of a version in force and, if that is one too many, begins its quarantine, with what there is to note and to
 * tell. One that is in quarantine is counted no further; after that it begins anew, as does another version.
 */
export const NOTE_TIMEOUT = statement(
  'note-document-timeout',
  {
    agentId: 'uuid',
    documentId: 'uuid',
    at: 'timestamptz',
    since: 'timestamptz',
    until: 'timestamptz',
    after: 'int',
    atText: 'text',
    untilText: 'text',
  },
  ({ agentId, documentId, at, since, until, after, atText, untilText }) => {
    const event = eventType('AGENT_QUARANTINED');
    const ended = sql<readonly Date[]>`case
      when quarantines.document_id = excluded.document_id and quarantines.until is null
        then array(select e from unnest(quarantines.ended_at) as e where e > ${since})
      else '{}' end || excluded.ended_at`;
    const counted = sql<number>`cardinality(${ended})`;
    const ifTooMany = (moment: RawBuilder<Date>, count: RawBuilder<number>) =>
      sql<Date | null>`case when ${count} >= ${after} then ${moment} end`;
    return (
      db
        // Before all else: whoever deletes the agent waits for this, or this finds none.
        .with('agent', (cte) =>
          cte.selectFrom('agents').select(['id', 'handle']).where('id', '=', agentId).forKeyShare(),
        )
        .with('in_force', (cte) =>
          cte
            .selectFrom(versionInForce(documentId).as('d'))
            .innerJoin('agent as a', 'a.id', 'd.agent_id')
            .select(['d.id', 'd.agent_id', 'd.document', 'd.version']),
        )
        .with('counted', (cte) =>
          cte
            .insertInto('quarantines')
            .columns(['agent_id', 'document', 'document_id', 'version', 'ended_at', 'quarantined_at', 'until'])
            .expression((from) =>
              from
                .selectFrom('in_force as d')
                .select([
                  'd.agent_id',
                  'd.document',
                  'd.id as document_id',
                  'd.version',
                  sql<readonly Date[]>`array[${at}]`.as('ended_at'),
                  ifTooMany(at, sql`1`).as('quarantined_at'),
                  ifTooMany(until, sql`1`).as('until'),
                ]),
            )
            .onConflict((conflict) =>
              conflict
                .columns(['agent_id', 'document'])
                .doUpdateSet({
                  document_id: sql.ref('excluded.document_id'),
                  version: sql.ref('excluded.version'),
                  ended_at: ended,
                  quarantined_at: ifTooMany(at, counted),
                  until: ifTooMany(until, counted),
                })
                .where(
                  sql<boolean>`quarantines.document_id <> excluded.document_id or quarantines.until is null or quarantines.until <= ${at}`,
                ),
            )
            .returning(['agent_id', 'document', 'document_id', 'version', 'quarantined_at']),
        )
        .with('began', (cte) =>
          cte
            .selectFrom('counted as c')
            .innerJoin('agent as a', 'a.id', 'c.agent_id')
            .select(['c.agent_id', 'c.document', 'c.document_id', 'c.version', 'a.handle'])
            .where('c.quarantined_at', 'is not', null),
        )
        .with('noted', (cte) =>
          noteFrom(cte.selectFrom('began as b'), {
            type: 'agent.quarantined',
            at,
            actor: BY_PLATFORM,
            subject: { kind: KIND_OF, id: sql.ref('b.document_id') },
            agentId: sql.ref('b.agent_id'),
            data: { version: sql.ref('b.version') },
          }),
        )
        .with('endpoints', (cte) =>
          cte
            .selectFrom('began as b')
            .innerJoin('webhook_endpoints as e', 'e.agent_id', 'b.agent_id')
            .select(['e.id as endpoint_id', sql<string | null>`null::uuid`.as('approver_id')])
            .where('e.disabled_at', 'is', null)
            .where(sql<boolean>`${sql.lit(event)} = any (e.events)`)
            .forKeyShare('e'),
        )
        .with('mailed', (cte) =>
          cte
            .selectFrom('began as b')
            .innerJoin('approvers as v', (join) => join.on(sql<boolean>`v.agent_ids @> array[b.agent_id]`))
            .select([sql<string | null>`null::uuid`.as('endpoint_id'), 'v.id as approver_id'])
            .where('v.removed_at', 'is', null)
            .where('v.email', 'is not', null)
            .forKeyShare('v'),
        )
        .with('told', (cte) =>
          cte
            .insertInto('outbox')
            .columns([
              'id',
              'kind',
              'event',
              'approval_id',
              'notice',
              'endpoint_id',
              'approver_id',
              'attempts',
              'due_at',
              'created_at',
            ])
            .expression((from) =>
              from
                .selectFrom('began as b')
                .crossJoin(
                  from.selectFrom('endpoints').selectAll().unionAll(from.selectFrom('mailed').selectAll()).as('w'),
                )
                .select([
                  sql<string>`gen_random_uuid()`.as('id'),
                  sql<'webhook' | 'email'>`case when w.endpoint_id is null then 'email' else 'webhook' end`.as('kind'),
                  sql<string>`${sql.lit(event)}::text`.as('event'),
                  sql<null>`null::uuid`.as('approval_id'),
                  sql`json_build_object('agentId', b.agent_id, 'handle', b.handle, 'document', b.document,
                    'version', b.version, 'at', ${atText}, 'until', ${untilText})`.as('notice'),
                  'w.endpoint_id',
                  'w.approver_id',
                  sql<number>`0`.as('attempts'),
                  sql<Date>`${at}`.as('due_at'),
                  sql<Date>`${at}`.as('created_at'),
                ]),
            ),
        )
        .selectFrom('began as b')
        .select(['b.document', 'b.document_id as documentId', 'b.version', 'b.handle'])
    );
  },
);
