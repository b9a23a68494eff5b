import type { Browser, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Agent, publishCapabilities, registerAgent } from '../testkit/actors.ts';
import { ask, send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';
import { expectGoodPage, launchBrowser, openAdmin, SCREENS } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([
    startTestPlatform({ env: { WEBHOOKS_ALLOW_PRIVATE: 'true' } }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

/** What is shown once; closes its dialog. */
async function takeSecret(page: Page): Promise<string> {
  const secret = (await page.locator('[data-secret]').textContent()) ?? '';
  await expectGoodPage(page);
  await page.getByRole('button', { name: 'I have it' }).click();
  await page.getByText(secret).waitFor({ state: 'detached' });
  return secret;
}

const openTab = async (page: Page, { handle }: Agent, tab: string) => {
  await page.goto(`/admin/agents/${handle}?tab=${tab}`);
  await page.getByRole('tab', { selected: true }).waitFor();
};

describe('the webhooks of an agent', () => {
  it.each(SCREENS)('are set, tried and removed: $colorScheme', async (screen) => {
    const [agent, receiver] = [await registerAgent(platform), await webhookReceiver()];
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'webhooks');
    await page.getByText('No webhooks').waitFor();
    await expectGoodPage(page);

    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('Name').fill('pager');
    await page.getByLabel('Address').fill('ftp://example.com');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByRole('alert').getByText('input.url').waitFor();
    await expectGoodPage(page);
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByLabel('Nobody has decided yet').uncheck();
    await page.getByRole('button', { name: 'Set it' }).click();
    const secret = await takeSecret(page);
    const row = page.locator('[data-webhook="pager"]');
    await row.getByText('held, decided').waitFor();
    await row.getByRole('button', { name: 'Try pager' }).click();
    await row.getByText(/^204, /).waitFor();
    const [call] = receiver.received;
    new Webhook(secret).verify(call?.body ?? '', call?.headers as Record<string, string>);
    await row.getByRole('button', { name: 'Try pager' }).click();
    await row.getByRole('alert').waitFor();
    await expectGoodPage(page);

    await row.getByRole('button', { name: 'Set again pager' }).click();
    await page.getByRole('button', { name: 'Set it with a new secret' }).click();
    expect(await takeSecret(page)).not.toBe(secret);
    await row.getByRole('button', { name: 'Remove pager' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('No webhooks').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the approvers of an agent', () => {
  it.each(SCREENS)('are made with a key that is shown once, and removed: $colorScheme', async (screen) => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent);
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'approvers');
    await page.getByText('No approvers').waitFor();
    await expectGoodPage(page);

    await page.getByRole('button', { name: 'New approver' }).click();
    await page.getByLabel('Name').fill('Grace Hopper');
    await page.getByLabel('E-mail').fill('grace at example.org');
    await page.getByRole('button', { name: 'Make the approver' }).click();
    await page.getByRole('alert').getByText('input.email').waitFor();
    await page.getByLabel('E-mail').fill('grace@example.org');
    await page.getByRole('combobox', { name: 'Only these actions' }).fill('calendar.schedule');
    await page.keyboard.press('Enter');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Make the approver' }).click();
    const apiKey = await takeSecret(page);
    const viewer = '{ viewer { __typename ... on Approver { displayName actions } } }';
    expect(await ask(platform, viewer, {}, { apiKey })).toEqual({
      viewer: { __typename: 'Approver', displayName: 'Grace Hopper', actions: ['calendar.schedule'] },
    });
    await page.getByRole('table', { name: 'Approvers' }).getByText('grace@example.org').waitFor();
    await expectGoodPage(page);

    await page.getByRole('button', { name: 'Remove Grace Hopper' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('No approvers').waitFor();
    expect((await send(platform, viewer, {}, { apiKey })).data?.viewer ?? null).toBeNull();
    expect(complaints).toEqual([]);
  });
});
