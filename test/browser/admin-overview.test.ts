import pg from 'pg';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acknowledge, agentAndSender, complete, openChannel, submit, submitAccepted } from '../testkit/actors.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { tcpProxy } from '../testkit/tcp-proxy.ts';
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
  await page
    .getByRole('region', { name: 'Storage' })
    .getByRole('row', { name: /^policy sets 0 0 kB$/ })
    .waitFor();
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

it('a latency that is far above the others is marked and said, and the others stay readable', async () => {
  const { agent, sender } = await agentAndSender(platform);
  const channel = await openChannel(platform, agent);
  const { id } = await submitAccepted(platform, agent, sender);
  await channel.received(id);
  await complete(platform, agent, id);
  await repeatInThePast(id);
  const { page } = await openAdmin(browser, platform);
  await page.goto('/admin/overview');
  const latency = page.getByRole('region', { name: 'Latency' });
  await latency.getByText(/values are above the scale, the highest 1 min\./).waitFor();
  expect(await latency.locator('svg polygon').count()).toBeGreaterThanOrEqual(2);
  const axis = await latency.locator('svg text').allTextContents();
  expect(axis.filter((text) => / s$|min$/.test(text))).toEqual([]);
  expect(await seriousFindings(page)).toEqual([]);
});

/** The request again in each of many minutes, done in a tenth of a second, but for one that took a minute. */
async function repeatInThePast(id: string): Promise<void> {
  const client = new pg.Client({ connectionString: platform.databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into requests (id, status, action, params, handle, agent_id, sender_id, pipeline_log, attempts, deliveries,
         revision, created_at, updated_at, expires_at, finished_at)
       select uuidv7(-ago), status, action, params, handle, agent_id, sender_id, pipeline_log, attempts, deliveries,
         revision, now() - ago, now() - ago + took, now() - ago + interval '5 min', now() - ago + took
       from requests, lateral (select make_interval(mins => minute) as ago,
         case minute when 20 then interval '1 min' else interval '0.1 s' end as took
         from generate_series(5, 55) as minute) as past
       where id = $1`,
      [id],
    );
  } finally {
    await client.end();
  }
}

it('a page says when the platform does not answer, and offers to try again', async () => {
  const own = await startTestPlatform();
  const { page } = await openAdmin(browser, own);
  await page.getByText('No agent is registered yet').waitFor();
  await own.stop();
  await page.getByLabel('Search').fill('anything');
  await page.getByRole('alert').getByText('The platform does not answer.').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
});

it('a page whose socket is away says so until it is back', async () => {
  const proxy = await tcpProxy(Number(new URL(platform.url).port));
  const { page } = await openAdmin(browser, { url: `http://127.0.0.1:${proxy.port}` });
  const notice = page.getByRole('status', { name: 'Connection' });
  const word = notice.getByText('Not live: reconnecting');
  await notice.and(page.locator('[data-live="true"]')).waitFor({ state: 'attached' });
  expect(await word.count()).toBe(0);
  const cutAt = performance.now();
  proxy.refuse();
  proxy.cut();
  await word.waitFor();
  // A moment without it is not worth a word; timers are rounded.
  expect(performance.now() - cutAt).toBeGreaterThanOrEqual(2_990);
  expect(await seriousFindings(page)).toEqual([]);
  await proxy.accept();
  await word.waitFor({ state: 'detached' });
});
