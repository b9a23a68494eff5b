import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, inviteAdmin, PASSWORD } from '../admin/authenticator.ts';
import { logIn } from '../testkit/admin-session.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectGoodPage, launchBrowser, openPage } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([
    startTestPlatform({ env: { ADMIN_PASSWORD_LOGIN: 'always' } }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

async function finish(page: Page, code: string): Promise<void> {
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByLabel('Code that the app shows').fill(code);
  await page.getByRole('button', { name: 'Finish' }).click();
}

async function nameAndPassword(page: Page, name: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in by name' }).click();
}

describe('an administrator by name, in a browser', () => {
  it.each([
    { name: 'ada', colorScheme: 'light', width: 1280 },
    { name: 'grace', colorScheme: 'dark', width: 375 },
  ] as const)('sets up its login and logs in: $colorScheme, $width wide', async ({ name, colorScheme, width }) => {
    const { path } = await inviteAdmin(platform, name, await logIn(platform));
    const { page } = await openPage(browser, platform, { path, colorScheme, viewport: { width, height: 860 } });
    await expectGoodPage(page);
    const key = (await page.locator('code.key').textContent()) ?? '';
    await finish(page, 'wrong');
    expect(await page.getByRole('alert').textContent()).toContain('That code is not right.');
    expect(await page.locator('code.key').textContent()).toBe(key);
    await finish(page, codeOf(key, new Date()));
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    await expectGoodPage(page);
    const codes = await page.getByRole('listitem').allTextContents();
    expect(codes).toHaveLength(10);
    await page.goto('/admin/logout');
    await expectGoodPage(page);
    await nameAndPassword(page, name);
    await page.getByLabel('Code').fill('wrong');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alert').waitFor();
    await expectGoodPage(page);
    await page.getByLabel('Code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${platform.url}/admin/`);
  });

  it('needs no JavaScript', async () => {
    const { path } = await inviteAdmin(platform, 'linus', await logIn(platform));
    const { page } = await openPage(browser, platform, { path, javaScriptEnabled: false });
    const key = (await page.locator('code.key').textContent()) ?? '';
    await finish(page, codeOf(key, new Date()));
    const [code = ''] = await page.getByRole('listitem').allTextContents();
    await page.goto('/admin/logout');
    await nameAndPassword(page, 'linus');
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${platform.url}/admin/`);
  });
});
