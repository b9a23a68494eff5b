import pg from 'pg';

/** Whose rows they are, besides those of everybody else: a hundredth of all each. */
export type HeavyParties = { readonly agentId: string; readonly handle: string; readonly senderId: string };

/** Days that the rows are spread over, up to now. */
export const DAYS = 90;

/** Other agents and senders; a few of them have most of the rows. */
const AGENTS = 1_000;
const SENDERS = 5_000;

const INSERT_AGENTS = `
  insert into agents (id, handle, display_name, description, created_at, updated_at)
  select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'agent.' || n, 'Agent number ' || n,
    'Answers what it is asked.', now() - interval '${DAYS} days', now() - interval '${DAYS} days'
  from generate_series(0, ${AGENTS} - 1) n`;

/**
 * Rows as traffic leaves them: ids that carry the time, in its order; one of a hundred params and results is large;
 * whatever varies follows from the number by a hash, so that each run fills alike. The last 500 are not finished.
 */
const INSERT_REQUESTS = `
  insert into requests (id, status, action, params, handle, agent_id, sender_id, result, error_code, error_message,
    pipeline_log, attempts, deliveries, outcome_attempt, channel_id, node_id, revision, idempotency_key, content_digest,
    created_at, updated_at, expires_at, finished_at)
  select
    (lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' ||
      substr(hash, 1, 15))::uuid,
    status,
    case when n % 10000 = 0 then 'rare.action' else (array['calendar.schedule', 'mail.send', 'search.run', 'files.read'])[1 + n % 4] end,
    ('{"title":"Meeting ' || n || '","note":"' || repeat(hash, case when n % 100 = 7 then 100 else 3 end) || '"}')::json,
    case when n % 100 = 1 then $3 else 'agent.' || agent end,
    case when n % 100 = 1 then $2::uuid else ('00000000-0000-7000-8000-' || lpad(to_hex(agent), 12, '0'))::uuid end,
    case when n % 100 = 2 then $4::uuid else ('00000000-0000-7000-9000-' || lpad(to_hex(sender), 12, '0'))::uuid end,
    case when status = 'COMPLETED' then ('{"answer":"' || repeat(hash, case when n % 100 = 8 then 200 else 6 end) || '"}')::json end,
    case status when 'REJECTED' then 'rejected' when 'FAILED' then 'failed' when 'TIMEOUT' then 'expired'
      when 'CANCELLED' then 'cancelled' end,
    case when status in ('REJECTED', 'FAILED', 'TIMEOUT', 'CANCELLED') then 'It did not come to a result' end,
    (case when status = 'REJECTED' then
        '[{"stage":"capability_sandbox","passed":true,"kind":null,"reason":null,"durationMs":0.04},{"stage":"policy_engine","passed":false,"kind":"POLICY","reason":"Rule ' || n % 40 || ' says no","durationMs":0.11}]'
      else
        '[{"stage":"capability_sandbox","passed":true,"kind":null,"reason":null,"durationMs":0.04},{"stage":"policy_engine","passed":true,"kind":null,"reason":null,"durationMs":0.11}]'
      end)::json,
    case when status in ('REJECTED', 'PENDING') then 0 else 1 end,
    case when status in ('REJECTED', 'PENDING') then '[]'::jsonb else jsonb_build_array(jsonb_build_object('attempt', 1,
      'channelId', '00000000-0000-7000-a000-000000000000', 'nodeId', 'a node', 'deliveredAt', created_at, 'ackedAt', created_at)) end,
    case when status in ('COMPLETED', 'FAILED') then 1 end,
    null, 'a node', case when status = 'REJECTED' then 1 else 3 end,
    case when n % 5 = 0 then 'key ' || n end, sha256(hash::bytea),
    created_at, coalesce(finished_at, created_at), created_at + interval '1 hour', finished_at
  from (
    select n, hash, agent, sender, created_at, status,
      case when n > rows - 500 then null when status = 'REJECTED' then created_at
        else created_at + interval '1 millisecond' * round(exp(random_normal(6, 1.2))) end::timestamptz(3) as finished_at
    from (
      select n, $1::int as rows, md5(n::text) as hash,
        -- The n-th of all is asked most often by the square of a fraction.
        floor(${AGENTS} * power((n::bigint * 7919 % 10007) / 10007.0, 2))::int as agent,
        floor(${SENDERS} * power((n::bigint * 104729 % 100003) / 100003.0, 2))::int as sender,
        (now() - interval '${DAYS} days' * (1 - (n - 0.5) / $1))::timestamptz(3) as created_at,
        case when n > $1 - 500 then 'PENDING' else
          (array['COMPLETED', 'REJECTED', 'FAILED', 'TIMEOUT', 'CANCELLED'])[width_bucket((n::bigint * 2654435761 % 1000)::int,
            array[0, 860, 930, 970, 990])]
        end as status
      from generate_series(1, $1) n
      -- Computed once, and not again wherever it is named.
      offset 0
    ) numbered
    offset 0
  ) timed`;

/**
 * Stores so many requests, and the agents that they were sent to. Indexes are made anew at the end: row by row they
 * would take most of the time. Answers the size of table and indexes.
 */
export async function fillRequests(databaseUrl: string, rows: number, heavy: HeavyParties): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
        where tablename = 'requests' and indexname <> 'requests_pkey'`,
    );
    await client.query("set maintenance_work_mem = '256MB'");
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    await client.query(INSERT_AGENTS);
    // What is written to a table that the same transaction emptied needs no write-ahead log.
    await client.query('begin');
    await client.query('truncate requests cascade');
    await client.query(INSERT_REQUESTS, [rows, heavy.agentId, heavy.handle, heavy.senderId]);
    for (const { definition } of indexes) await client.query(definition);
    await client.query('commit');
    await client.query('vacuum (analyze) requests, agents');
    const { rows: sizes } = await client.query<{ size: string }>(
      `select pg_size_pretty(pg_table_size('requests')) || ' and ' || pg_size_pretty(pg_indexes_size('requests')) as size`,
    );
    return sizes[0]?.size ?? '';
  } finally {
    await client.end();
  }
}
