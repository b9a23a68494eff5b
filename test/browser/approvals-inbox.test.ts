import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agentAndSender,
  CALENDAR,
  createApprover,
  type OwnedAgent,
  publishCapabilities,
  publishPolicies,
  type Sender,
  submitAccepted,
} from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { dialogsGone, expectGoodPage, launchBrowser, openWithKey, SCREENS, type WatchedPage } from './admin-browser.ts';

const REASON = 'Somebody looks at all of them';
const HOLDS = { rules: [{ condition: 'true', action: 'REQUIRE_APPROVAL', reason: REASON }] };

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

/** An agent whose every request is held, and a sender. */
async function strict(): Promise<{ agent: OwnedAgent; sender: Sender }> {
  const pair = await agentAndSender(platform);
  await publishCapabilities(platform, pair.agent, [CALENDAR, { ...CALENDAR, action: 'calendar.cancel' }]);
  await publishPolicies(platform, pair.agent, HOLDS);
  return pair;
}

const hold = ({ agent, sender }: { agent: OwnedAgent; sender: Sender }, input: object = {}) =>
  submitAccepted(platform, agent, sender, input);

async function openInbox(key: string, screen: (typeof SCREENS)[number] = SCREENS[0]): Promise<WatchedPage> {
  const watched = await openWithKey(browser, platform, { key, path: '/admin/approvals', ...screen });
  await watched.page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
  return watched;
}

const rows = (page: Page) => page.locator('tr[data-approval]');
const actions = async (page: Page) =>
  (await rows(page).locator('a.row-link').allTextContents()).map((text) => text.trim());

describe('the inbox', () => {
  it.each(SCREENS)(
    'shows what waits, what has the least time left first, as it comes and goes: $colorScheme',
    async (screen) => {
      const pair = await strict();
      const { page, complaints } = await openInbox(pair.agent.ownerKey, screen);
      await page.getByText('Nothing waits for a decision').waitFor();
      await expectGoodPage(page);
      await hold(pair);
      await rows(page).first().waitFor();
      expect(await page.title()).toMatch(/^\(1\) Approvals/);
      const sooner = await hold(pair, { action: 'calendar.cancel', expiresInSeconds: 3_600 });
      await rows(page).nth(1).waitFor();
      expect(await actions(page)).toEqual(['calendar.cancel', 'calendar.schedule']);
      expect(await rows(page).first().textContent()).toContain(REASON);
      await expectGoodPage(page);
      await mutateSuccessfully(platform, 'cancelRequest', { requestId: sooner.id }, 'request { id }', pair.sender);
      await rows(page).nth(1).waitFor({ state: 'detached' });
      expect(await actions(page)).toEqual(['calendar.schedule']);
      await page.getByText('Over', { exact: true }).click();
      await page.getByText('Cancelled').waitFor();
      expect(page.url()).toContain('show=resolved');
      await expectGoodPage(page);
      expect(complaints).toEqual([]);
    },
  );

  it('is an approver’s only section, and shows what that approver decides', async () => {
    const pair = await strict();
    const others = await strict();
    await hold(others);
    await hold(pair);
    const { apiKey } = await createApprover(platform, pair.agent, { actions: ['calendar.cancel'] });
    const { page, complaints } = await openInbox(apiKey);
    const sections = page.getByRole('navigation', { name: 'Sections' }).getByRole('link');
    expect((await sections.allTextContents()).map((text) => text.trim())).toEqual(['Approvals']);
    await page.getByText('Nothing waits for a decision').waitFor();
    await hold(pair, { action: 'calendar.cancel' });
    await rows(page).first().waitFor();
    expect(await actions(page)).toEqual(['calendar.cancel']);
    await page.locator('.connection[data-live="true"]').waitFor({ state: 'attached' });
    await page.goto('/admin/');
    await page.waitForURL('**/admin/approvals');
    await page.goto('/admin/requests');
    await page.getByText('There is no such page').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is gone through with keys, of which none decides', async () => {
    const pair = await strict();
    await hold(pair, { expiresInSeconds: 3_600 });
    await hold(pair, { action: 'calendar.cancel' });
    const { page } = await openInbox(pair.agent.ownerKey);
    await rows(page).nth(1).waitFor();
    const focused = () => page.evaluate('document.activeElement.textContent');
    // Nothing is chosen yet.
    await page.keyboard.press('a');
    await page.keyboard.press('j');
    expect(await focused()).toBe('calendar.schedule');
    await page.keyboard.press('j');
    expect(await focused()).toBe('calendar.cancel');
    await page.keyboard.press('k');
    expect(await focused()).toBe('calendar.schedule');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await dialogsGone(page);
    const id = await rows(page).first().getAttribute('data-approval');
    await page.keyboard.press('d');
    // Where its dialog is open; the page takes the wish out of the address.
    await page.waitForURL(({ pathname }) => pathname === `/admin/approvals/${id}`);
  });
});
