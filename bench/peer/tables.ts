/** As few columns and indexes as the protocol needs. */
export const TABLES = `
  create table if not exists agents (
    id uuid primary key, handle text not null unique, display_name text not null, key_hash bytea not null unique,
    capabilities json
  );
  create table if not exists senders (id uuid primary key, display_name text not null, key_hash bytea not null unique);
  create table if not exists requests (
    id uuid primary key, agent_id uuid not null, sender_id uuid not null, action text not null, params json not null,
    status text not null, result json, error json,
    created_at timestamptz not null, updated_at timestamptz not null, expires_at timestamptz not null
  );
  create index if not exists requests_sender on requests (sender_id, created_at);
  create index if not exists requests_agent on requests (agent_id, created_at)`;
