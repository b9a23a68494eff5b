import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, openChannel, registerAgent, submit, submitAccepted } from '../testkit/actors.ts';
import { ask, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { dialogsGone, expectGoodPage, launchBrowser, openAdmin, SCREENS } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

async function registerNamed(displayName: string): Promise<{ readonly id: string; readonly apiKey: string }> {
  const { sender, apiKey } = await mutateSuccessfully(
    platform,
    'registerSender',
    { displayName },
    'apiKey sender { id }',
  );
  return { ...sender, apiKey };
}

describe('the senders', () => {
  it.each(SCREENS)('are found by name or id: $colorScheme', async (screen) => {
    const stem = uniqueHandle('finder');
    const found = await registerNamed(`${stem} & Söhne`);
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await page.goto('/admin/senders');
    await page.getByRole('table', { name: 'Senders' }).waitFor();
    await expectGoodPage(page);
    await page.getByLabel('Search').fill(stem);
    await page.waitForURL(/search=/);
    const row = page.locator(`[data-sender="${found.id}"]`);
    await row.getByText('& Söhne').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('[data-sender]').length === 1);
    await page.getByLabel('Search').fill(`${stem}nobody`);
    await page.getByText('No sender matches').waitFor();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByLabel('Search').fill(found.id);
    await page.waitForURL((url) => url.searchParams.get('search') === found.id);
    await page.waitForFunction(() => document.querySelectorAll('[data-sender]').length === 1);
    await row.getByRole('link').click();
    await page.getByText('It has not asked for anything yet').waitFor();
    await expectGoodPage(page);
    expect(complaints).toEqual([]);
  });

  it('are found by words that are typed with a pause between them', async () => {
    const stem = uniqueHandle('paused');
    await registerNamed(`${stem} Corp`);
    const { page, complaints } = await openAdmin(browser, platform);
    await page.goto('/admin/senders');
    const search = page.getByLabel('Search');
    await search.pressSequentially(`${stem} `);
    await page.waitForURL((url) => url.searchParams.get('search') === stem);
    await page.waitForFunction(() => document.querySelectorAll('[data-sender]').length === 1);
    await search.pressSequentially('Corp');
    await page.waitForURL((url) => url.searchParams.get('search') !== stem);
    expect(await search.inputValue()).toBe(`${stem} Corp`);
    await page.getByRole('table', { name: 'Senders' }).getByText(`${stem} Corp`).waitFor();
    expect(complaints).toEqual([]);
  });

  it('are suspended with a reason, which stops them, and go on afterwards', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const { page, complaints } = await openAdmin(browser, platform);
    await page.goto(`/admin/senders/${sender.id}`);
    await page.getByRole('table', { name: 'Requests' }).getByText('calendar.schedule').waitFor();
    await page.getByRole('button', { name: 'Suspend' }).click();
    expect(await page.getByRole('button', { name: 'Suspend the sender' }).isDisabled()).toBe(true);
    await page.getByLabel('Reason').fill('Floods everybody');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Suspend the sender' }).click();
    await dialogsGone(page);
    await page.getByText('Floods everybody').waitFor();
    await expectGoodPage(page);
    expect((await submit(platform, agent, sender)).__typename).toBe('SuspendedError');

    await page.goto('/admin/senders?suspended=yes');
    await page.locator(`[data-sender="${sender.id}"]`).getByText('Suspended').waitFor();
    await page.locator(`[data-sender="${sender.id}"]`).getByRole('link').click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Resume the sender' }).click();
    await page.getByRole('button', { name: 'Suspend', exact: true }).waitFor();
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    expect(complaints).toEqual([]);
  });

  it('get a new key for one that was lost', async () => {
    const { id } = await registerNamed('Forgetful');
    const { page, complaints } = await openAdmin(browser, platform);
    await page.goto(`/admin/senders/${id}`);
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Label').fill('After the fire');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const apiKey = (await page.locator('[data-secret]').textContent()) ?? '';
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByRole('table', { name: 'Keys' }).getByText('After the fire').waitFor();
    const viewer = '{ viewer { ... on Sender { id } } }';
    expect(await ask(platform, viewer, {}, { apiKey })).toEqual({ viewer: { id } });
    expect(complaints).toEqual([]);
  });

  it('that are not there are said not to be', async () => {
    const { page } = await openAdmin(browser, platform);
    await page.goto('/admin/senders/0198c0de-0000-7000-8000-000000000000');
    await page.getByText('There is no such sender').waitFor();
  });
});

describe('an agent', () => {
  it('is suspended on its page, which ends its channels, and resumed', async () => {
    const agent = await registerAgent(platform);
    const channel = await openChannel(platform, agent);
    const { page, complaints } = await openAdmin(browser, platform, SCREENS[1]);
    await page.goto(`/admin/agents/${agent.handle}`);
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByLabel('Reason').fill('Answers nonsense');
    await page.getByRole('button', { name: 'Suspend the agent' }).click();
    await page.getByText('Answers nonsense').waitFor();
    expect(await channel.events.ended()).toBeTruthy();
    await dialogsGone(page);
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Resume the agent' }).click();
    await page.getByRole('button', { name: 'Suspend', exact: true }).waitFor();
    await openChannel(platform, agent);
    expect(complaints).toEqual([]);
  });
});

describe('the handle of a deleted agent', () => {
  it.each(SCREENS)('is seen resting, and released: $colorScheme', async (screen) => {
    const [agent, other] = [await registerAgent(platform), await registerAgent(platform)];
    for (const { id, ownerKey } of [agent, other]) {
      await mutateSuccessfully(platform, 'deleteAgent', { agentId: id }, 'agentId', { apiKey: ownerKey });
    }
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await page.getByRole('link', { name: 'Resting handles' }).click();
    const row = page.locator(`[data-resting="${agent.handle}"]`);
    await row.waitFor();
    await page.locator(`[data-resting="${other.handle}"]`).waitFor();
    await expectGoodPage(page);
    await page.getByLabel('Begins with').fill(agent.handle);
    await page.locator(`[data-resting="${other.handle}"]`).waitFor({ state: 'detached' });
    await row.getByRole('button', { name: `Release ${agent.handle}` }).click();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Release it' }).click();
    await dialogsGone(page);
    await page.getByText('No resting handle begins so').waitFor();
    await expectGoodPage(page);
    await registerAgent(platform, agent.handle);
    expect(complaints).toEqual([]);
  });
});

describe('invitations', () => {
  it.each(SCREENS)('are made with a code that is shown once, and revoked: $colorScheme', async (screen) => {
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await page.goto('/admin/invitations');
    await page.getByRole('heading', { name: 'Invitations', level: 1 }).waitFor();
    await page.locator('[data-invitation]').or(page.getByText('No invitations')).first().waitFor();
    const before = await page.locator('[data-invitation]').count();
    await page.getByRole('button', { name: 'New invitation' }).click();
    await page.getByLabel('How many may register with it').fill('3');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Make the code' }).click();
    const code = (await page.locator('[data-secret]').textContent()) ?? '';
    expect(code).toMatch(/^clw_invite_/);
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'I have it' }).click();
    await dialogsGone(page);
    await page.getByText('3 of 3').first().waitFor();
    expect(await page.locator('[data-invitation]').count()).toBe(before + 1);
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await dialogsGone(page);
    await page.getByRole('table', { name: 'Invitations' }).getByText('Revoked').first().waitFor();
    expect(await page.getByRole('button', { name: 'Revoke', exact: true }).count()).toBe(0);
    await expectGoodPage(page);
    expect(complaints).toEqual([]);
  });
});
