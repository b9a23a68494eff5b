import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Agent, agentAndSender, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  platform = await startTestPlatform();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

/** GraphiQL in a fresh browser profile, with what its console and its network complain of. */
async function openGraphiql(search = ''): Promise<{ page: Page; complaints: string[]; hosts: Set<string> }> {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (/^https?:/.test(request.url())) hosts.add(new URL(request.url()).host);
  });
  await page.goto(`${platform.url}/graphql${search}`);
  await page.waitForSelector('.graphiql-query-editor .view-lines');
  return { page, complaints, hosts };
}

/** Replaces what is in an editor, as somebody who pastes does. */
async function write(page: Page, editor: string, text: string): Promise<void> {
  await page.click(`${editor} .view-lines`);
  await page.keyboard.press('Control+A');
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await page.keyboard.press('Control+V');
}

async function openTab(page: Page, title: string, showing: string): Promise<void> {
  await page.click(`button.graphiql-tab-button:has-text("${title}")`);
  await page.waitForSelector(`.graphiql-query-editor .view-lines:has-text("${showing}")`);
}

const writeHeaders = async (page: Page, agent: Pick<Agent, 'apiKey'>) => {
  await page.click('button:has-text("Headers")');
  await write(
    page,
    '.graphiql-editor-tool .graphiql-editor:not(.hidden)',
    JSON.stringify({ authorization: `Bearer ${agent.apiKey}` }),
  );
};

const response = (page: Page) => page.locator('.result-window').textContent();

describe('GraphiQL in a browser', () => {
  it('loads with the walkthrough as tabs and the Headers pane, from this host alone, under its policy', async () => {
    const { page, complaints, hosts } = await openGraphiql();
    expect(await page.locator('.graphiql-tab').allInnerTexts()).toEqual([
      'Directory',
      'RegisterAgent',
      'PublishCapabilities',
      'AgentChannel',
      'RegisterSender',
      'Acknowledge',
      'Request',
    ]);
    expect(await page.locator('button:has-text("Headers")').count()).toBe(1);
    expect([...hosts]).toEqual([new URL(platform.url).host]);
    expect(complaints).toEqual([]);
  });

  it('runs a query', async () => {
    const { agent } = await agentAndSender(platform);
    const { page, complaints } = await openGraphiql();
    await page.click('button[aria-label^="Execute query"]');
    await eventually(async () => expect(await response(page)).toContain(agent.handle));
    expect(complaints).toEqual([]);
  });

  it('sends the Headers pane with a query', async () => {
    const { agent } = await agentAndSender(platform);
    const { page } = await openGraphiql();
    await write(page, '.graphiql-query-editor', '{ viewer { ... on Agent { handle } } }');
    await writeHeaders(page, agent);
    await page.click('button[aria-label^="Execute query"]');
    await eventually(async () => expect(await response(page)).toContain(agent.handle));
  });

  it("opens an agent's channel with the key in the Headers pane, shows what comes, and closes it again", async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { page, complaints } = await openGraphiql();
    await openTab(page, 'AgentChannel', 'subscription');
    await writeHeaders(page, agent);
    await page.click('button[aria-label^="Execute query"]');
    const { id } = await eventually(() => submitAccepted(platform, agent, sender));
    await eventually(async () => expect(await response(page)).toContain(id));
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
    expect(complaints).toEqual([]);
    await page.click('button[aria-label^="Stop query"]');
    await eventually(async () => {
      const answer = await submitAccepted(platform, agent, sender).catch(() => null);
      expect(answer).toBe(null);
    });
  });

  it('says why a channel cannot be opened', async () => {
    const { page } = await openGraphiql();
    await openTab(page, 'AgentChannel', 'subscription');
    await writeHeaders(page, { apiKey: 'clw_agent_wrong' });
    await page.click('button[aria-label^="Execute query"]');
    await eventually(async () => expect(await response(page)).toContain('4403'));
  });
});
