import { beforeAll, describe, expect, it } from 'vitest';
import {
  createApprover,
  type OwnedAgent,
  openChannel,
  ownerOf,
  registerAgent,
  untilStatus,
} from '../testkit/actors.ts';
import { decide as decideByKey, heldOfAnother, holdingAgent } from '../testkit/approvals.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { ask, type Credential, mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';

const clock = createManualClock();
const platform = platformForFile({
  clock,
  env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '10000', WS_HEARTBEAT_TIMEOUT_SECONDS: '86400' },
});
const query = databaseClient(() => platform.databaseUrl);
let agent: OwnedAgent;
let approver: Credential & { readonly id: string };

beforeAll(async () => {
  ({ agent } = await holdingAgent(platform));
  approver = await createApprover(platform, agent, { displayName: 'Ann Approver' });
});

async function hold(input: object = {}) {
  const { id: approvalId, request, sender } = await heldOfAnother(platform, agent, input);
  return { approvalId, requestId: request.id, sender };
}

const link = (approvalId: string, { by = ownerOf(agent), approverId = approver.id } = {}) =>
  mutate(platform, 'createApprovalLink', { approvalId, approverId }, 'url expiresAt', by);

/** The link's path. */
const pathTo = async (approvalId: string): Promise<string> => (await link(approvalId)).url;

const open = (path: string, init: RequestInit = {}) => fetch(platform.url + path, init);

const decide = (path: string, fields: Readonly<Record<string, string>>, headers: Record<string, string> = {}) =>
  open(path, {
    method: 'POST',
    // As a browser sends it from a page without a referrer.
    headers: { origin: 'null', 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams(fields),
  });

const digestIn = (page: string): string => /name="digest" value="([0-9a-f]+)"/.exec(page)?.[1] ?? '';

const approvalOf = async (id: string) =>
  (await ask(platform, 'query ($id: ID!) { approval(id: $id) { status revision } }', { id }, ownerOf(agent))).approval;

describe('createApprovalLink', () => {
  it('is for the owner, and an approver of that agent and action', async () => {
    const { approvalId } = await hold();
    const made = await link(approvalId);
    expect(made.url).toMatch(/^\/approvals\/l\/[\w-]{43}$/);
    const other = await registerAgent(platform);
    expect((await link(approvalId, { by: ownerOf(other) })).__typename).toBe('ApprovalNotFoundError');
    expect((await link(approvalId, { approverId: (await createApprover(platform, other)).id })).__typename).toBe(
      'ApproverNotFoundError',
    );
    const ofElse = await createApprover(platform, agent, { actions: ['email.send'] });
    expect((await link(approvalId, { approverId: ofElse.id })).__typename).toBe('ApproverNotFoundError');
    const [stored] = await query('select encode(token_hash, $2) as hash from approval_links where approval_id = $1', [
      approvalId,
      'hex',
    ]);
    expect(made.url).not.toContain(stored?.hash);
  });
});

describe('a link', () => {
  it('shows what is asked to whoever opens it, and changes nothing however often that is', async () => {
    const { approvalId } = await hold();
    const path = await pathTo(approvalId);
    const before = await approvalOf(approvalId);
    for (let count = 0; count < 50; count += 1) {
      const method = count % 2 === 0 ? 'GET' : 'HEAD';
      const response = await open(path, { method, headers: { 'sec-purpose': 'prefetch' } });
      expect(response.status).toBe(200);
    }
    expect(await approvalOf(approvalId)).toEqual(before);
    const response = await open(path);
    const page = await response.text();
    expect(page).toContain('Ann Approver');
    expect(page).toContain(agent.handle);
    expect(page).toContain('calendar.schedule');
    expect(page).toContain('&quot;title&quot;: &quot;Standup&quot;');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-robots-tag')).toContain('noindex');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).not.toContain('<script');
  });

  it('shows what does not show', async () => {
    const { approvalId } = await hold({
      params: { title: 'a\u202Eb\u{E0041}c\u200Bd<script>', duration_minutes: 30 },
    });
    const page = await (await open(await pathTo(approvalId))).text();
    expect(page).toContain('a<mark>U+202E</mark>b<mark>U+E0041</mark>c<mark>U+200B</mark>d&lt;script&gt;');
  });

  it('approves by its form, as that approver, and then leads nowhere', async () => {
    const channel = await openChannel(platform, agent);
    const { approvalId, requestId } = await hold();
    const path = await pathTo(approvalId);
    const digest = digestIn(await (await open(path)).text());
    const done = await decide(path, { verdict: 'APPROVE', digest, comment: 'Go on' });
    expect(done.status).toBe(200);
    expect(await done.text()).toContain('Approved');
    await channel.received(requestId);
    const rows = await query(
      'select decider_kind, decider_id, key_id, via, comment from approval_decisions where approval_id = $1',
      [approvalId],
    );
    expect(rows).toEqual([
      { decider_kind: 'APPROVER', decider_id: approver.id, key_id: null, via: 'LINK', comment: 'Go on' },
    ]);
    for (const again of [await open(path), await decide(path, { verdict: 'DENY', digest })]) {
      expect(again.status).toBe(404);
    }
    const twice = await decide(path, { verdict: 'APPROVE', digest, comment: 'Go on' });
    expect(twice.status, 'a form that is sent twice says what came of it').toBe(200);
    expect(await twice.text()).toContain('Approved');
    expect(await approvalOf(approvalId)).toMatchObject({ status: 'APPROVED' });
  });

  it('denies by its form, with a word to the sender', async () => {
    const { approvalId, requestId, sender } = await hold();
    const path = await pathTo(approvalId);
    const digest = digestIn(await (await open(path)).text());
    const denied = await decide(path, { verdict: 'DENY', digest, toSender: ' Not this week,\r\nask again ' });
    expect(await denied.text()).toContain('Denied');
    const { error } = await untilStatus(platform, requestId, sender, 'REJECTED');
    expect(error.message).toBe('Not this week,\nask again');
  });

  it('takes texts of 500 characters in any script, and gives back what was written where one is longer', async () => {
    const { approvalId, requestId, sender } = await hold();
    const path = await pathTo(approvalId);
    const digest = digestIn(await (await open(path)).text());
    const long = `\n<b>${'長'.repeat(497)}`;
    const refused = await decide(path, { verdict: 'DENY', digest, comment: `x${long}`, toSender: 'Later' });
    expect(refused.status).toBe(422);
    const page = await refused.text();
    expect(page).toContain('comment');
    expect(page).toContain('at most 500');
    expect(page).toContain(`name="comment" rows="2" maxlength="500">\nx\n&lt;b&gt;長長`);
    expect(page).toContain('>\nLater</textarea>');
    const most = '長'.repeat(500);
    expect((await decide(path, { verdict: 'DENY', digest, comment: most, toSender: most })).status).toBe(200);
    expect((await untilStatus(platform, requestId, sender, 'REJECTED')).error.message).toBe(most);
  });

  it('decides about nothing else than what was shown, and about nothing that another site sends', async () => {
    const { approvalId } = await hold();
    const path = await pathTo(approvalId);
    const digest = digestIn(await (await open(path)).text());
    const changed = await decide(path, {
      verdict: 'APPROVE',
      digest: digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    });
    expect(changed.status).toBe(409);
    expect(digestIn(await changed.text())).toBe(digest);
    const foreign = await decide(path, { verdict: 'APPROVE', digest }, { 'sec-fetch-site': 'cross-site' });
    expect(foreign.status).toBe(403);
    expect((await decide(path, { verdict: 'PERHAPS', digest })).status).toBe(422);
    expect(await approvalOf(approvalId)).toMatchObject({ status: 'PENDING' });
  });

  it('takes nothing of what its approver may decide about others', async () => {
    const { approvalId } = await hold();
    const path = await pathTo(approvalId);
    for (let count = 0; count < 60; count += 1) await decide(path, { verdict: 'DENY', digest: 'none' });
    expect((await decide(path, { verdict: 'DENY', digest: 'none' })).status).toBe(429);
    const other = (await hold()).approvalId;
    const denied = await decideByKey(platform, { id: other, digest: 'none' }, approver, { verdict: 'DENY' });
    expect(denied.__typename).toBe('ApprovalChangedError');
  });

  it('leads nowhere, to the byte alike, when it is made up, when its approver is removed, and when its time is over', async () => {
    const removed = await createApprover(platform, agent);
    const { approvalId } = await hold();
    const { url: ofRemoved } = await link(approvalId, { approverId: removed.id });
    await mutateSuccessfully(platform, 'removeApprover', { approverId: removed.id }, 'approver { id }', ownerOf(agent));
    const over = await pathTo(approvalId);
    clock.advance(25 * 3_600_000);
    const answers = await Promise.all(
      [`/approvals/l/${'A'.repeat(43)}`, '/approvals/l/short', ofRemoved, over].map(async (path) => {
        const response = await open(path);
        return [response.status, await response.text()];
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.[0]).toBe(404);
  });

  it('is in no line of the log', async () => {
    const { approvalId } = await hold();
    const path = await pathTo(approvalId);
    await open(path);
    await decide(path, { verdict: 'DENY', digest: 'none' });
    const token = path.split('/').at(-1) ?? '';
    expect(JSON.stringify(platform.log.lines)).not.toContain(token);
  });
});
