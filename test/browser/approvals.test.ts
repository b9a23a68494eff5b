import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agentAndSender,
  createApprover,
  type OwnedAgent,
  openChannel,
  ownerOf,
  publishPolicies,
  readRequest,
  type Sender,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { decide, readApproval } from '../testkit/approvals.ts';
import { ask, type Credential, mutateSuccessfully } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import {
  dialogsGone,
  expectGoodPage,
  launchBrowser,
  logIn as logInWith,
  openAdmin,
  openPage,
  SCREENS,
} from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
let admin: Credential;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
  admin = await logIn(platform);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const REASON = 'Long meetings need a look';
const HOLDS = {
  rules: [{ condition: 'params_duration_minutes > 60', action: 'REQUIRE_APPROVAL', reason: REASON }],
};

/** What a person must not take for "Standup": its title says something else to a model. */
const HIDING = 'Stand\u200bup\u202e';

async function held(params: object = { title: HIDING, duration_minutes: 90 }) {
  const { agent, sender } = await agentAndSender(platform);
  await publishPolicies(platform, agent, HOLDS);
  return { agent, sender, ...(await holdAgain(agent, sender, params)) };
}

async function holdAgain(agent: OwnedAgent, sender: Sender, params: object) {
  const request = await submitAccepted(platform, agent, sender, { params, whenOffline: 'QUEUE' });
  expect(request.status).toBe('AWAITING_APPROVAL');
  const query =
    'query ($agentId: ID!) { approvals(agentId: $agentId, status: [PENDING]) { edges { node { id request { id } } } } }';
  const { approvals } = await ask(platform, query, { agentId: agent.id }, admin);
  const found = approvals.edges.find(
    ({ node }: { node: { request: { id: string } } }) => node.request.id === request.id,
  );
  return { requestId: request.id as string, approvalId: found.node.id as string };
}

const open = async (page: Page, approvalId: string) => {
  await page.goto(`/admin/approvals/${approvalId}`);
  await page.getByRole('region', { name: 'What is asked' }).waitFor();
};

const approving = (page: Page) => page.getByRole('dialog', { name: 'Approve this request?' });
const denying = (page: Page) => page.getByRole('dialog', { name: 'Deny this request?' });

describe('one approval', () => {
  it.each(SCREENS)(
    'shows what would be done, who asks and why it is held, with what does not show written out: $colorScheme',
    async (screen) => {
      const { approvalId } = await held();
      const { page, complaints } = await openAdmin(browser, platform, screen);
      await open(page, approvalId);
      const title = page.locator('[data-param="title"]');
      expect((await title.locator('.param-text').textContent()) ?? '').toBe('StandU+200BupU+202E');
      await page.locator('[data-param="duration_minutes"]').getByText('90').waitFor();
      await page.getByRole('region', { name: 'Why it is held' }).getByText(REASON).waitFor();
      await page.getByRole('region', { name: 'Who asks' }).getByText('Test Sender').waitFor();
      await page.getByRole('region', { name: 'Who asks' }).getByText('its first request here').waitFor();
      await expectGoodPage(page);
      await page.getByRole('button', { name: 'Approve', exact: true }).click();
      await approving(page).getByLabel('Comment').waitFor();
      await expectGoodPage(page);
      expect(complaints).toEqual([]);
    },
  );

  it('is approved with a word to the sender, and delivered', async () => {
    const { agent, sender, approvalId, requestId } = await held();
    const channel = await openChannel(platform, agent);
    const { page, complaints } = await openAdmin(browser, platform);
    await open(page, approvalId);
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByLabel('Comment').fill('Known to me');
    await page.getByLabel('To the sender').fill('See you there');
    await approving(page).getByRole('button', { name: 'Approve', exact: true }).click();
    await dialogsGone(page);
    await page.getByText('Approved').first().waitFor();
    await page.getByRole('list', { name: 'Who decided' }).getByText('Known to me').waitFor();
    await channel.received(requestId);
    await expectGoodPage(page);
    expect(await page.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);
    const query = 'query ($id: ID!) { request(id: $id) { approval { status toSender } } }';
    const { request } = await ask(platform, query, { id: requestId }, sender);
    expect(request.approval).toEqual({ status: 'APPROVED', toSender: 'See you there' });
    expect(complaints).toEqual([]);
  });

  it('is denied, and the request rejected', async () => {
    const { sender, approvalId, requestId } = await held();
    const { page } = await openAdmin(browser, platform, SCREENS[1]);
    await open(page, approvalId);
    await page.getByRole('button', { name: 'Deny' }).click();
    await denying(page).getByRole('button', { name: 'Deny' }).click();
    await dialogsGone(page);
    await page.getByText('Denied').first().waitFor();
    await expectGoodPage(page);
    expect((await readRequest(platform, requestId, sender)).status).toBe('REJECTED');
    await page.goto(`/admin/requests/${requestId}`);
    await page.locator('[data-step="approval"]').getByText('Approval: denied').waitFor();
    await expectGoodPage(page);
  });

  it('is not decided by what was not seen: a change in between is shown, and asked about again', async () => {
    const { agent, sender, approvalId, requestId } = await held();
    const { page } = await openAdmin(browser, platform);
    await open(page, approvalId);
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByLabel('Comment').waitFor();
    await publishPolicies(platform, agent, {
      rules: [...HOLDS.rules, { condition: "action == 'other'", action: 'REJECT' }],
    });
    await approving(page).getByRole('button', { name: 'Approve', exact: true }).click();
    await approving(page).getByRole('list', { name: 'What changed' }).getByText('version 2').waitFor();
    await expectGoodPage(page);
    expect((await readRequest(platform, requestId, sender)).status).toBe('AWAITING_APPROVAL');
    await page.getByRole('button', { name: 'Approve as it is now' }).click();
    await dialogsGone(page);
    await untilStatus(platform, requestId, sender, 'PENDING');
  });

  it('that somebody else decided meanwhile says so', async () => {
    const { sender, approvalId, requestId } = await held();
    const { page } = await openAdmin(browser, platform);
    await open(page, approvalId);
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByLabel('Comment').waitFor();
    const other = await openAdmin(browser, platform);
    await open(other.page, approvalId);
    await other.page.getByRole('button', { name: 'Deny' }).click();
    await denying(other.page).getByRole('button', { name: 'Deny' }).click();
    await dialogsGone(other.page);
    await approving(page).getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('It was decided meanwhile').waitFor();
    await page.getByRole('button', { name: 'I see' }).click();
    await page.getByText('Denied').first().waitFor();
    expect((await readRequest(platform, requestId, sender)).status).toBe('REJECTED');
  });

  it('that is not there is said not to be', async () => {
    const { page } = await openAdmin(browser, platform);
    await page.goto('/admin/approvals/0198c0de-0000-7000-8000-000000000000');
    await page.getByText('There is no such approval').waitFor();
  });
});

describe('the request that is held', () => {
  it.each(SCREENS)('leads to its approval, and tells live who decided, how and why: $colorScheme', async (screen) => {
    const { agent, approvalId, requestId } = await held();
    const approver = await createApprover(platform, agent, { displayName: 'Grace Hopper' });
    const watched = await openPage(browser, platform, screen);
    const { page, complaints } = watched;
    await logInWith(page, agent.ownerKey);
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    await page.goto(`/admin/requests/${requestId}`);
    await page.locator('[data-step="held"]').getByText('One approval is needed').waitFor();
    await expectGoodPage(page);
    const pending = await readApproval(platform, approvalId, ownerOf(agent));
    const said = { comment: 'Known to me', toSender: 'See you there' };
    expect((await decide(platform, pending, approver, said)).approval.status).toBe('APPROVED');
    const step = page.locator('[data-step="decision-0"]');
    await step.getByText('Grace Hopper approved').waitFor();
    await step.getByText('Known to me').waitFor();
    await step.getByText('by GraphQL').waitFor();
    await page.locator('[data-step="approval"]').getByText('See you there').waitFor();
    await expectGoodPage(page);
    await page.getByRole('link', { name: 'Its approval' }).click();
    await page.waitForURL(`**/approvals/${approvalId}`);
    expect(complaints).toEqual([]);
  });

  it('leads whoever may decide to where that is done', async () => {
    const { approvalId, requestId } = await held();
    const { page } = await openAdmin(browser, platform);
    await page.goto(`/admin/requests/${requestId}`);
    await page.getByRole('link', { name: 'Decide about it' }).click();
    await page.waitForURL(`**/approvals/${approvalId}`);
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  });
});

describe('the keys of an approval', () => {
  it('lead to the next one and open dialogs, but decide nothing', async () => {
    const { agent, sender, approvalId, requestId } = await held();
    const next = await holdAgain(agent, sender, { title: 'Another', duration_minutes: 100 });
    const { page } = await openAdmin(browser, platform);
    await open(page, approvalId);
    await page.keyboard.press('?');
    await page.getByRole('table', { name: 'Keys' }).getByText('Approve: opens its dialog').waitFor();
    await expectGoodPage(page);
    await page.keyboard.press('Escape');
    await dialogsGone(page);
    await page.keyboard.press('d');
    await page.getByText('Deny this request?').waitFor();
    expect(await page.getByLabel('Comment').inputValue()).toBe('');
    // In the dialog keys are typed, and Enter only begins a line.
    await page.keyboard.press('a');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel('Comment').inputValue()).toBe('a\n');
    await page.keyboard.press('Escape');
    await dialogsGone(page);
    await page.keyboard.press('j');
    await page.waitForURL(`**/approvals/${next.approvalId}`);
    await page.locator('[data-param="title"]').getByText('Another').waitFor();
    await page.keyboard.press('k');
    await page.waitForURL(`**/approvals/${approvalId}`);
    await page.locator('[data-param="title"]').getByText('Stand').waitFor();
    await page.keyboard.press('a');
    await page.getByText('Approve this request?').waitFor();
    expect((await readRequest(platform, requestId, sender)).status).toBe('AWAITING_APPROVAL');
  });
});

describe('an approver', () => {
  it.each(SCREENS)('comes from the list with a key and decides in the dialog: $colorScheme', async (screen) => {
    const { agent, sender, approvalId, requestId } = await held();
    const approver = { agentIds: [agent.id], displayName: 'Grace Hopper' };
    const { apiKey } = await mutateSuccessfully(platform, 'createApprover', approver, 'apiKey', admin);
    const { page, complaints } = await openPage(browser, platform, screen);
    await logInWith(page, apiKey);
    await page.locator(`a[href$="/approvals/${approvalId}"]`).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('d');
    await page.getByText('Deny this request?').waitFor();
    await page.keyboard.press('Escape');
    await dialogsGone(page);
    await page.getByRole('region', { name: 'Who asks' }).waitFor();
    expect(await page.getByText('The request and its timeline').count()).toBe(0);
    await expectGoodPage(page);
    expect((await readRequest(platform, requestId, sender)).status).toBe('AWAITING_APPROVAL');
    await page.keyboard.press('d');
    await page.getByLabel('To the sender').fill('Not this week');
    await denying(page).getByRole('button', { name: 'Deny' }).click();
    await page.getByRole('list', { name: 'Who decided' }).getByText('Grace Hopper denied').waitFor();
    expect((await readRequest(platform, requestId, sender)).error.message).toBe('Not this week');
    expect(complaints).toEqual([]);
  });
});
