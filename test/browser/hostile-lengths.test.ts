import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { launchBrowser, openAdmin, seriousFindings } from './admin-browser.ts';
import { layoutFindings } from './layout-findings.ts';
import { type LongContent, longContent } from './long-content.ts';

let platform: TestPlatform;
let browser: Browser;
let content: LongContent;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform({ env: PATIENT }), launchBrowser()]);
  content = await longContent(platform);
});
afterAll(async () => {
  await content.close();
  await browser.close();
  await platform.stop();
});

/** So that what is delivered and not acknowledged stays so. */
const PATIENT = { DELIVERY_ACK_TIMEOUT_SECONDS: '120' };

/** Of two colours in red, green and blue, each up to 255. */
const TELLING_DISTANCE = 40;

const SIZES = [
  { width: 1280, height: 860, colorScheme: 'light' },
  { width: 375, height: 700, colorScheme: 'dark' },
] as const;

/** Requests whose pages differ in what they show. */
const FORMS_OF_REQUESTS = ['AWAITING_APPROVAL', 'COMPLETED', 'FAILED'] as const;

/** The pages whose rows become cards. */
const LISTS =
  /\/$|requests$|senders|invitations$|administrators$|tab=(keys|channels|policies|webhooks|approvers|limits)/;

/** Each page with what is there once it shows what it is for. */
function pagesOf({
  agent,
  sender,
  approvalId,
  requests,
}: LongContent): readonly (readonly [path: string, ready: (page: Page) => Promise<void>])[] {
  const at = `/admin/agents/${agent.handle}`;
  const row = (name: string) => (page: Page) => page.getByRole('table', { name }).locator('tbody tr').first().waitFor();
  const step = (page: Page) => page.locator('[data-step="submitted"]').waitFor();
  return [
    ['/admin/', row('Agents')],
    [at, (page) => page.getByRole('region', { name: 'calendar.255' }).waitFor()],
    [`${at}?tab=policies`, row('Rules')],
    [`${at}?tab=history`, (page) => page.getByRole('region', { name: 'Difference' }).waitFor()],
    [`${at}?tab=keys`, row('Keys')],
    [`${at}?tab=channels`, row('Channels')],
    [`${at}?tab=approvers`, row('Approvers')],
    [`${at}?tab=approval-settings`, (page) => page.getByLabel('Time to decide').waitFor()],
    [`${at}?tab=limits`, row('Senders with limits of their own')],
    [`${at}?tab=webhooks`, row('Webhooks')],
    ['/admin/approvals', row('Approvals')],
    ['/admin/requests', row('Requests')],
    ...FORMS_OF_REQUESTS.map((status) => [`/admin/requests/${requests[status]}`, step] as const),
    [`/admin/try?agent=${agent.handle}`, (page) => page.getByLabel(/^w{100}/).waitFor()],
    ['/admin/overview', row('Rejections by stage and reason')],
    [`/admin/approvals/${approvalId}`, (page) => page.getByRole('region', { name: 'What is asked' }).waitFor()],
    ['/admin/senders', row('Senders')],
    [`/admin/senders/${sender.id}`, row('Requests')],
    ['/admin/invitations', row('Invitations')],
    ['/admin/administrators', row('Administrators')],
  ];
}

describe.each(SIZES)('texts as long as they can be, on a screen of $width px', ({ colorScheme, ...viewport }) => {
  it('fit on every page', { timeout: 180_000 }, async () => {
    const { page, complaints } = await openAdmin(browser, platform, { viewport, colorScheme });
    const findings: Record<string, readonly string[]> = {};
    for (const [path, ready] of pagesOf(content)) {
      await page.goto(path);
      await ready(page);
      const forAxe = LISTS.test(path) ? await seriousFindings(page) : [];
      findings[path] = [...(await layoutFindings(page)), ...forAxe];
    }
    await page.goto(`/admin/agents/${content.agent.handle}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByLabel(/to confirm/).waitFor();
    findings['the dialog that deletes'] = await layoutFindings(page);
    // What there is no room for is in a drawer.
    await page.goto('/admin/');
    const isSmall = viewport.width < 768;
    await page.getByLabel('Search').waitFor();
    expect(await page.getByLabel('Offers action').count()).toBe(isSmall ? 0 : 1);
    if (isSmall) {
      await page.getByRole('button', { name: 'Filters' }).click();
      const drawer = page.getByRole('dialog', { name: 'Filters' });
      await drawer.getByLabel('Offers action').fill('nothing.offers.this');
      const [above, below] = [
        await drawer.getByText('Offers action').boundingBox(),
        await drawer.getByText('Sort by').boundingBox(),
      ];
      expect((below?.y ?? Number.NaN) - (above?.y ?? Number.NaN), 'from the first filter to the third').toBeLessThan(
        200,
      );
      await page.getByText('Show the list').click();
      await page.getByRole('button', { name: 'Filters (1)' }).waitFor();
      await page.getByText('No agent matches').waitFor();
    }
    expect(Object.entries(findings).filter(([, found]) => found.length > 0)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe('the statuses of requests', () => {
  it.each(['light', 'dark'] as const)('have colours that can be told apart in the %s scheme', async (colorScheme) => {
    const { page } = await openAdmin(browser, platform, { colorScheme });
    await page.goto('/admin/requests');
    const colours = new Map<string, readonly number[]>();
    for (const [status, id] of Object.entries(content.requests)) {
      const badge = page.locator(`[data-request="${id}"] .mantine-Badge-root`);
      const colour = await badge.evaluate((element) => getComputedStyle(element).color);
      colours.set(status, (colour.match(/\d+/g) ?? []).map(Number));
    }
    expect(colours.size).toBe(9);
    const alike: string[] = [];
    for (const [one, a] of colours) {
      for (const [other, b] of colours) {
        const distance = Math.hypot(...a.map((value, index) => value - (b[index] ?? 0)));
        if (one < other && distance < TELLING_DISTANCE) alike.push(`${one} and ${other}: ${distance.toFixed(0)}`);
      }
    }
    expect(alike).toEqual([]);
  });
});
