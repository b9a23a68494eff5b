import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChannel, ownerOf, publishCapabilities, readRequest } from '../testkit/actors.ts';
import { askingAgent, heldFor, readApproval, setApprovalSettings } from '../testkit/approvals.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { dialogsGone, expectGoodPage, launchBrowser, openWithKey, SCREENS, type WatchedPage } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

/** What has a default that nobody asked for, and a field that the form leaves as it is. */
const MEETING = {
  action: 'calendar.schedule',
  description: 'Schedules a meeting',
  paramsSchema: {
    type: 'object',
    required: ['title', 'duration_minutes'],
    properties: {
      title: { type: 'string' },
      duration_minutes: { type: 'integer', minimum: 15 },
      room: { type: 'string', default: 'Blue' },
      place: { type: 'object', properties: { floor: { type: 'integer', default: 3 } } },
      guests: { type: 'array', items: { type: 'string' } },
    },
  },
  constraints: { max_duration_minutes: 120 },
};

const ASKED = { title: 'Offsite', duration_minutes: 90, guests: ['ann@example.org'] };

async function held(settings: object = { allowEdits: true }, params: object = ASKED) {
  const world = await askingAgent(platform);
  await publishCapabilities(platform, world.agent, [MEETING]);
  await setApprovalSettings(platform, world.agent, settings);
  return { ...world, pending: await heldFor(platform, world, { params }) };
}

async function openApproval(
  key: string,
  id: string,
  screen: (typeof SCREENS)[number] = SCREENS[0],
): Promise<WatchedPage> {
  const watched = await openWithKey(browser, platform, { key, path: `/admin/approvals/${id}`, ...screen });
  await watched.page.getByRole('region', { name: 'What is asked' }).waitFor();
  return watched;
}

const field = (dialog: Locator, role: 'spinbutton' | 'textbox', name: string) =>
  dialog.getByRole(role, { name: new RegExp(`^${name}`) });
const edit = (page: Page) => page.getByRole('button', { name: 'Approve with changes' }).click();
const decide = (page: Page) => page.getByRole('button', { name: 'Approve with these changes' });

describe('an approval with changes', () => {
  it.each(SCREENS)(
    'is made in the form of the contract, and what was asked and what is done are told apart: $colorScheme',
    async (screen) => {
      const { agent, sender, approver, pending } = await held();
      const channel = await openChannel(platform, agent);
      const { page, complaints } = await openApproval(approver.apiKey, pending.id, screen);
      await edit(page);
      const dialog = page.getByRole('dialog', { name: 'Approve it with changes?' });
      await dialog.getByText('Nothing is changed yet').waitFor();
      expect(await field(dialog, 'textbox', 'title').inputValue()).toBe('Offsite');
      expect(await decide(page).isEnabled(), 'what nobody changed is approved as it is').toBe(false);
      await expectGoodPage(page);

      await field(dialog, 'spinbutton', 'duration_minutes').fill('300');
      await dialog.locator('[data-changed="duration_minutes"]').getByText('Asked for: 90').waitFor();
      await decide(page).click();
      await dialog.locator('.field-issue').getByText('must be at most 120').waitFor();
      await expectGoodPage(page);

      await field(dialog, 'spinbutton', 'duration_minutes').fill('60');
      await dialog.locator('.field-issue').waitFor({ state: 'detached' });
      await field(dialog, 'textbox', 'room').fill('Green');
      await dialog.locator('[data-changed="room"]').getByText('it was not asked for').waitFor();
      const changed = dialog.getByRole('list', { name: 'What you change' }).getByRole('listitem');
      expect(await changed.allTextContents()).toEqual(['duration_minutes: 90 → 60', 'room: not given → "Green"']);
      await expectGoodPage(page);
      await decide(page).click();
      await dialogsGone(page);

      const done = { ...ASKED, duration_minutes: 60, room: 'Green' };
      expect(await channel.received(pending.request.id)).toMatchObject({ params: done });
      expect(await readApproval(platform, pending.id, ownerOf(agent))).toMatchObject({ effectiveParams: done });
      await page.locator('[data-param="duration_minutes"][data-change="changed"]').getByText('90').waitFor();
      await page.locator('[data-param="room"][data-change="added"]').getByText('Green').waitFor();
      await expectGoodPage(page);
      expect((await readRequest(platform, pending.request.id, sender)).params).toEqual(ASKED);
      expect(complaints).toEqual([]);

      const owner = await openApproval(agent.ownerKey, pending.id, screen);
      await owner.page.goto(`/admin/requests/${pending.request.id}`);
      await owner.page.getByRole('list', { name: 'What was changed' }).getByText('60').waitFor();
      await owner.page.getByText('"duration_minutes": 90').waitFor();
      await expectGoodPage(owner.page);
    },
  );

  it('may be written as JSON, and is refused for what the rules say, in the dialog', async () => {
    const { agent, pending } = await held();
    const { page } = await openApproval(agent.ownerKey, pending.id);
    await page.keyboard.press('e');
    const dialog = page.getByRole('dialog', { name: 'Approve it with changes?' });
    await dialog.getByText('JSON', { exact: true }).click();
    const text = dialog.getByLabel('Params as JSON');
    await text.fill('{');
    await dialog.getByText('This is no JSON object').waitFor();
    expect(await decide(page).isEnabled()).toBe(false);
    await text.fill(JSON.stringify({ ...ASKED, surprise: true }));
    await text.fill(JSON.stringify({ title: 7, duration_minutes: 20 }));
    await decide(page).click();
    await dialog.getByRole('alert').getByText('input.params.title').waitFor();
    await dialog.getByText('Form', { exact: true }).click();
    await field(dialog, 'spinbutton', 'duration_minutes').fill('25');
    await field(dialog, 'textbox', 'title').fill('Standup');
    await decide(page).click();
    await dialogsGone(page);
    expect(await readApproval(platform, pending.id, ownerOf(agent))).toMatchObject({
      status: 'APPROVED',
      effectiveParams: { title: 'Standup', duration_minutes: 25 },
    });
  });

  it('is not offered where the settings do not allow it, or no longer do', async () => {
    const { agent, approver, pending } = await held({});
    const { page } = await openApproval(approver.apiKey, pending.id);
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Approve with changes' }).count()).toBe(0);
    const allowed = await held();
    await setApprovalSettings(platform, allowed.agent, {});
    const other = await openApproval(allowed.approver.apiKey, allowed.pending.id);
    await other.page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    expect(await other.page.getByRole('button', { name: 'Approve with changes' }).count()).toBe(0);
    expect(await readApproval(platform, pending.id, ownerOf(agent))).toMatchObject({ status: 'PENDING' });
  });
});
