import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  complete,
  openChannel,
  publishCapabilities,
  publishPolicies,
  registerSender,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { launchBrowser, openAdmin, seriousFindings } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>"\'`';

/** An agent, a contract, rules and requests all of whose texts would like to be markup. */
async function hostileContent() {
  const input = { handle: uniqueHandle(), displayName: HOSTILE, description: HOSTILE };
  const registered = await mutateSuccessfully(platform, 'registerAgent', input, 'apiKey agent { id handle }');
  const agent = { ...registered.agent, apiKey: registered.apiKey };
  const properties = { [HOSTILE]: { type: 'string', description: HOSTILE, enum: [HOSTILE] } };
  await publishCapabilities(platform, agent, [
    {
      action: 'hostile.action',
      title: HOSTILE,
      description: HOSTILE,
      paramsSchema: { type: 'object', title: HOSTILE, properties },
      resultFormat: 'CONTENT',
      resultSchema: { type: 'object', properties },
      textParam: HOSTILE,
    },
  ]);
  await publishPolicies(platform, agent, {
    rules: [{ condition: "action == 'no'", action: 'REJECT', reason: HOSTILE }],
    defaultAction: 'ALLOW',
  });
  const channel = await openChannel(platform, agent);
  const sender = await registerSender(platform);
  const params = { [HOSTILE]: HOSTILE };
  const completed = await submitAccepted(platform, agent, sender, { action: 'hostile.action', params });
  await channel.received(completed.id);
  await acknowledge(platform, agent, completed.id);
  const content = [
    { type: 'text', text: HOSTILE },
    { type: 'image', data: '', mediaType: 'image/png', name: HOSTILE },
    { type: 'link', uri: `javascript:${HOSTILE}`, name: HOSTILE, description: HOSTILE },
    { type: 'resource', uri: `data:text/html,${HOSTILE}`, mediaType: 'text/html', text: HOSTILE },
  ];
  await complete(platform, agent, completed.id, { content, structured: { [HOSTILE]: HOSTILE } });
  const failed = await submitAccepted(platform, agent, sender, { action: 'hostile.action', params });
  await channel.received(failed.id);
  await mutate(platform, 'failRequest', { requestId: failed.id, code: 'x', message: HOSTILE }, 'request { id }', agent);
  const rejected = await submit(platform, agent, sender, { action: HOSTILE });
  return { agent, completedId: completed.id, failedId: failed.id, rejectedId: rejected.requestId };
}

describe('texts of strangers', () => {
  it('are text on every page, which stays accessible and asks nobody else', async () => {
    const { agent, completedId, failedId, rejectedId } = await hostileContent();
    const { page, complaints, hosts } = await openAdmin(browser, platform);
    const paths = [
      '/admin/',
      `/admin/agents/${agent.handle}`,
      `/admin/agents/${agent.handle}?tab=policies`,
      `/admin/agents/${agent.handle}?tab=history`,
      `/admin/agents/${agent.handle}?tab=requests`,
      `/admin/requests`,
      `/admin/requests/${completedId}`,
      `/admin/requests/${failedId}`,
      `/admin/requests/${rejectedId}`,
      `/admin/try?agent=${agent.handle}`,
      '/admin/overview',
    ];
    for (const path of paths) {
      await page.goto(path);
      await page.getByText('<img src=x').first().waitFor({ state: 'attached' });
      expect(await page.locator('img[src="x"], script:not([src])').count(), path).toBe(0);
      expect(await seriousFindings(page), path).toEqual([]);
    }
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(platform.url).host]);
  });
});

describe('on a phone', () => {
  it('nothing is wider than the screen, and the menu leads everywhere', async () => {
    const { agent, completedId } = await hostileContent();
    const { page, complaints } = await openAdmin(browser, platform, { viewport: { width: 375, height: 700 } });
    for (const path of [
      '/admin/',
      `/admin/agents/${agent.handle}`,
      `/admin/agents/${agent.handle}?tab=keys`,
      '/admin/requests',
      `/admin/requests/${completedId}`,
      `/admin/try?agent=${agent.handle}`,
      '/admin/overview',
    ]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForTimeout(300);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(375);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('link', { name: 'Requests' }).click();
    await page.getByRole('heading', { name: 'Requests', level: 1 }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the keyboard', () => {
  it('reaches the content, the sections and an agent', async () => {
    const { agent } = await hostileContent();
    const { page } = await openAdmin(browser, platform);
    await page.goto('/admin/');
    await page.getByRole('link', { name: agent.handle }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    const link = page.getByRole('link', { name: agent.handle });
    for (let i = 0; i < 40 && !(await link.evaluate((element) => element === document.activeElement)); i++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('tab', { name: /Contract/ }).waitFor();
  });
});
