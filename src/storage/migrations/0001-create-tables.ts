import type { Migration } from '../schema/migration.ts';

/** Every table of the first release. */
export const createTables: Migration = {
  kind: 'expand',
  statements: [
    `
      create table agents (
        id uuid primary key,
        handle text not null constraint agents_handle_unique unique,
        display_name text not null,
        description text null,
        last_heartbeat_at timestamptz(3) null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null
      ) with (fillfactor = 85)`,

    `
      create table senders (
        id uuid primary key,
        display_name text not null,
        created_at timestamptz(3) not null
      )`,

    `
      create table api_keys (
        id uuid primary key,
        agent_id uuid null constraint api_keys_agent_id_foreign references agents (id) on delete cascade,
        sender_id uuid null constraint api_keys_sender_id_foreign references senders (id) on delete cascade,
        hash bytea not null constraint api_keys_hash_unique unique,
        prefix text not null,
        scopes text[] not null,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) null,
        last_used_at timestamptz(3) null,
        revoked_at timestamptz(3) null,
        constraint api_keys_owner_check check ((agent_id is null) <> (sender_id is null))
      ) with (fillfactor = 85)`,
    'create index api_keys_agent_id_index on api_keys (agent_id)',
    'create index api_keys_sender_id_index on api_keys (sender_id)',

    `
      create table capability_contracts (
        id uuid primary key,
        agent_id uuid not null
          constraint capability_contracts_agent_id_foreign references agents (id) on delete cascade,
        version int not null,
        is_active boolean not null,
        capabilities json not null,
        actions text[] not null,
        created_at timestamptz(3) not null,
        constraint capability_contracts_agent_id_version_unique unique (agent_id, version)
      )`,

    'create unique index capability_contracts_active_unique on capability_contracts (agent_id) where is_active',

    'create index capability_contracts_actions_index on capability_contracts using gin (actions) where is_active',

    `
      create table policy_sets (
        id uuid primary key,
        agent_id uuid not null constraint policy_sets_agent_id_foreign references agents (id) on delete cascade,
        version int not null,
        is_active boolean not null,
        default_action text not null
          constraint policy_sets_default_action_check
          check (default_action in ('REJECT', 'REQUIRE_APPROVAL', 'ALLOW')),
        rules json not null,
        created_at timestamptz(3) not null,
        constraint policy_sets_agent_id_version_unique unique (agent_id, version)
      )`,
    'create unique index policy_sets_active_unique on policy_sets (agent_id) where is_active',

    `
      create table nodes (
        id text primary key,
        seen_at timestamptz(3) not null
      ) with (fillfactor = 50)`,

    `
      create table channels (
        id uuid primary key,
        agent_id uuid not null constraint channels_agent_id_foreign references agents (id) on delete cascade,
        node_id text not null constraint channels_node_id_foreign references nodes (id) on delete cascade,
        api_key_id uuid not null,
        transport text not null constraint channels_transport_check check (transport in ('graphql', 'websocket')),
        opened_at timestamptz(3) not null
      )`,
    'create index channels_agent_id_index on channels (agent_id)',
    'create index channels_node_id_index on channels (node_id)',

    // Pages keep room for the updates that follow each insert, so that those stay on the page.
    `
      create table requests (
        id uuid primary key,
        status text not null constraint requests_status_check check (status in (
          'PENDING', 'AWAITING_APPROVAL', 'DISPATCHED', 'ACKED',
          'COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'TIMEOUT'
        )),
        action text not null,
        params json not null,
        handle text not null,
        agent_id uuid not null,
        sender_id uuid not null,
        result json null,
        error_code text null,
        error_message text null,
        pipeline_log json not null,
        attempts int not null,
        deliveries jsonb not null,
        outcome_attempt int null,
        channel_id uuid null,
        node_id text null,
        lease_expires_at timestamptz(3) null,
        revision int not null,
        idempotency_key text null,
        content_digest bytea null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        finished_at timestamptz(3) null,
        constraint requests_finished_check check (
          (finished_at is not null) = (status in ('COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'TIMEOUT'))
        )
      ) with (fillfactor = 60)`,
    'create index requests_sender_id_index on requests (sender_id, id)',
    'create index requests_agent_id_index on requests (agent_id, id)',
    `create unique index requests_idempotency_unique
      on requests (sender_id, idempotency_key) where idempotency_key is not null`,
    'create index requests_open_agent_id_index on requests (agent_id, id) where finished_at is null',
    'create index requests_open_channel_id_index on requests (channel_id) where finished_at is null',
    'create index requests_open_expires_at_index on requests (expires_at) where finished_at is null',

    'create index requests_redelivered_index on requests (attempts) where finished_at is null and attempts > 1',

    `
      create table admin_sessions (
        id uuid primary key,
        token_hash bytea not null constraint admin_sessions_token_hash_unique unique,
        password_version text not null,
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null
      )`,
    'create index admin_sessions_expires_at_index on admin_sessions (expires_at)',
  ],
};
