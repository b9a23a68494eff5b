import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { dialogsGone, launchBrowser, logIn, openAdmin, openPage, seriousFindings } from './admin-browser.ts';
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

/** The pages whose rows become cards, and those that owners and approvers see. */
const FOR_AXE =
  /\/$|requests$|senders|invitations$|handles$|administrators$|tab=(keys|channels|policies|webhooks|approvers|limits)|approvals|admin\/keys$/;

type Ready = (page: Page) => Promise<void>;
/** A path, and what is there once its page shows what it is for. */
type Visit = readonly [path: string, ready: Ready];

const row =
  (name: string): Ready =>
  (page) =>
    page.getByRole('table', { name }).locator('tbody tr').first().waitFor();
const step: Ready = (page) => page.locator('[data-step="submitted"]').waitFor();

const approvalsOf = ({ approvalId }: LongContent): readonly Visit[] => [
  ['/admin/approvals', row('Approvals')],
  [`/admin/approvals/${approvalId}`, (page) => page.getByRole('region', { name: 'What is asked' }).waitFor()],
];

/** What owners see of their agents, and administrators of all. */
function agentPagesOf(content: LongContent): readonly Visit[] {
  const at = `/admin/agents/${content.agent.handle}`;
  return [
    ['/admin/', row('Agents')],
    [at, (page) => page.getByRole('region', { name: 'calendar.255' }).waitFor()],
    [`${at}?tab=policies`, row('Rules')],
    [`${at}?tab=history`, (page) => page.getByRole('region', { name: 'Difference' }).waitFor()],
    [`${at}?tab=keys`, row('Keys')],
    [`${at}?tab=approvers`, row('Approvers')],
    [`${at}?tab=approval-settings`, (page) => page.getByLabel('Time to decide').waitFor()],
    [`${at}?tab=limits`, row('Senders with limits of their own')],
    [`${at}?tab=webhooks`, row('Webhooks')],
    ...approvalsOf(content),
    ['/admin/requests', row('Requests')],
    ...FORMS_OF_REQUESTS.map((status) => [`/admin/requests/${content.requests[status]}`, step] as const),
  ];
}

const adminPagesOf = (content: LongContent): readonly Visit[] => [
  ...agentPagesOf(content),
  [`/admin/agents/${content.agent.handle}?tab=channels`, row('Channels')],
  [`/admin/try?agent=${content.agent.handle}`, (page) => page.getByLabel(/^w{100}/).waitFor()],
  ['/admin/overview', row('Rejections by stage and reason')],
  ['/admin/senders', row('Senders')],
  [`/admin/senders/${content.sender.id}`, row('Requests')],
  ['/admin/invitations', row('Invitations')],
  ['/admin/resting-handles', row('Resting handles')],
  ['/admin/administrators', row('Administrators')],
];

type Findings = Record<string, readonly string[]>;

/**
 * What does not fit on each page, by its path. One page after the other is gone to as by a link, which takes half of what it takes to
 * load it; it is loaded where the one before would be taken for it.
 */
async function visit(page: Page, visits: readonly Visit[]): Promise<Findings> {
  const findings: Findings = {};
  let readyBefore: Ready | null = null;
  for (const [path, ready] of visits) {
    if (readyBefore === null || readyBefore === ready) await page.goto(path);
    else await page.evaluate((to) => history.pushState(null, '', to), path);
    readyBefore = ready;
    await ready(page);
    const forAxe = FOR_AXE.test(path) ? await seriousFindings(page) : [];
    findings[path] = [...(await layoutFindings(page)), ...forAxe];
  }
  return findings;
}

const nothing = (findings: Findings) => Object.entries(findings).filter(([, found]) => found.length > 0);

describe.each(SIZES)('texts as long as they can be, on a screen of $width px', ({ colorScheme, ...viewport }) => {
  it('fit on every page', { timeout: 180_000 }, async () => {
    const { page, complaints } = await openAdmin(browser, platform, { viewport, colorScheme });
    const findings = await visit(page, adminPagesOf(content));
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
    expect(nothing(findings)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('fit on every page of an owner, and in the dialogs of an approval', { timeout: 180_000 }, async () => {
    const { page, complaints } = await openPage(browser, platform, { viewport, colorScheme });
    await logIn(page, content.agent.ownerKey);
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    const findings = await visit(page, [...agentPagesOf(content), ['/admin/keys', row('Keys')]]);
    await page.goto(`/admin/approvals/${content.approvalId}`);
    for (const [name, ready] of [
      ['Approve with changes', 'Nothing is changed yet'],
      ['Approve and remember', 'Only with just the params'],
      ['Link for an approver', 'Opening it decides nothing'],
    ] as const) {
      await page.getByRole('button', { name }).click();
      await page.getByRole('dialog').getByText(ready).waitFor();
      findings[name] = [...(await seriousFindings(page)), ...(await layoutFindings(page))];
      await page.keyboard.press('Escape');
      await dialogsGone(page);
    }
    expect(nothing(findings)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('fit on every page of an approver', async () => {
    const { page, complaints } = await openPage(browser, platform, { viewport, colorScheme });
    await logIn(page, content.approverKey);
    await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
    expect(nothing(await visit(page, approvalsOf(content)))).toEqual([]);
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
