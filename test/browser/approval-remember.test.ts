import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChannel, ownerOf, publishCapabilities, publishPolicies, submitAccepted } from '../testkit/actors.ts';
import { ASK_ALWAYS, askingAgent, heldFor, readApproval, setApprovalSettings } from '../testkit/approvals.ts';
import { ask } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { expectGoodPage, launchBrowser, openWithKey, SCREENS, type WatchedPage } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

async function openApproval(
  key: string,
  id: string,
  screen: (typeof SCREENS)[number] = SCREENS[0],
): Promise<WatchedPage> {
  const watched = await openWithKey(browser, platform, { key, path: `/admin/approvals/${id}`, ...screen });
  await watched.page.getByRole('region', { name: 'What is asked' }).waitFor();
  return watched;
}

const rule = (page: Page) => page.getByRole('dialog').getByRole('region', { name: 'The rule' });
const publish = (page: Page) => page.getByRole('button', { name: 'Approve and publish the rule' });
const meeting = (title: string, minutes: number) => ({ params: { title, duration_minutes: minutes } });

/** What may be chosen, one after the other. */
async function choose(page: Page, label: string, option: string) {
  await page.getByRole('combobox', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

describe('what is approved and remembered', () => {
  it.each(SCREENS)('passes unasked from then on, by the rule that was shown: $colorScheme', async (screen) => {
    const world = await askingAgent(platform);
    const { agent, sender } = world;
    const pending = await heldFor(platform, world, meeting('Standup', 30));
    const channel = await openChannel(platform, agent);
    const { page, complaints } = await openApproval(agent.ownerKey, pending.id, screen);
    await page.getByRole('button', { name: 'Approve and remember' }).click();
    await rule(page).getByText('params_duration_minutes == 30 and params_title == "Standup"').waitFor();
    const length = page.locator('[data-remember="duration_minutes"]');
    expect(await page.locator('[data-remember="title"]').getByText('Exactly this').count()).toBe(1);
    await choose(page, 'What later requests may have in duration_minutes', 'Within bounds');
    await rule(page).getByText('params_duration_minutes <= 30').waitFor();
    await length.getByLabel('At most').fill('20');
    await page.getByRole('dialog').getByText('must be at least 30, which is approved').waitFor();
    expect(await publish(page).isEnabled()).toBe(false);
    await expectGoodPage(page);
    await length.getByLabel('At most').fill('45');
    await length.getByLabel('At least').fill('15');
    await choose(page, 'Until', '7 days');
    const says = 'params_duration_minutes >= 15 and params_duration_minutes <= 45 and params_title == "Standup"';
    await rule(page).getByText(says).waitFor();
    await expectGoodPage(page);
    await publish(page).click();
    await page.getByRole('status').getByText('in force with version 2').waitFor();
    await expectGoodPage(page);
    await channel.received(pending.request.id);

    const unasked = await submitAccepted(platform, agent, sender, meeting('Standup', 45));
    expect(unasked.status).not.toBe('AWAITING_APPROVAL');
    await channel.received(unasked.id);
    expect((await submitAccepted(platform, agent, sender, meeting('Standup', 46))).status).toBe('AWAITING_APPROVAL');
    await page.getByRole('link', { name: 'the policies' }).click();
    await page.getByRole('table', { name: 'Rules' }).getByText('Remembered from').waitFor();
    await page.getByRole('table', { name: 'Rules' }).getByText(says).waitFor();
    await expectGoodPage(page);
    expect(complaints).toEqual([]);
  });

  it('is not what was not seen: other rules that were published meanwhile are shown first', async () => {
    const world = await askingAgent(platform);
    const pending = await heldFor(platform, world);
    const { page } = await openApproval(world.agent.ownerKey, pending.id);
    await page.keyboard.press('r');
    await rule(page).waitFor();
    const other = { condition: "action == 'other'", action: 'REJECT' };
    await publishPolicies(platform, world.agent, { rules: [...ASK_ALWAYS.rules, other] });
    await publish(page).click();
    await page.getByRole('dialog').getByRole('list', { name: 'What changed' }).getByText('version 2').waitFor();
    expect(await readApproval(platform, pending.id, ownerOf(world.agent))).toMatchObject({ status: 'PENDING' });
    await publish(page).click();
    await page.getByRole('status').getByText('in force with version 3').waitFor();
    const query = 'query ($id: ID!) { agent(id: $id) { policies { rules { action madeFrom } } } }';
    const { agent } = await ask(platform, query, { id: world.agent.id }, world.agent);
    expect(agent.policies.rules).toHaveLength(3);
    expect(agent.policies.rules[2]).toEqual({ action: 'WAIVE_APPROVAL', madeFrom: pending.id });
  });

  it('shows the names of params as what they are, wherever the rule stands', async () => {
    const world = await askingAgent(platform);
    await publishCapabilities(platform, world.agent, [{ action: 'do.it', paramsSchema: {} }]);
    const params = { 'a, b': 1, title: 'x', 'to\u202e': 2 };
    const pending = await heldFor(platform, world, { action: 'do.it', params });
    const { page } = await openApproval(world.agent.ownerKey, pending.id);
    await page.getByRole('button', { name: 'Approve and remember' }).click();
    const names = 'Only with just the params “a, b”, title, “toU+202E”.';
    await page.getByRole('dialog').getByText(names).waitFor();
    await expectGoodPage(page);
    await publish(page).click();
    await page.getByRole('status').getByText('in force with version 2').waitFor();
    await page.getByRole('link', { name: 'the policies' }).click();
    await page.getByRole('table', { name: 'Rules' }).getByText(names).waitFor();
    await expectGoodPage(page);
  });

  it('is not offered to approvers, nor while more people must approve', async () => {
    const world = await askingAgent(platform);
    await setApprovalSettings(platform, world.agent, { quorum: 2 });
    const pending = await heldFor(platform, world);
    for (const key of [world.approver.apiKey, world.agent.ownerKey]) {
      const { page } = await openApproval(key, pending.id);
      await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
      expect(await page.getByRole('button', { name: 'Approve and remember' }).count()).toBe(0);
    }
    const alone = await askingAgent(platform);
    const other = await heldFor(platform, alone);
    const approver = await openApproval(alone.approver.apiKey, other.id);
    await approver.page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    expect(await approver.page.getByRole('button', { name: 'Approve and remember' }).count()).toBe(0);
  });
});
