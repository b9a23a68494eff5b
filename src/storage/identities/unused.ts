import { type Expression, type RawBuilder, sql } from 'kysely';
import { isAnySuspended } from '../suspensions/is-suspended.ts';

type Moment = Expression<Date>;

const id = (rows: string): RawBuilder<string> => sql.ref<string>(`${rows}.id`);

/** No key of theirs, of which `column` says whose it is, was used since. */
const keysUnused = (column: string, holder: Expression<unknown>, since: Moment) =>
  sql<boolean>`not exists (
    select from api_keys k where ${sql.ref(`k.${column}`)} = ${holder} and k.last_used_at >= ${since}
  )`;

/** It asked for nothing, as far as the audit trail reaches back. */
const askedNothing = (sender: Expression<unknown>) => sql<boolean>`(
  not exists (select from requests r where r.sender_id = ${sender})
  and not exists (select from audit_events s where s.sender_id = ${sender} and s.type = 'request.submitted')
)`;

/** The agent of these rows was registered before that by somebody else than an administrator, and nothing came of it since. */
export const isUnusedAgent = (rows: string, since: Moment) => {
  const agent = id(rows);
  const has = (table: string) => sql`exists (select from ${sql.table(table)} x where x.agent_id = ${agent})`;
  const owner = sql.ref(`${rows}.owner_id`);
  return sql<boolean>`(
    ${sql.ref(`${rows}.created_at`)} < ${since}
    and ${sql.ref(`${rows}.last_heartbeat_at`)} is null
    and not ${has('capability_contracts')} and not ${has('policy_sets')} and not ${has('channels')}
    and not ${has('agent_limits')} and not ${has('sender_limits')} and not ${has('approval_settings')}
    and not ${has('webhook_endpoints')} and not ${has('requests')}
    and not exists (select from approvers p where p.agent_ids @> array[${agent}])
    and not ${isAnySuspended(agent)}
    and ${keysUnused('agent_id', agent, since)} and ${keysUnused('owner_id', owner, since)}
    and ${askedNothing(agent)}
    and exists (
      select from audit_events e
      where e.agent_id = ${agent} and e.type = 'agent.registered' and e.actor_kind <> 'admin'
    )
  )`;
};

/** The same of a sender: it never asked for anything. */
export const isUnusedSender = (rows: string, since: Moment) => {
  const sender = id(rows);
  return sql<boolean>`(
    ${sql.ref(`${rows}.created_at`)} < ${since}
    and not ${isAnySuspended(sender)}
    and ${sender} not in (select l.sender_id from sender_limits l)
    and ${keysUnused('sender_id', sender, since)} and ${keysUnused('owner_id', sql.ref(`${rows}.owner_id`), since)}
    and ${askedNothing(sender)}
    and exists (
      select from audit_events e
      where e.sender_id = ${sender} and e.type = 'sender.registered' and e.actor_kind <> 'admin'
    )
  )`;
};
