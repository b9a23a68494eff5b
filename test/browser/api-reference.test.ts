import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOperations } from '../rest/api-operations.ts';
import { agentAndSender, submitAccepted } from '../testkit/actors.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { launchBrowser, openPage, seriousFindings } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  platform = await startTestPlatform();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 375, height: 800 };

const openReference = (hash = '', viewport = DESKTOP) =>
  openPage(browser, platform, { viewport, path: `/docs${hash}` });

describe('the API reference in a browser', () => {
  it('lists every operation and opens one by its id, from this host alone, under its policy', async () => {
    const { page, complaints, hosts } = await openReference('#tag/requests/cancelRequest');
    await page.getByRole('heading', { name: 'Cancel a request' }).waitFor();
    for (const { operation } of apiOperations) {
      expect(await page.getByRole('link', { name: operation.summary }).count(), operation.summary).toBeGreaterThan(0);
    }
    expect([...hosts]).toEqual([new URL(platform.url).host]);
    expect(complaints).toEqual([]);
  });

  it('finds an operation by what it is called', async () => {
    const { page } = await openReference();
    await page
      .getByRole('button', { name: /Search/ })
      .first()
      .click();
    await page.getByRole('combobox').fill('resolve handle');
    const found = page.getByRole('option').first();
    await found.waitFor();
    expect(await found.textContent()).toContain('Resolve a handle');
  });

  it('tries an operation on this platform with a key', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    // The reference waits for the outcome, as its example of Prefer says.
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', sender);
    const { page, hosts, complaints } = await openReference('#tag/requests/getRequest');
    await page.getByRole('button', { name: 'Test Request (get /v1/requests/{id})' }).click();
    const client = page.getByRole('dialog', { name: 'API Client' });
    const authentication = client.getByRole('button', { name: /^Authentication/ });
    if ((await authentication.getAttribute('aria-expanded')) === 'false') await authentication.click();
    await client.getByRole('combobox', { name: 'Value' }).first().click();
    await page.keyboard.type(id);
    await client.getByLabel(/Token/).fill(sender.apiKey);
    await client.getByRole('button', { name: 'Send get request' }).click();
    await client.getByRole('region', { name: 'Response' }).getByText(id).first().waitFor();
    expect([...hosts]).toEqual([new URL(platform.url).host]);
    expect(complaints).toEqual([]);
  });

  it('shows what a problem’s type leads to, without loading the reference before it is asked for', async () => {
    const { page, complaints } = await openReference('#problem-rate-limited');
    await page.getByRole('heading', { name: 'Too many requests' }).waitFor();
    expect(await page.locator('header [aria-current]').textContent()).toBe('Problems');
    const loaded = () => page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    expect((await loaded()).filter((name) => name.endsWith('/docs/reference.js'))).toEqual([]);
    await page.getByRole('link', { name: 'REST' }).click();
    await page.getByRole('link', { name: 'Register an agent' }).first().waitFor();
    expect(await page.getByRole('heading', { name: 'Too many requests' }).isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['the reference', '', 'Clawcierge'],
    ['the channel', '#agent-channel', 'The agent’s channel'],
  ])('fits a telephone: %s', async (_what, hash, heading) => {
    const { page } = await openReference(hash, PHONE);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  });

  it.each(['#agent-channel', '#problems'])('has nothing serious for axe in the section %s', async (hash) => {
    const { page } = await openReference(hash);
    await page.locator(hash).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });
});

describe('the landing page', () => {
  it.each([DESKTOP, PHONE])('takes the width that there is at $width px', async (viewport) => {
    const { page } = await openPage(browser, platform, { viewport, path: '/' });
    const { width } = (await page.getByRole('main').boundingBox()) ?? { width: 0 };
    expect(width).toBeGreaterThanOrEqual(Math.min(900, viewport.width - 40));
  });

  it('leads to everything, from this host alone, with nothing serious for axe', async () => {
    const { page, complaints, hosts } = await openPage(browser, platform, { viewport: PHONE, path: '/' });
    for (const name of ['GraphiQL', 'API reference', 'Admin', '/v1/info'])
      expect(await page.getByRole('link', { name }).isVisible()).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
    expect(await seriousFindings(page)).toEqual([]);
    expect([...hosts]).toEqual([new URL(platform.url).host]);
    expect(complaints).toEqual([]);
  });
});
