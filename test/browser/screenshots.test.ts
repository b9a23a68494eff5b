import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { platformForTest } from '../testkit/platform.ts';
import { launchBrowser, openAdmin, openPage, seriousFindings } from './admin-browser.ts';
import { bringToLife } from './lively-platform.ts';

const IMAGES = join(import.meta.dirname, '../../docs/images');

/** `npm run screenshots` writes the pictures of the documentation. */
describe.runIf(process.env.SCREENSHOTS === '1')('pictures of the admin UI', () => {
  it('are taken of each page, light and dark', { timeout: 240_000 }, async () => {
    mkdirSync(IMAGES, { recursive: true });
    const platform = await platformForTest();
    const browser = await launchBrowser();
    try {
      const { completedId } = await bringToLife(platform);
      const shots: readonly { name: string; path: string; ready: (page: Page) => Promise<void> }[] = [
        { name: 'agents', path: '/admin/', ready: (page) => page.getByText('house.keeper').waitFor() },
        {
          name: 'agent',
          path: '/admin/agents/marius.exec',
          ready: (page) => page.getByText('duration_minutes ≤').waitFor(),
        },
        {
          name: 'agent-history',
          path: '/admin/agents/marius.exec?tab=history',
          ready: (page) => page.getByText('lines added').waitFor(),
        },
        { name: 'requests', path: '/admin/requests', ready: (page) => page.getByText('Older').waitFor() },
        {
          name: 'request',
          path: `/admin/requests/${completedId}`,
          ready: (page) => page.getByRole('heading', { name: 'Result' }).waitFor(),
        },
        {
          name: 'try-it',
          path: '/admin/try?agent=marius.exec',
          ready: async (page) => {
            await page.getByLabel('title').fill('Offsite');
            await page.getByLabel('duration_minutes').fill('240');
            await page.getByRole('button', { name: 'Dry run' }).click();
            await page.getByText('It would be').waitFor();
          },
        },
        {
          name: 'approvals',
          path: '/admin/approvals',
          ready: (page) => page.locator('tr[data-approval]').first().waitFor(),
        },
        {
          name: 'approval',
          path: '/admin/approvals',
          ready: async (page) => {
            await page.locator('tr[data-approval] a.row-link').last().click();
            await page.getByRole('region', { name: 'What is asked' }).waitFor();
          },
        },
        {
          name: 'remember',
          path: '/admin/approvals',
          ready: async (page) => {
            await page.locator('tr[data-approval] a.row-link').last().click();
            await page.getByRole('button', { name: 'Approve and remember' }).click();
            await page.getByRole('region', { name: 'The rule' }).getByText('params_title ==').waitFor();
          },
        },
        { name: 'overview', path: '/admin/overview', ready: (page) => page.getByText('Median latency').waitFor() },
      ];
      for (const colorScheme of ['light', 'dark'] as const) {
        const login = await openPage(browser, platform, { colorScheme });
        await login.page.screenshot({ path: join(IMAGES, `admin-login-${colorScheme}.png`) });
        const { page, complaints } = await openAdmin(browser, platform, {
          colorScheme,
          viewport: { width: 1280, height: 960 },
        });
        for (const { name, path, ready } of shots) {
          await page.goto(path);
          await ready(page);
          await page.evaluate(() => window.scrollTo(0, 0));
          await page.waitForTimeout(400);
          await page.screenshot({ path: join(IMAGES, `admin-${name}-${colorScheme}.png`) });
          expect(await seriousFindings(page), `${name} ${colorScheme}`).toEqual([]);
        }
        expect(complaints).toEqual([]);
      }
      const phone = await openAdmin(browser, platform, { viewport: { width: 375, height: 760 } });
      for (const [name, path] of [
        ['agents', '/admin/'],
        ['overview', '/admin/overview'],
      ] as const) {
        await phone.page.goto(path);
        await phone.page.waitForTimeout(1_200);
        await phone.page.screenshot({ path: join(IMAGES, `admin-${name}-phone.png`) });
      }
    } finally {
      await browser.close();
    }
  });
});
