import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  CALENDAR,
  complete,
  openChannel,
  publishCapabilities,
  readRequest,
  registerAgent,
  submitAccepted,
} from '../testkit/actors.ts';
import { ask, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { launchBrowser, openAdmin, seriousFindings, type WatchedPage } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([startTestPlatform(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

let watched: WatchedPage;
let page: Page;
beforeEach(async () => {
  watched = await openAdmin(browser, platform);
  page = watched.page;
  const { complaints, hosts } = watched;
  onTestFinished(() => {
    expect(complaints).toEqual([]);
    expect([...hosts]).toEqual([new URL(platform.url).host]);
  });
});

/** An action of which everything is said. */
const LOOK_UP = {
  action: 'look.up',
  title: 'Look it up',
  description: 'Looks it up in the library.',
  paramsSchema: { type: 'object', properties: { query: { type: 'string' } } },
  resultFormat: 'CONTENT',
  resultSchema: { type: 'object', required: ['hits'], properties: { hits: { type: 'integer', minimum: 0 } } },
  hints: { readOnly: true, destructive: false, openWorld: true },
  textParam: 'query',
};

/** A picture of one dot. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('the agents', () => {
  it('show one that connects as active within a second, and as inactive when it is gone', async () => {
    const agent = await registerAgent(platform);
    await page.reload();
    const status = page.getByRole('row', { name: new RegExp(agent.handle) }).locator('[data-status]');
    await status.and(page.locator('[data-status="INACTIVE"]')).waitFor();
    const channel = await openChannel(platform, agent);
    await status.and(page.locator('[data-status="ACTIVE"]')).waitFor({ timeout: 1_000 });
    await channel.close();
    await status.and(page.locator('[data-status="INACTIVE"]')).waitFor();
  });

  it('can be searched, filtered and sorted, all of it in the address', async () => {
    const stem = uniqueHandle('find').replaceAll('.', '');
    for (const name of ['b', 'a', 'c']) await registerAgent(platform, `${stem}.${name}`);
    const handles = () => page.getByRole('row').locator('a.row-link').allTextContents();
    await page.getByLabel('Search').fill(stem);
    await page.getByText('3 agents').waitFor();
    expect(await handles()).toEqual(['c', 'a', 'b'].map((name) => `${stem}.${name}`));
    await page.getByRole('button', { name: 'Handle' }).click();
    await page.waitForURL(/sort=HANDLE/);
    await page.getByRole('columnheader', { name: 'Handle' }).and(page.locator('[aria-sort="descending"]')).waitFor();
    await page.getByRole('button', { name: 'Handle' }).click();
    await page.waitForURL(/order=asc/);
    await page.waitForFunction((first) => document.querySelector('a.row-link')?.textContent === first, `${stem}.a`);
    await page.reload();
    await page.getByText('3 agents').waitFor();
    expect(await handles()).toEqual(['a', 'b', 'c'].map((name) => `${stem}.${name}`));
    await page.getByLabel('Search').fill(`${stem}nobody`);
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.waitForURL((url) => !url.searchParams.has('search'));
  });
});

describe('an agent’s page', () => {
  it('shows the contract as a table, and what changed between two versions', async () => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent);
    await publishCapabilities(platform, agent, [{ ...CALENDAR, constraints: { max_duration_minutes: 60 } }]);
    await page.goto(`/admin/agents/${agent.handle}`);
    const params = page.getByRole('table', { name: 'Params of calendar.schedule' });
    expect(await params.getByRole('row', { name: /duration_minutes/ }).textContent()).toMatch(
      /required.*integer.*≥ 15/,
    );
    await page.getByText('duration_minutes ≤ 60').waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    const difference = page.getByRole('region', { name: 'Difference' });
    await difference.locator('.diff-removed').first().waitFor();
    expect(await difference.locator('.diff-removed').allTextContents()).toEqual([expect.stringContaining('120')]);
    expect(await difference.locator('.diff-added').allTextContents()).toEqual([expect.stringContaining('60')]);
  });

  it('shows what an action is called, what comes of it and what the agent says of it', async () => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent, [CALENDAR]);
    await publishCapabilities(platform, agent, [LOOK_UP, CALENDAR]);
    await page.goto(`/admin/agents/${agent.handle}`);
    const shown = page.getByRole('region', { name: 'look.up', exact: true });
    await shown.getByRole('heading', { name: 'Look it up' }).waitFor();
    expect(await shown.getByRole('list', { name: 'Hints' }).getByRole('listitem').allTextContents()).toEqual([
      'read-only',
      'not destructive',
      'open world',
    ]);
    expect(await shown.getByText('Takes plain text as').textContent()).toBe('Takes plain text as query');
    await shown.getByText('Blocks of content for people and models').waitFor();
    const result = shown.getByRole('table', { name: 'Result of look.up' });
    expect(await result.getByRole('row', { name: /hits/ }).textContent()).toMatch(/required.*integer.*≥ 0/);
    expect(await seriousFindings(page)).toEqual([]);
    const plain = page.getByRole('region', { name: CALENDAR.action, exact: true });
    expect(await plain.getByText(/Result|Hints|plain text/).count()).toBe(0);
    await page.getByRole('tab', { name: 'History' }).click();
    const added = page.getByRole('region', { name: 'Difference' }).locator('.diff-added');
    await added.getByText('"title": "Look it up"').waitFor();
    expect((await added.allTextContents()).join('')).toContain('"openWorld": true');
    expect((await added.allTextContents()).join('')).not.toContain('idempotent');
  });

  it('says of a version that is the only one that it is, and shows it', async () => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent);
    await page.goto(`/admin/agents/${agent.handle}?tab=history`);
    await page.getByText('It is the only version').waitFor();
    await page.getByRole('region', { name: 'The only version' }).getByText('calendar.schedule').waitFor();
    expect(await page.getByText('No difference').count()).toBe(0);
    await page.getByText('Policies (0)').click();
    await page.getByText('Nothing has been published yet').waitFor();
  });

  it('revokes a key after asking, which closes the channel', async () => {
    const agent = await registerAgent(platform);
    const channel = await openChannel(platform, agent);
    await page.goto(`/admin/agents/${agent.handle}?tab=keys`);
    await page.getByRole('button', { name: /^Revoke clw_agent_/ }).click();
    await page.getByRole('button', { name: 'Revoke the key' }).click();
    await page.getByRole('table', { name: 'Keys' }).getByText('Revoked').waitFor();
    expect(await channel.events.ended()).toBeTruthy();
    await page.locator('[data-status="INACTIVE"]').first().waitFor();
  });

  it('deletes only when the handle is typed', async () => {
    const agent = await registerAgent(platform);
    await page.goto(`/admin/agents/${agent.handle}`);
    await page.getByRole('button', { name: 'Delete' }).click();
    const really = page.getByRole('button', { name: 'Delete the agent' });
    await page.getByLabel(/to confirm/).fill(agent.handle.slice(1));
    expect(await really.isDisabled()).toBe(true);
    await page.getByLabel(/to confirm/).fill(agent.handle);
    await page.getByLabel(/to confirm/).press('Enter');
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    const { agent: gone } = await ask(platform, 'query ($id: ID!) { agent(id: $id) { id } }', { id: agent.id });
    expect(gone).toBeNull();
    await page.goto(`/admin/agents/${agent.handle}`);
    await page.getByText('There is no such agent').waitFor();
  });
});

describe('a request', () => {
  it('is followed live from submission to result', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    await page.goto(`/admin/requests?agent=${agent.handle}`);
    await page.getByText('No request matches').waitFor();
    const { id } = await submitAccepted(platform, agent, sender);
    await page.locator(`[data-request="${id}"]`).getByRole('link', { name: 'calendar.schedule' }).click();
    const timeline = page.getByRole('list', { name: 'What happened' });
    const step = (name: string) => timeline.locator(`[data-step="${name}"]`);
    await step('submitted').getByText('Test Sender').waitFor();
    await step('stage-policy_engine').getByText('passed').waitFor();
    await step('stage-capability_sandbox').getByText('passed').waitFor();
    await step('delivery-1').waitFor();
    await channel.received(id);
    await acknowledge(platform, agent, id);
    await step('ack-1').waitFor({ timeout: 2_000 });
    await complete(platform, agent, id, { event_id: 'evt-1' });
    await step('outcome').getByText('Completed').waitFor({ timeout: 2_000 });
    await page.getByRole('region', { name: 'Result' }).last().getByText('evt-1').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel the request' }).count()).toBe(0);
  });

  it('shows a result of blocks as what they are, and as the JSON that it is', async () => {
    const { agent, sender } = await agentAndSender(platform, [LOOK_UP]);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, { action: 'look.up', params: { query: 'x' } });
    await channel.received(id);
    await complete(platform, agent, id, {
      content: [
        { type: 'text', text: 'Three of them:\n<b>one</b>' },
        { type: 'image', data: DOT, mediaType: 'image/png', name: 'dot.png' },
        { type: 'image', data: 'aGk=', mediaType: 'image/svg+xml' },
        { type: 'image', data: 'aGk=', mediaType: 'image/png', name: 'broken.png' },
        { type: 'audio', data: 'aGk=', mediaType: 'audio/ogg' },
        { type: 'link', uri: 'javascript:alert(1)', name: 'more', title: 'More of it', size: 2_048 },
        { type: 'resource', uri: 'file:///notes.txt', mediaType: 'text/plain', text: 'Notes' },
      ],
      structured: { hits: 3 },
    });
    await page.goto(`/admin/requests/${id}`);
    const blocks = page.getByRole('list', { name: 'Blocks of the result' }).getByRole('listitem');
    await blocks.first().getByText('<b>one</b>').waitFor();
    const picture = page.getByRole('img', { name: 'dot.png' });
    await expect.poll(() => picture.evaluate((image) => Reflect.get(image, 'naturalWidth'))).toBe(1);
    await blocks.getByText('cannot be shown').waitFor();
    expect(await blocks.locator('img').count()).toBe(1);
    expect(await blocks.locator('a').count()).toBe(0);
    expect(await blocks.nth(2).textContent()).toBe('Image · image/svg+xml · 2 bytes');
    expect(await blocks.nth(4).textContent()).toBe('Audio · audio/ogg · 2 bytes');
    expect(await blocks.nth(5).textContent()).toBe('Link · More of it · 2 KiBjavascript:alert(1)');
    await blocks.nth(6).getByText('Notes', { exact: true }).waitFor();
    await page.getByRole('region', { name: 'For programs' }).getByText('"hits": 3').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show as JSON' }).click();
    await page.getByRole('region', { name: 'Result' }).last().getByText('"structured"').waitFor();
    expect(await blocks.count()).toBe(0);
  });

  it('whose result was not what the contract says tells after its deliveries what was wrong', async () => {
    const { agent, sender } = await agentAndSender(platform, [LOOK_UP]);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, { action: 'look.up', params: { query: 'x' } });
    await channel.received(id);
    await complete(platform, agent, id, 'Three of them');
    await page.goto(`/admin/requests/${id}`);
    const steps = page.getByRole('list', { name: 'What happened' }).getByRole('listitem');
    const refused = page.locator('[data-step="stage-result_contract"]');
    await refused.getByText('Result: rejected').waitFor();
    await refused.getByText('result must be an object with "content"').waitFor();
    await page.locator('[data-step="outcome"]').getByText('does not match its contract').waitFor();
    expect(await steps.evaluateAll((all) => all.slice(-3).map((each) => each.getAttribute('data-step')))).toEqual([
      'delivery-1',
      'stage-result_contract',
      'outcome',
    ]);
  });

  it('shows how far its agent says to be, and goes on with it until there is an outcome', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id: requestId } = await submitAccepted(platform, agent, sender);
    await channel.received(requestId);
    await page.goto(`/admin/requests/${requestId}`);
    await page.locator('[data-step="delivery-1"]').waitFor();
    const say = (input: object) =>
      mutateSuccessfully(platform, 'reportProgress', { requestId, ...input }, 'progress { value }', agent);
    const progress = page.getByRole('region', { name: 'Progress' });
    const bar = progress.getByRole('progressbar');
    expect(await progress.count()).toBe(0);
    await say({ value: 1, total: 4, message: 'Asks Ann' });
    await progress.getByText('1 of 4').waitFor();
    await progress.getByText('Asks Ann').waitFor();
    expect(await bar.getAttribute('aria-valuenow')).toBe('25');
    await say({ value: 3_000 });
    await progress.getByText('3,000', { exact: true }).waitFor();
    await progress.getByText('Asks Ann').waitFor({ state: 'detached' });
    expect(await seriousFindings(page)).toEqual([]);
    await complete(platform, agent, requestId);
    await progress.waitFor({ state: 'detached' });
  });

  it('can be cancelled while it is open, for a reason that is asked and shown', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await page.goto(`/admin/requests/${id}`);
    await page.getByRole('button', { name: 'Cancel the request' }).click();
    const dialog = page.getByRole('dialog', { name: 'Cancel this request?' });
    await dialog.getByRole('button', { name: 'Let it go on' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await readRequest(platform, id, sender)).status).toBe('PENDING');
    await page.getByRole('button', { name: 'Cancel the request' }).click();
    const reason = dialog.getByLabel('Reason');
    await reason.fill('The room is closed.'.padEnd(600, '!'));
    await dialog.getByText('500 of 500 characters').waitFor();
    await reason.fill('The room is closed.');
    expect(await seriousFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel it' }).click();
    await page.locator('[data-step="outcome"]').getByText('The room is closed.').waitFor();
    const { error } = await readRequest(platform, id, sender);
    expect(error).toEqual({ code: 'cancelled', message: 'The room is closed.' });
  });

  it('that is cancelled without a reason says who did it', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await page.goto(`/admin/requests/${id}`);
    await page.getByRole('button', { name: 'Cancel the request' }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.locator('[data-step="outcome"]').getByText('Cancelled by an administrator.').waitFor();
  });

  it('that does not exist is said not to', async () => {
    await page.goto('/admin/requests/01900000-0000-7000-8000-000000000000');
    await page.getByText('There is no such request').waitFor();
    await page.goto('/admin/nowhere');
    await page.getByText('There is no such page').waitFor();
  });
});

describe('trying it', () => {
  it('says what the action is', async () => {
    const { agent } = await agentAndSender(platform, [LOOK_UP]);
    await page.goto(`/admin/try?agent=${agent.handle}`);
    const about = page.getByRole('region', { name: 'About the action' });
    await about.getByText('Look it up').waitFor();
    await about.getByText('open world').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('sends a real request and follows it', async () => {
    const { agent } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    await page.goto(`/admin/try?agent=${agent.handle}`);
    await page.getByLabel('title').fill('Standup');
    await page.getByLabel('duration_minutes').fill('30');
    const sending = page.waitForRequest(
      (request) => request.postData()?.includes('mutation SubmitTestRequest') === true,
    );
    await page.getByRole('button', { name: 'Send' }).click();
    // To the agent whose contract was shown, and to no other that has the handle by then.
    expect((await sending).postDataJSON().variables.input.expectedAgentId).toBe(agent.id);
    const received = await channel.events.take((event) => event.__typename === 'RequestReceived');
    expect(received.params).toEqual({ title: 'Standup', duration_minutes: 30 });
    await acknowledge(platform, agent, received.requestId);
    await complete(platform, agent, received.requestId, { event_id: 'evt-7' });
    await page.locator('[data-step="outcome"]').getByText('Completed').waitFor();
    await page.getByText('evt-7').waitFor();
  });

  it('says which stage rejects what, dry or for real', async () => {
    const { agent } = await agentAndSender(platform);
    await page.goto(`/admin/try?agent=${agent.handle}&action=calendar.schedule`);
    await page.getByLabel('title').fill('Long one');
    await page.getByLabel('duration_minutes').fill('999');
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('It would be rejected').waitFor();
    await page.getByText('Contract: rejected').waitFor();
    await page.getByText(/^(Over a constraint|Invalid params): ./).waitFor();
    const { requests } = await countOf(agent.handle);
    expect(requests).toBe(0);
    await page.getByRole('button', { name: 'Send' }).click();
    const stage = page.locator('[data-step="stage-capability_sandbox"]');
    await stage.getByText('rejected').waitFor();
    await stage.getByText(/^(Over a constraint|Invalid params): ./).waitFor();
    await page.getByText('JSON', { exact: true }).click();
    await page.getByLabel('Params as JSON').fill('{"title": "Short", "duration_minutes": 30}');
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText('It would be delivered').waitFor();
    await page.getByLabel('Params as JSON').fill('{"title": ');
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  });
});

/** How many requests the administrator's page counts for an agent. */
async function countOf(handle: string): Promise<{ requests: number }> {
  const answer = await page.evaluate(async (agent) => {
    const query = `{ requests(handle: ${JSON.stringify(agent)}) { totalCount } }`;
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.json();
  }, handle);
  return { requests: answer.data.requests.totalCount };
}
