import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acknowledge, agentAndSender, complete, openChannel, submit, submitAccepted } from '../testkit/actors.ts';
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

it('an empty platform says how to begin, and its statistics come by themselves', async () => {
  const { page, complaints } = await openAdmin(browser, platform);
  await page.getByRole('heading', { name: 'No agent is registered yet' }).waitFor();
  await page.getByText(`curl -s ${platform.url}/v1/agents`).waitFor();
  expect(await seriousFindings(page)).toEqual([]);

  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByText('Nothing was asked in this time').waitFor();
  await page.getByText('Nothing was rejected in this time').waitFor();
  expect(await seriousFindings(page)).toEqual([]);

  const { agent, sender } = await agentAndSender(platform);
  const channel = await openChannel(platform, agent);
  const { id } = await submitAccepted(platform, agent, sender);
  await channel.received(id);
  await acknowledge(platform, agent, id);
  await complete(platform, agent, id);
  await submit(platform, agent, sender, { action: 'no.such.action' });

  const outcomes = page.getByRole('region', { name: 'Requests by outcome' });
  await outcomes.getByRole('columnheader', { name: 'Completed' }).waitFor({ state: 'attached', timeout: 12_000 });
  await outcomes.getByRole('columnheader', { name: 'Rejected' }).waitFor({ state: 'attached' });
  await page.getByRole('region', { name: 'Rejections' }).getByText('no.such.action').waitFor();
  expect(await page.getByRole('region', { name: 'Latency' }).locator('path').count()).toBe(2);

  await page.getByText('7 days').click();
  await page.waitForURL(/span=7d/);
  await outcomes.getByRole('columnheader', { name: 'Completed' }).waitFor({ state: 'attached' });
  expect(complaints).toEqual([]);
});

it('a page says when the platform does not answer, and offers to try again', async () => {
  const own = await startTestPlatform();
  const { page } = await openAdmin(browser, own);
  await page.getByText('No agent is registered yet').waitFor();
  await own.stop();
  await page.getByLabel('Search').fill('anything');
  await page.getByRole('alert').getByText('The platform does not answer.').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
});
