import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agentAndSender,
  complete,
  type OwnedAgent,
  openChannel,
  ownerOf,
  publishPolicies,
  type Sender,
  submitAccepted,
} from '../testkit/actors.ts';
import { ask, mutateSuccessfully } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectGoodPage, launchBrowser, logIn, openPage, SCREENS, type WatchedPage } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
let agent: OwnedAgent;
let foreign: OwnedAgent;
let sender: Sender;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
  ({ agent, sender } = await agentAndSender(platform));
  ({ agent: foreign } = await agentAndSender(platform));
  await publishPolicies(platform, agent, { rules: [] });
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

async function openWith(key: string, options: (typeof SCREENS)[number] = SCREENS[0]): Promise<WatchedPage> {
  const watched = await openPage(browser, platform, options);
  await logIn(watched.page, key);
  await watched.page.waitForURL(`${platform.url}/admin/**`);
  await watched.page.getByRole('heading', { level: 1 }).waitFor();
  return watched;
}

async function sectionsOf(page: Page): Promise<readonly string[]> {
  const sections = page.getByRole('navigation', { name: 'Sections' });
  return (await sections.getByRole('link').allTextContents()).map((text) => text.trim());
}

/** What the page's own session is answered. */
const answered = (page: Page, query: string): Promise<unknown> =>
  page.evaluate(async (asked) => {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: asked }),
    });
    const { errors } = await response.json();
    return errors?.[0]?.extensions.code ?? 'ok';
  }, query);

describe('an owner', () => {
  it('sees its own sections, and is refused the rest by pages and API', async () => {
    const { page, complaints } = await openWith(agent.ownerKey);
    expect(await sectionsOf(page)).toEqual(OWNER_SECTIONS);
    for (const path of ['overview', 'try', 'senders', 'administrators']) {
      await page.goto(`/admin/${path}`);
      await page.getByText('There is no such page').waitFor();
    }
    for (const query of ['{ admins { id } }', '{ senders { totalCount } }']) {
      expect([query, await answered(page, query)]).toEqual([query, 'FORBIDDEN']);
    }
    expect(complaints).toEqual([]);
  });

  it.each(SCREENS)('sees its own agents and what they are asked, live: $colorScheme', async (screen) => {
    const { page, complaints } = await openWith(agent.ownerKey, screen);
    await page.getByRole('link', { name: agent.handle }).waitFor();
    expect(await page.getByText(foreign.handle).count()).toBe(0);
    await page.getByText('1 agent', { exact: true }).waitFor();
    await expectGoodPage(page);
    await page.goto(`/admin/agents/${agent.handle}`);
    await page.getByRole('heading', { name: 'Test Agent' }).waitFor();
    await expectGoodPage(page);
    await page.goto('/admin/requests');
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await page.goto(`/admin/requests/${id}`);
    await page.getByRole('heading', { name: 'calendar.schedule' }).waitFor();
    await complete(platform, agent, id, { done: true });
    await page.getByText('Completed').first().waitFor();
    await expectGoodPage(page);
    await channel.close();
    expect(complaints).toEqual([]);
  });

  it.each(SCREENS)('makes another key of its own and logs in with it: $colorScheme', async (screen) => {
    const { page, complaints } = await openWith(agent.ownerKey, screen);
    await page.goto('/admin/keys');
    await page.getByRole('table', { name: 'Keys' }).waitFor();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'New key' }).click();
    const dialog = page.getByRole('dialog', { name: 'New key' });
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const text = await dialog.getByText(/clw_owner_/).textContent();
    await expectGoodPage(page);
    const again = await openWith(text ?? '', screen);
    await again.page.getByRole('link', { name: agent.handle }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('is out at once when its key is revoked', async () => {
    const { page } = await openWith(foreign.ownerKey);
    await page.getByRole('link', { name: foreign.handle }).waitFor();
    const by = ownerOf(foreign);
    const { viewer } = await ask(platform, '{ viewer { ... on Owner { apiKeys { id } } } }', {}, by);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: viewer.apiKeys[0].id }, 'key { id }', by);
    await page.getByText('Your session has ended. Log in again.').waitFor();
    await logIn(page, foreign.ownerKey);
    await page.getByText('That key is not right, or opens nothing any more.').waitFor();
  });
});

const OWNER_SECTIONS = ['Agents', 'Approvals', 'Requests', 'Audit', 'Keys'];
