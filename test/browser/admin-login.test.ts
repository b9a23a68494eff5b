import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerAgent } from '../testkit/actors.ts';
import { ADMIN_PASSWORD, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { launchBrowser, logIn, openPage, seriousFindings } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([
    startTestPlatform({ env: { RATE_LIMIT_FAILED_LOGINS_PER_MINUTE: '1000' } }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

describe('logging in, in a browser', () => {
  it('works without JavaScript', async () => {
    const { page } = await openPage(browser, platform, { javaScriptEnabled: false });
    await logIn(page, 'wrong');
    expect(await page.getByRole('alert').textContent()).toBe('That key or password is not right.');
    await logIn(page);
    await page.waitForURL(`${platform.url}/admin/`);
  });

  it('says that a password is wrong, where a screen reader hears it', async () => {
    const { page, complaints } = await openPage(browser, platform);
    await logIn(page, 'wrong');
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Key or password').getAttribute('aria-describedby')).toContain('message');
    expect(await seriousFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('leads back to the page that was asked for, and that page survives a reload', async () => {
    const agent = await registerAgent(platform);
    const { page, complaints } = await openPage(browser, platform);
    await page.goto(`/admin/agents/${agent.handle}?tab=keys`);
    expect(new URL(page.url()).pathname).toBe('/admin/login');
    await logIn(page);
    const keys = page.getByRole('table', { name: 'Keys' });
    await keys.waitFor();
    await page.reload();
    await keys.waitFor();
    expect(page.url()).toBe(`${platform.url}/admin/agents/${agent.handle}?tab=keys`);
    expect(complaints).toEqual([]);
  });

  it('is the only way to the pages', async () => {
    const { page } = await openPage(browser, platform);
    for (const path of ['/admin/', '/admin', '/admin/requests', '/admin/overview', '/admin/no/such/page']) {
      await page.goto(path);
      expect(new URL(page.url()).pathname, path).toBe('/admin/login');
    }
  });
});

describe('logging out, in a browser', () => {
  it('ends what the same session has open elsewhere', async () => {
    const { page } = await openPage(browser, platform);
    await logIn(page);
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    const other = await page.context().newPage();
    await other.goto('/admin/requests');
    await other.getByRole('heading', { name: 'Requests', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Log out' }).click();
    await page.waitForURL('**/admin/login');
    await page.goto('/admin/');
    expect(new URL(page.url()).pathname).toBe('/admin/login');
    await other.getByText('Your session has ended. Log in again.').waitFor();
    expect(other.url()).toMatch(/\/admin\/login\?error=session/);
    await other.getByLabel('Key or password').fill(ADMIN_PASSWORD);
    await other.getByLabel('Key or password').press('Enter');
    await other.getByRole('heading', { name: 'Requests', level: 1 }).waitFor();
  });
});
