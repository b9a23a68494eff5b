import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, type OwnedAgent, type Sender, submitAccepted } from '../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectGoodPage, launchBrowser, openAdmin, openWithKey, SCREENS } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
let agent: OwnedAgent;
let foreign: OwnedAgent;
let sender: Sender;
let requestId: string;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
  ({ agent, sender } = await agentAndSender(platform));
  ({ agent: foreign } = await agentAndSender(platform));
  ({ id: requestId } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' }));
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

/** Looks again until the entry that is shown first has its place in the tree. */
async function openSealed(page: Page, type: string): Promise<void> {
  const row = page.getByRole('row').filter({ hasText: type }).first();
  await row.waitFor();
  while ((await row.getByText('Waits').count()) > 0) {
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.waitForLoadState('networkidle');
  }
  await row.getByRole('button', { name: type }).click();
}

describe('the audit page', () => {
  it.each(SCREENS)('shows what happened, and gives each entry with its proof: $colorScheme', async (screen) => {
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await page.goto('/admin/audit?type=request.submitted');
    await page.getByText(/sealed; signed/).waitFor();
    await expectGoodPage(page);
    await openSealed(page, 'request.submitted');
    const dialog = page.getByRole('dialog', { name: 'request.submitted' });
    await dialog.getByText('calendar.schedule').waitFor();
    await expectGoodPage(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download the proof' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^entry-\d+\.tlog-proof$/);
    expect(readFileSync(await download.path(), 'utf8')).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex \d+\n/);
    expect(complaints).toEqual([]);
  });

  it('is an owner’s as far as it is its own, and is empty where nothing matches', async () => {
    const watched = await openWithKey(browser, platform, { key: agent.ownerKey, path: '/admin/audit' });
    const { page, complaints } = watched;
    await page.getByRole('row').filter({ hasText: 'request.submitted' }).waitFor();
    expect(await page.getByRole('row').filter({ hasText: foreign.handle }).count()).toBe(0);
    await page.goto(`/admin/audit?agent=${foreign.handle}`);
    await page.getByText('No entry matches').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('row').filter({ hasText: agent.handle }).first().waitFor();
    expect(complaints).toEqual([]);
  });

  it('has its part on the page of an agent, and on that of a request', async () => {
    const { page, complaints } = await openAdmin(browser, platform);
    await page.goto(`/admin/agents/${agent.handle}?tab=audit`);
    await page.getByRole('row').filter({ hasText: 'request.submitted' }).waitFor();
    await page.goto(`/admin/requests/${requestId}`);
    const part = page.getByRole('region', { name: 'On record' });
    await part.getByRole('row').filter({ hasText: 'request.submitted' }).waitFor();
    await expectGoodPage(page);
    expect(complaints).toEqual([]);
  });
});
