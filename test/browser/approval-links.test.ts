import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApprover, ownerOf, untilStatus } from '../testkit/actors.ts';
import { type AskingAgent, askingAgent, heldFor, readApproval } from '../testkit/approvals.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectGoodPage, launchBrowser, logIn, openPage, openWithKey, SCREENS, takeSecret } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  const env = { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '1000' };
  [platform, browser] = await Promise.all([startTestPlatform({ env }), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const MEETING = { params: { title: 'Stand\u202eup', duration_minutes: 45 } };

async function held() {
  const world = await askingAgent(platform);
  return { ...world, pending: await heldFor(platform, world, MEETING) };
}

const linkTo = async ({ agent, approver }: AskingAgent, approvalId: string): Promise<string> => {
  const input = { approvalId, approverId: approver.id };
  return (await mutateSuccessfully(platform, 'createApprovalLink', input, 'url', ownerOf(agent))).url;
};

const openLink = (path: string, screen: (typeof SCREENS)[number] = SCREENS[0]) =>
  openPage(browser, platform, { path, ...screen });

/** In a browser that runs no program, as the page needs none. */
const openPlainly = (path: string) => openPage(browser, platform, { path, javaScriptEnabled: false });

const decide = (page: Page, verdict: 'Approve' | 'Deny') => page.getByRole('button', { name: verdict }).click();

describe('the page of a link', () => {
  it.each(SCREENS)('decides by its form, without a program: $colorScheme', async (screen) => {
    const world = await held();
    const path = await linkTo(world, world.pending.id);
    const looking = await openLink(path, screen);
    await looking.page.getByText('StandU+202Eup').waitFor();
    await expectGoodPage(looking.page);
    const { page, complaints, hosts } = await openPlainly(path);
    await page.getByLabel('Comment').fill('Known to me');
    await page.getByLabel('To the sender').fill('Gladly');
    await decide(page, 'Approve');
    await page.getByRole('heading', { name: 'Approved' }).waitFor();
    const now = await readApproval(platform, world.pending.id, ownerOf(world.agent));
    expect(now).toMatchObject({
      status: 'APPROVED',
      decisions: [{ verdict: 'APPROVE', via: 'LINK', comment: 'Known to me', by: { id: world.approver.id } }],
    });
    const query = 'query ($id: ID!) { request(id: $id) { approval { toSender } } }';
    const { request } = await ask(platform, query, { id: world.pending.request.id }, world.sender);
    expect(request.approval.toSender).toBe('Gladly');
    expect([...hosts]).toEqual([new URL(platform.url).host]);
    expect([...complaints, ...looking.complaints]).toEqual([]);
  });

  it('changes nothing by being opened, as programs do that look for harm', async () => {
    const world = await held();
    const path = await linkTo(world, world.pending.id);
    const before = await readApproval(platform, world.pending.id, ownerOf(world.agent));
    const { page } = await openPlainly(path);
    await page.reload();
    expect((await page.request.head(path)).status()).toBe(200);
    expect((await page.request.get(path)).status()).toBe(200);
    expect(await readApproval(platform, world.pending.id, ownerOf(world.agent))).toEqual(before);
    await decide(page, 'Deny');
    await page.getByRole('heading', { name: 'Denied' }).waitFor();
    await untilStatus(platform, world.pending.request.id, world.sender, 'REJECTED');
  });

  it.each(SCREENS)('looks the same for what is over, of nobody any more, or made up: $colorScheme', async (screen) => {
    const [used, cancelled, ofNobody] = [await held(), await held(), await held()];
    const usedPath = await linkTo(used, used.pending.id);
    const first = await openLink(usedPath);
    await decide(first.page, 'Deny');
    await first.page.getByRole('heading', { name: 'Denied' }).waitFor();
    const cancelledPath = await linkTo(cancelled, cancelled.pending.id);
    const requestId = cancelled.pending.request.id;
    await mutateSuccessfully(platform, 'cancelRequest', { requestId }, 'request { id }', cancelled.sender);
    const removedPath = await linkTo(ofNobody, ofNobody.pending.id);
    const approverId = ofNobody.approver.id;
    await mutateSuccessfully(platform, 'removeApprover', { approverId }, 'approver { id }', ownerOf(ofNobody.agent));
    const { page } = await openLink(`/approvals/l/${'A'.repeat(43)}`, screen);
    await page.getByRole('heading', { name: 'This link leads nowhere' }).waitFor();
    await expectGoodPage(page);
    const alike = await page.content();
    for (const path of [usedPath, cancelledPath, removedPath]) {
      await page.goto(path);
      expect(await page.content()).toBe(alike);
    }
  });
});

describe('the console', () => {
  it.each(SCREENS)('makes its owner a link for an approver, shown once: $colorScheme', async (screen) => {
    const world = await held();
    await createApprover(platform, world.agent, { displayName: 'Grace Hopper', email: 'grace@example.org' });
    await createApprover(platform, world.agent, { displayName: 'Not hers', actions: ['calendar.cancel'] });
    const { page, complaints } = await openPage(browser, platform, screen);
    await logIn(page, world.agent.ownerKey);
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    await page.goto(`/admin/approvals/${world.pending.id}`);
    await page.getByRole('button', { name: 'Link for an approver' }).click();
    await page.getByRole('combobox', { name: 'Approver' }).click();
    const options = page.getByRole('option');
    await options.first().waitFor();
    expect(await options.allTextContents()).toEqual(['Test Approver', 'Grace Hopper, grace@example.org']);
    await options.last().click();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByText('It leads somewhere until').waitFor();
    const url = await takeSecret(page);
    expect(url.startsWith(`${platform.url}/approvals/l/`)).toBe(true);
    const link = await openLink(url, screen);
    await link.page.getByText('You decide as Grace Hopper').waitFor();
    expect(complaints).toEqual([]);
  });

  it('makes an approver none, and says where approvers are made where there is none', async () => {
    const world = await held();
    const path = `/admin/approvals/${world.pending.id}`;
    const approver = await openWithKey(browser, platform, { key: world.approver.apiKey, path });
    await approver.page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    expect(await approver.page.getByRole('button', { name: 'Link for an approver' }).count()).toBe(0);
    const approverId = world.approver.id;
    await mutateSuccessfully(platform, 'removeApprover', { approverId }, 'approver { id }', ownerOf(world.agent));
    const owner = await openWithKey(browser, platform, { key: world.agent.ownerKey, path });
    await owner.page.getByRole('button', { name: 'Link for an approver' }).click();
    await owner.page.getByText('No approver decides about this action').waitFor();
    await expectGoodPage(owner.page);
    await owner.page.getByRole('link', { name: 'among the approvers' }).click();
    await owner.page.getByText('No approvers').waitFor();
  });
});
