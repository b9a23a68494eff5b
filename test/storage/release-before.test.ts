import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../src/storage/migrations/index.ts';
import { emptyDatabase } from './schema-fixtures.ts';

/** The newest migration of the release before, whose statements stand here as its nodes send them. */
const BEFORE = '0010-trace-context';

async function upgradedDatabase() {
  const { client, migrate } = await emptyDatabase();
  await migrate({ migrations: MIGRATIONS.slice(0, MIGRATIONS.findIndex(({ name }) => name === BEFORE) + 1) });
  await client.query('set search_path to clawcierge');

  const register = async (handle: string): Promise<string> => {
    const id = newId();
    await client.query(
      `with agent as (
        insert into agents (id, handle, display_name, description, last_heartbeat_at, created_at, updated_at)
        values ($1, $2, 'An agent', null, null, now(), now()) on conflict (handle) do nothing returning id)
      insert into api_keys (id, agent_id, sender_id, hash, prefix, scopes, created_at, expires_at, last_used_at, revoked_at)
        select $3, $1, null, $4, 'clw_agent_abc', '{agent:manage}', now(), null, null, null from agent`,
      [id, handle, newId(), Buffer.from(id)],
    );
    return id;
  };

  const submit = async (agentId: string, status: string): Promise<string> => {
    const id = newId();
    await client.query(
      `insert into requests (id, status, action, params, handle, agent_id, sender_id, pipeline_log, attempts, deliveries,
        unacked_deliveries, losses, channel_id, node_id, lease_expires_at, revision, idempotency_key, content_digest,
        created_at, updated_at, expires_at, trace_context, finished_at)
      values ($1, $2, 'a.b', '{}', 'before', $3, $4, '[]', 0, '[]', 0, 0, null, null, null, 1, null, null, now(), now(),
        now() + interval '5 minutes', null, null)`,
      [id, status, agentId, newId()],
    );
    return id;
  };

  const rows = async (sql: string, values: readonly unknown[] = []) => (await client.query(sql, [...values])).rows;
  return { client, migrate, register, submit, rows };
}

describe('a node of the release before, on tables of this one', () => {
  it('registers, submits and makes keys as before, also what was there already', async () => {
    const { migrate, register, submit, rows } = await upgradedDatabase();
    const old = await register('old');
    await submit(old, 'PENDING');
    await migrate();
    const agentId = await register('before');
    const id = await submit(agentId, 'PENDING');
    expect(await rows('select owner_id, agent_keys_manage from agents')).toEqual(
      Array(2).fill({ owner_id: null, agent_keys_manage: true }),
    );
    expect(await rows('select is_limited, label from api_keys')).toEqual(
      Array(2).fill({ is_limited: false, label: null }),
    );
    expect(await rows('select effective_params, is_held, bytes from requests where id = $1', [id])).toEqual([
      { effective_params: null, is_held: null, bytes: null },
    ]);
  });

  it('leaves the handle of an agent that it deletes at rest, the last time counts', async () => {
    const { client, migrate, register, rows } = await upgradedDatabase();
    await migrate();
    for (const _ of [1, 2]) {
      const agentId = await register('before');
      await client.query('delete from agents where id = $1 returning id, handle', [agentId]);
      expect(await rows('select handle, agent_id, owner_id from resting_handles')).toEqual([
        { handle: 'before', agent_id: agentId, owner_id: null },
      ]);
    }
  });

  it.each([
    { status: 'CANCELLED', becomes: 'CANCELLED' },
    { status: 'TIMEOUT', becomes: 'EXPIRED' },
  ])('closes the approval of a request that it ends as $status, and has its end told once', async (ended) => {
    const { client, migrate, register, submit, rows } = await upgradedDatabase();
    await migrate();
    const agentId = await register('before');
    const requestId = await submit(agentId, 'AWAITING_APPROVAL');
    const [approvalId, ...endpoints] = [newId(), newId(), newId(), newId()];
    await client.query(
      `insert into approvals (id, request_id, agent_id, sender_id, status, hold_reasons, findings, digest, content_digest,
        bytes, policy_set_id, policy_version, contract_id, contract_version, quorum, approved_by, is_editable, revision,
        created_at, expires_at)
      values ($1, $2, $3, $4, 'PENDING', '[]', '[]', '', '', 2, $4, 1, $4, 1, 1, '[]', false, 1, now(), now())`,
      [approvalId, requestId, agentId, newId()],
    );
    for (const [index, id] of endpoints.entries()) {
      await client.query(
        `insert into webhook_endpoints (id, agent_id, name, url, secret, events, includes_params, disabled_at, created_at)
        values ($1, $2, $3, 'https://example.com', 's', $4, false, $5, now())`,
        [id, agentId, `e${index}`, index === 1 ? [] : ['approval.resolved'], index === 2 ? new Date() : null],
      );
    }
    await client.query(
      `insert into outbox (id, kind, event, approval_id, endpoint_id, attempts, due_at, created_at)
      values ($1, 'webhook', 'approval.reminder', $2, $3, 0, now(), now())`,
      [newId(), approvalId, endpoints[0]],
    );

    // Nothing of it when the request goes on as it is.
    await client.query('update requests set revision = revision + 1 where id = $1', [requestId]);
    expect(await rows('select status, revision from approvals')).toEqual([{ status: 'PENDING', revision: 1 }]);
    await client.query(
      `update requests set status = $2, error_code = 'cancelled', error_message = 'x', finished_at = now(),
        updated_at = now(), revision = revision + 1
      where id = $1 and status in ('PENDING', 'DISPATCHED', 'ACKED', 'AWAITING_APPROVAL')`,
      [requestId, ended.status],
    );
    expect(
      await rows('select a.status, a.revision, a.resolved_at = r.updated_at as at from approvals a, requests r'),
    ).toEqual([{ status: ended.becomes, revision: 2, at: true }]);
    expect(await rows('select kind, event, approval_id, endpoint_id, attempts from outbox')).toEqual([
      { kind: 'webhook', event: 'approval.resolved', approval_id: approvalId, endpoint_id: endpoints[0], attempts: 0 },
    ]);
    // It goes with its request.
    await client.query('delete from requests where id = $1', [requestId]);
    expect(await rows('select 1 from approvals union all select 1 from outbox')).toEqual([]);
  });
});

it('a key has one holder, an agent, a sender, an owner or an approver', async () => {
  const { client, migrate, register, rows } = await upgradedDatabase();
  await migrate();
  const [agentId, ownerId, approverId] = [await register('before'), newId(), newId()];
  await client.query('insert into owners (id, created_at) values ($1, now())', [ownerId]);
  await client.query(
    `insert into approvers (id, display_name, agent_ids, created_at) values ($1, 'A', array[$2::uuid], now())`,
    [approverId, agentId],
  );
  const addKey = (holders: readonly (string | null)[]) => {
    const id = newId();
    return client.query(
      `insert into api_keys (id, agent_id, sender_id, owner_id, approver_id, hash, prefix, scopes, created_at)
      values ($1, $2, null, $3, $4, $5, 'clw', '{}', now())`,
      [id, ...holders, Buffer.from(id)],
    );
  };
  await addKey([null, ownerId, null]);
  await addKey([null, null, approverId]);
  await expect(addKey([null, null, null])).rejects.toThrow(/api_keys_holder_check/);
  await expect(addKey([agentId, ownerId, null])).rejects.toThrow(/api_keys_holder_check/);
  expect(await rows('select count(*)::int as keys from api_keys')).toEqual([{ keys: 3 }]);
});
