import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inviteAdmin, PASSWORD } from '../admin/authenticator.ts';
import { logIn } from '../testkit/admin-session.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { launchBrowser, openPage, seriousFindings } from './admin-browser.ts';

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

/** Without PUBLIC_URL passkeys are of localhost only. */
const local = () => ({ url: platform.url.replace('127.0.0.1', 'localhost') });

/** A security key at the browser, which somebody touches whenever it is asked. */
async function plugIn(page: Page) {
  const browserTools = await page.context().newCDPSession(page);
  await browserTools.send('WebAuthn.enable');
  const { authenticatorId } = await browserTools.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', automaticPresenceSimulation: true },
  });
  return { pullOut: () => browserTools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId }) };
}

async function expectGoodPage(page: Page): Promise<void> {
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await seriousFindings(page)).toEqual([]);
}

async function nameAndPassword(page: Page, name: string): Promise<void> {
  await page.goto('/admin/logout');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page
    .getByRole('button', { name: /^Log in/ })
    .last()
    .click();
}

describe('a passkey, in a browser', () => {
  it.each([
    { name: 'ada', colorScheme: 'light', width: 1280 },
    { name: 'grace', colorScheme: 'dark', width: 375 },
  ] as const)('is made with the link and lets in: $colorScheme, $width wide', async ({ name, colorScheme, width }) => {
    const { path } = await inviteAdmin(platform, name, await logIn(platform));
    const viewport = { width, height: 860 };
    const { page, complaints, hosts } = await openPage(browser, local(), { path, colorScheme, viewport });
    await plugIn(page);
    await expectGoodPage(page);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Finish with a passkey' }).click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    await nameAndPassword(page, name);
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL(`${local().url}/admin/`);
    await page.goto('/admin/account');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Remove Passkey' }).click();
    expect(await page.getByRole('alert').first().textContent()).toContain('your only second factor');
    expect(complaints.filter((complaint) => !complaint.includes('422'))).toEqual([]);
    expect([...hosts]).toEqual([new URL(local().url).host]);
  });

  it('is added to a login, and missed when its key is not there', async () => {
    const { path } = await inviteAdmin(platform, 'linus', await logIn(platform));
    const { page } = await openPage(browser, local(), { path });
    const first = await plugIn(page);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Finish with a passkey' }).click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    await first.pullOut();
    const second = await plugIn(page);
    await page.goto('/admin/account');
    await page.getByLabel('What to call it').fill('Another key');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('Another key').waitFor();
    await page.getByRole('button', { name: 'Remove Passkey' }).click();
    await page.getByText('Passkey', { exact: true }).waitFor({ state: 'detached' });
    await nameAndPassword(page, 'linus');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL(`${local().url}/admin/`);
    await second.pullOut();
    await plugIn(page);
    await nameAndPassword(page, 'linus');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByText('Your browser did not answer with a passkey.').waitFor();
  });
});
