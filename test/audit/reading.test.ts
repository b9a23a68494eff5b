import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/domain/signed-note.ts';
import { rest } from '../rest/rest-client.ts';
import {
  type Agent,
  createApprover,
  type OwnedAgent,
  ownerOf,
  registerAgent,
  registerSender,
  type Sender,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { askingAgent, decide, heldFor } from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, mutateSuccessfully, send } from '../testkit/graphql.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';

/** An address that the platform may not call, which nothing here waits for. */
const platform = platformForFile({ env: { AUDIT_ANCHOR_URL: 'https://127.0.0.1:9/checkpoints' } });
const database = databaseClient(() => platform.databaseUrl);

type Noted = {
  readonly agent?: Agent;
  readonly sender?: Sender | Agent;
  readonly requestId?: string;
  readonly type?: string;
  readonly actorId?: string;
  readonly at?: string;
  readonly address?: string;
};

/** Puts something on record that nothing else does here. Answers the entry's id. */
async function note({
  agent,
  sender,
  requestId,
  type = 'key.expired',
  at = 'now',
  address,
  ...who
}: Noted): Promise<string> {
  const [row] = await database(
    `insert into audit_events (type, at, actor_kind, actor_id, subject_kind, subject_id, agent_id, sender_id, request_id, data)
     values ($1, $2, 'owner', $3, 'key', null, $4, $5, $6, '{"b": 1, "a": "x"}') returning entry_id`,
    [type, at, who.actorId ?? null, agent?.id ?? null, sender?.id ?? null, requestId ?? null],
  );
  const id = String(row?.entry_id);
  if (address !== undefined) {
    await database('insert into audit_details (entry_id, salt, details) values ($1, $2, $3)', [
      id,
      Buffer.alloc(16),
      { address },
    ]);
  }
  return id;
}

const LIST = `query ($agentId: ID, $type: [String!], $requestId: ID, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
  auditEntries(agentId: $agentId, type: $type, requestId: $requestId, from: $from, to: $to, first: $first, after: $after) {
    totalCount
    isTotalCountExact
    pageInfo { hasNextPage endCursor }
    edges { node { id type at data details agentId agent { handle } actor { kind id } subject { kind id } } }
  }
}`;

const SEALED = `query ($type: [String!], $first: Int) {
  auditEntries(type: $type, first: $first) { edges { node { subject { id } isSealed } } }
}`;

const list = async (by: Credential, variables: object = {}) =>
  (await ask(platform, LIST, { type: ['key.expired'], ...variables }, by)).auditEntries;
const idsOf = async (by: Credential, variables: object = {}): Promise<string[]> =>
  (await list(by, variables)).edges.map(({ node }: { node: { id: string } }) => node.id);

describe('the audit trail', () => {
  let [agent, other]: OwnedAgent[] = [];
  let sender: Sender;
  let admin: Credential;
  let own: string;
  let asked: string;
  let others: string;
  let early: string;
  const requestId = randomUUID();

  beforeAll(async () => {
    // Before all else: entries are numbered in the order of their moments.
    early = await note({ at: '2026-01-02T00:00:00Z', type: 'limits.changed' });
    [agent, other] = [await registerAgent(platform), await registerAgent(platform)];
    sender = await registerSender(platform);
    admin = await logIn(platform);
    own = await note({ agent, address: '192.0.2.7' });
    asked = await note({ agent, sender, requestId });
    others = await note({ agent: other });
  });

  const theAgent = () => agent as OwnedAgent;

  it('is read by each as far as it is their own, newest first', async () => {
    expect(await idsOf(admin)).toEqual([others, asked, own]);
    expect(await idsOf(ownerOf(theAgent()))).toEqual([asked, own]);
    expect(await idsOf(ownerOf(other as OwnedAgent))).toEqual([others]);
    expect(await idsOf(sender)).toEqual([asked]);
    // An agent's own key sees what the agent sent, and nothing of what it was sent.
    expect(await idsOf(theAgent())).toEqual([]);
    const sent = await note({ agent: other as OwnedAgent, sender: theAgent(), type: 'key.expired' });
    expect(await idsOf(theAgent())).toEqual([sent]);
    expect(await idsOf(ownerOf(other as OwnedAgent))).toEqual([sent, others]);
    const approver = await createApprover(platform, theAgent());
    const refused = await send(platform, LIST, {}, approver);
    expect(refused.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('shows whoever it is about what nobody else is about', async () => {
    const keyOf = async (by: Credential) => {
      const made = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', by);
      const about = async (reader: Credential) =>
        (await list(reader, { type: null })).edges
          .map(({ node }: { node: { id: string; type: string; subject: { id: string } } }) => node)
          .filter(({ subject }: { subject: { id: string } }) => subject.id === made.key.id);
      const typesFor = async (reader: Credential) => (await about(reader)).map(({ type }: { type: string }) => type);
      await ask(platform, LIST, {}, { apiKey: made.apiKey });
      const used = "select from audit_events where subject_id = $1 and type = 'key.first_used'";
      await eventually(async () => expect(await database(used, [made.key.id])).toHaveLength(1));
      await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: made.key.id }, 'key { id }', by);
      return { about, typesFor };
    };
    const [owner, stranger] = [ownerOf(theAgent()), ownerOf(other as OwnedAgent)];
    const [ofOwner, ofSender] = await Promise.all([keyOf(owner), keyOf(sender)]);
    const all = ['key.revoked', 'key.first_used', 'key.created'];
    expect(await ofOwner.typesFor(owner)).toEqual(all);
    expect(await ofSender.typesFor(sender)).toEqual(all);
    expect(await ofOwner.typesFor(stranger)).toEqual([]);
    expect(await ofOwner.typesFor(sender)).toEqual([]);
    expect(await ofSender.typesFor(owner)).toEqual([]);
    expect(await list(owner, { type: ['key.revoked'] })).toMatchObject({ totalCount: 1, isTotalCountExact: true });
    const [revoked] = await ofOwner.about(owner);
    const proof = `{ auditProof(entryId: "${revoked.id}") }`;
    await eventually(async () => expect((await ask(platform, proof, {}, owner)).auditProof).toContain('tlog-proof'));
    const refused = await send(platform, proof, {}, stranger);
    expect(refused.errors?.[0]?.extensions?.code).toBe('AUDIT_ENTRY_NOT_FOUND');
  });

  it('shows an owner what is about the keys of the approvers that it made, also once those are removed', async () => {
    const [owner, stranger] = [ownerOf(theAgent()), ownerOf(other as OwnedAgent)];
    const approver = await createApprover(platform, theAgent());
    const [made] = await database('select id from api_keys where approver_id = $1', [approver.id]);
    const typesFor = async (reader: Credential) =>
      (await list(reader, { type: null })).edges
        .map(({ node }: { node: { type: string; subject: { id: string } } }) => node)
        .filter(({ subject }: { subject: { id: string } }) => subject.id === made?.id)
        .map(({ type }: { type: string }) => type);
    await send(platform, LIST, {}, approver);
    await eventually(async () => expect(await typesFor(owner)).toEqual(['key.first_used', 'key.created']));
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: made?.id }, 'key { id }', owner);
    await mutateSuccessfully(platform, 'removeApprover', { approverId: approver.id }, 'approver { id }', owner);
    expect(await typesFor(owner)).toEqual(['key.revoked', 'key.first_used', 'key.created']);
    expect(await typesFor(stranger)).toEqual([]);
    expect(await typesFor(sender)).toEqual([]);
  });

  it('finds by agent, type, request and moment', async () => {
    expect(await idsOf(admin, { agentId: other?.handle })).toContain(others);
    expect(await idsOf(admin, { agentId: other?.id })).not.toContain(own);
    expect(await idsOf(ownerOf(theAgent()), { agentId: theAgent().handle })).toEqual([asked, own]);
    expect(await idsOf(ownerOf(theAgent()), { agentId: other?.id })).toEqual([]);
    expect(await idsOf(sender, { agentId: theAgent().id })).toEqual([asked]);
    expect(await idsOf(admin, { requestId })).toEqual([asked]);
    expect(await idsOf(sender, { requestId })).toEqual([asked]);
    expect(await idsOf(ownerOf(other as OwnedAgent), { requestId })).toEqual([]);
    expect(await idsOf(admin, { requestId: 'none' })).toEqual([]);
    expect(await idsOf(admin, { agentId: 'no.such.agent' })).toEqual([]);
    const types = { type: ['limits.changed'] };
    expect(await idsOf(admin, { ...types, to: '2026-02-01T00:00:00Z' })).toEqual([early]);
    expect(await idsOf(admin, { ...types, from: '2026-02-01T00:00:00Z' })).toEqual([]);
    expect(await idsOf(admin, { to: '2026-02-01T00:00:00Z' })).toEqual([]);
    expect(await idsOf(admin, { from: '2026-02-01T00:00:00Z' })).toContain(own);
    expect(await idsOf(admin, { type: [] })).toEqual([]);
    const ofRequest = await note({ type: 'request.finished' });
    expect(await idsOf(admin, { type: ['request.finished'], first: 1 })).toEqual([ofRequest]);
    const both = { type: ['request.finished', 'limits.changed'], to: '2026-02-01T00:00:00Z' };
    expect(await idsOf(admin, both)).toEqual([early]);
  });

  it('is answered in pages that neither skip nor repeat', async () => {
    const all = await idsOf(admin);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(admin, { first: 1, after });
      seen.push(...page.edges.map(({ node }: { node: { id: string } }) => node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(all);
    expect(await list(admin)).toMatchObject({ totalCount: all.length, isTotalCountExact: true });
  });

  it('tells what is personal to administrators and to whoever did it', async () => {
    const [row] = await database('select owner_id from agents where id = $1', [theAgent().id]);
    const did = await note({
      agent: theAgent(),
      actorId: String(row?.owner_id),
      address: '192.0.2.8',
      type: 'webhook.changed',
    });
    const of = async (by: Credential, type: string) =>
      (await list(by, { type: [type] })).edges.map(({ node }: { node: { details: unknown } }) => node.details);
    expect(await of(ownerOf(theAgent()), 'webhook.changed')).toEqual([{ address: '192.0.2.8' }]);
    expect(await of(ownerOf(theAgent()), 'key.expired')).toEqual([null, null]);
    expect(await of(admin, 'key.expired')).toContainEqual({ address: '192.0.2.7' });
    expect(did).toBeDefined();
  });

  it('never tells the sender who decided', async () => {
    const { agent: asking, sender: asked, approver } = await askingAgent(platform);
    const pending = await heldFor(platform, { agent: asking, sender: asked });
    await decide(platform, pending, approver, { verdict: 'DENY' });
    const of = { type: null, requestId: pending.request.id };
    const decided = async (by: Credential) => JSON.stringify((await list(by, of)).edges);
    expect(await decided(asked)).toContain('request.finished');
    expect(await decided(asked)).not.toContain(approver.id);
    expect(await decided(ownerOf(asking))).toContain('approval.decided');
    expect(await decided(ownerOf(asking))).toContain(approver.id);
  });

  it('is read over REST alike', async () => {
    const { body } = await rest(platform, 'GET', '/v1/audit/entries?type=key.expired&limit=1', {
      key: theAgent().ownerKey,
    });
    expect(body.items).toMatchObject([
      {
        id: asked,
        type: 'key.expired',
        actor: { kind: 'owner', id: null, key_id: null },
        subject: { kind: 'key' },
        agent_id: theAgent().id,
        sender_id: sender.id,
        request_id: requestId,
        data: { a: 'x', b: 1 },
        details: null,
      },
    ]);
    const next = await rest(platform, 'GET', `/v1/audit/entries?type=key.expired&limit=1&cursor=${body.next_cursor}`, {
      key: theAgent().ownerKey,
    });
    expect(next.body.items).toMatchObject([{ id: own }]);
    expect(next.body.next_cursor).toBeNull();
    const bad = await rest(platform, 'GET', '/v1/audit/entries?from=yesterday&cursor=x', { key: theAgent().ownerKey });
    expect(bad.status).toBe(422);
  });

  it('is not looked through for what can be no type, which is said; one that only a later release has is on nothing', async () => {
    const { ownerKey } = theAgent();
    const message = expect.stringMatching(/^must be a type of entries.*request\.submitted/);
    const query = 'type=key.expired&type=foo&type=%00&type=';
    const refused = await rest(platform, 'GET', `/v1/audit/entries?${query}`, { key: ownerKey });
    const issues = [1, 2, 3].map((at) => ({ path: `type.${at}`, message }));
    expect(refused).toMatchObject({ status: 422, body: { type: '/docs#problem-invalid-input', errors: issues } });
    const { errors } = await send(platform, LIST, { type: ['Key.Expired'] }, ownerOf(theAgent()));
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/type\.0: must be a type of entries/), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    const later = await rest(platform, 'GET', '/v1/audit/entries?type=key.mislaid', { key: ownerKey });
    expect(later).toMatchObject({ status: 200, body: { items: [] } });
    expect(await list(ownerOf(theAgent()), { type: [] })).toMatchObject({ edges: [] });
  });

  it('of a deleted agent stays its owner’s, and is not whose who has the handle next', async () => {
    const former = await registerAgent(platform);
    const owner = ownerOf(former);
    const before = await note({ agent: former });
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: former.id }, 'agentId', owner);
    await mutateSuccessfully(platform, 'releaseHandle', { handle: former.handle }, 'handle', admin);
    const next = await registerAgent(platform, former.handle);
    expect(next.id).not.toBe(former.id);
    expect(await idsOf(owner, { agentId: former.id })).toEqual([before]);
    const types = { type: ['agent.registered', 'agent.deleted'] };
    const agentsOf = async (by: Credential) =>
      (await list(by, types)).edges.map(({ node }: { node: { type: string; agentId: string } }) => [
        node.type,
        node.agentId,
      ]);
    expect(await agentsOf(owner)).toEqual([
      ['agent.deleted', former.id],
      ['agent.registered', former.id],
    ]);
    expect(await agentsOf(ownerOf(next))).toEqual([['agent.registered', next.id]]);
    expect(await idsOf(ownerOf(next), { agentId: former.id })).toEqual([]);
    expect(await idsOf(ownerOf(theAgent()), { agentId: former.id })).toEqual([]);
    const proof = `{ auditProof(entryId: "${before}") }`;
    await eventually(async () => expect((await ask(platform, proof, {}, owner)).auditProof).toContain('tlog-proof'));
    const refused = await send(platform, proof, {}, ownerOf(next));
    expect(refused.errors?.[0]?.extensions?.code).toBe('AUDIT_ENTRY_NOT_FOUND');
  });

  it('goes on after it has looked at so many that are not asked for', async () => {
    const many = await registerSender(platform);
    await database(
      `insert into audit_events (type, at, actor_kind, subject_kind, sender_id, data)
       select case n when 1 then 'approver.created' else 'approver.removed' end, now(), 'owner', 'approver', $1, '{}'
       from generate_series(1, 10020) n order by n`,
      [many.id],
    );
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list(many, { type: ['approver.created'], after });
      expect(page.isTotalCountExact).toBe(false);
      seen.push(page.edges.length);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    // Of what is about the sender half as many are looked at as in all.
    expect(seen).toEqual([0, 0, 1]);
  });
});

describe('the outside anchor', () => {
  it('gets each checkpoint, at last, and holds nothing up while it does not', async () => {
    const receiver = await webhookReceiver();
    const anchored = await platformForTest({ env: { AUDIT_ANCHOR_URL: receiver.url, WEBHOOKS_ALLOW_PRIVATE: 'true' } });
    const { body: first, headers } = await receiver.calls.take();
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    const sender = await registerSender(anchored);
    const [{ key }] = (await ask(anchored, '{ auditKeys { key } }', {}, sender)).auditKeys;
    const sizeOf = (note: string) => openCheckpoint(note, [key])?.size ?? 0;
    expect(sizeOf(first)).toBeGreaterThan(0);

    const lines = () => anchored.log.lines.filter((line) => line.includes('anchored'));
    const by = await logIn(anchored);
    const sealed = async () => {
      const { id } = await registerSender(anchored);
      await eventually(async () => {
        const of = { type: ['sender.registered'], first: 1 };
        const [{ node }] = (await ask(anchored, SEALED, of, by)).auditEntries.edges;
        expect(node).toMatchObject({ subject: { id }, isSealed: true });
      });
      return (await ask(anchored, '{ auditCheckpoint { size } }', {}, sender)).auditCheckpoint.size;
    };
    // It does not answer, then it answers with an error, then it sends elsewhere.
    const open = new Set<ServerResponse>();
    let mostOpen = 0;
    receiver.answerWith((response) => {
      open.add(response.once('close', () => open.delete(response)));
      mostOpen = Math.max(mostOpen, open.size);
    });
    await sealed();
    await eventually(() => expect(mostOpen).toBe(1));
    await sealed();
    expect(mostOpen).toBe(1);
    receiver.answerWith((response) => response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end());
    for (const response of open) response.writeHead(500).end();
    const before = receiver.received.length;
    await eventually(() => expect(receiver.received.length).toBeGreaterThan(before));
    const size = await sealed();
    expect(lines()).toEqual([expect.stringContaining('not anchored')]);

    receiver.answerWith(204);
    // The newest, though nothing has been sealed since.
    await eventually(() => expect(sizeOf(receiver.received.at(-1)?.body ?? '')).toBeGreaterThanOrEqual(size));
    await eventually(() => expect(lines()).toEqual([expect.any(String), expect.stringContaining('anchored again')]));
    expect(receiver.received.every(({ path }) => path === '/hook')).toBe(true);
  });

  it('is not called where the platform may call nobody', async () => {
    await eventually(() => {
      const said = platform.log.lines.filter((line) => line.includes('not anchored'));
      expect(said).toEqual([expect.stringContaining('no answer: address')]);
    });
  });
});
