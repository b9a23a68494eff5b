import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPage } from '../admin/admin-forms.ts';
import { inviteAdmin } from '../admin/authenticator.ts';
import { logIn } from '../testkit/admin-session.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectGoodPage, launchBrowser, openAdmin, SCREENS } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

describe('the administrators', () => {
  it.each(SCREENS)('are invited by a link that is shown once, and removed: $colorScheme', async (screen) => {
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await page.goto('/admin/administrators');
    await page.getByText('Nobody logs in by name yet').waitFor();
    await expectGoodPage(page);

    await page.getByRole('button', { name: 'New administrator' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace');
    await page.getByRole('button', { name: 'Make the link' }).click();
    await page.getByRole('alert').getByText('input.name: must be of').waitFor();
    await expectGoodPage(page);
    await page.getByRole('textbox', { name: 'Name' }).fill('ada');
    await page.getByRole('button', { name: 'Make the link' }).click();
    const link = (await page.locator('[data-secret]').textContent()) ?? '';
    expect(link).toMatch(new RegExp(`^${platform.url}/admin/setup/\\S{43}$`));
    await expectGoodPage(page);
    expect((await getPage(platform, new URL(link).pathname)).status).toBe(200);
    await page.getByRole('button', { name: 'I have it' }).click();
    await page.getByText(link).waitFor({ state: 'detached' });

    const row = page.locator('[data-admin="ada"]');
    await row.getByText('Has not used its link').waitFor();
    await expectGoodPage(page);
    await row.getByRole('button', { name: 'Remove ada' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Nobody logs in by name yet').waitFor();
    expect((await getPage(platform, new URL(link).pathname)).status).toBe(404);
    expect(complaints).toEqual([]);
  });

  it('are found in the menu, and one that another has removed meanwhile is said to be gone', async () => {
    const by = await logIn(platform);
    const { id } = await inviteAdmin(platform, 'grace', by);
    const { page } = await openAdmin(browser, platform);
    await page.getByRole('link', { name: 'Administrators' }).click();
    await page.getByRole('button', { name: 'Remove grace' }).click();
    await mutateSuccessfully(platform, 'removeAdmin', { adminId: id }, 'admin { id }', by);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByRole('alert').getByText('There is no such administrator.').waitFor();
  });
});
