import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { differenceFrom, snippetsOf } from '../docs/doc-snippets.ts';
import { type Agent, agentAndSender, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { launchBrowser } from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  platform = await startTestPlatform();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

/** GraphiQL in a fresh browser profile, with what its console and its network complain of. */
async function openGraphiql(
  of: TestPlatform = platform,
): Promise<{ page: Page; complaints: string[]; hosts: Set<string> }> {
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
  await page.goto(`${of.url}/graphql`);
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

/** Clicks one after the other, with no more time between them than a script needs. */
async function clickAtOnce(page: Page, ...selectors: string[]): Promise<void> {
  const elements = await Promise.all(selectors.map((selector) => page.waitForSelector(selector)));
  await page.evaluate(async (buttons) => {
    for (const button of buttons) {
      (button as HTMLElement).click();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }, elements);
}

const writeHeaders = async (page: Page, agent: Pick<Agent, 'apiKey'>) => {
  await page.click('button:has-text("Headers")');
  await write(
    page,
    '.graphiql-editor-tool .graphiql-editor:not(.hidden)',
    JSON.stringify({ authorization: `Bearer ${agent.apiKey}` }),
  );
};

const execute = (page: Page) => page.click('button[aria-label^="Execute query"]');
const responseOf = (page: Page) => page.locator('.result-window').textContent();
const stream = (page: Page, title: string) => page.locator(`.clw-stream[aria-label="${title}"]`);

describe('GraphiQL in a browser', () => {
  it('loads with the walkthrough as tabs and one place for keys, from this host alone, under its policy', async () => {
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
    expect(await page.locator('input[name="agent-key"], input[name="sender-key"]').count()).toBe(2);
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
    expect([...hosts]).toEqual([new URL(platform.url).host]);
    expect(complaints).toEqual([]);
  });

  it('runs a query', async () => {
    const { agent } = await agentAndSender(platform);
    const { page, complaints } = await openGraphiql();
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain(agent.handle));
    expect(complaints).toEqual([]);
  });

  it('sends the Headers pane with a query, whatever is said elsewhere', async () => {
    const { agent } = await agentAndSender(platform);
    const { page } = await openGraphiql();
    await write(page, '.graphiql-query-editor', '# as nobody\n{ viewer { ... on Agent { handle } } }');
    await writeHeaders(page, agent);
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain(agent.handle));
  });

  it('sends the key that stands under Keys, as the choice there or the line above the operation says', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { page } = await openGraphiql();
    await page.fill('input[name="agent-key"]', agent.apiKey);
    await page.fill('input[name="sender-key"]', sender.apiKey);
    await write(page, '.graphiql-query-editor', '{ viewer { __typename } }');
    await page.check('label:has-text("sender") >> input[type="radio"]');
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain('"Sender"'));
    await write(page, '.graphiql-query-editor', '# as the agent\n{ viewer { __typename } }');
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain('"Agent"'));
    await page.reload();
    await page.waitForSelector('.graphiql-query-editor .view-lines');
    expect(await page.inputValue('input[name="agent-key"]')).toBe(agent.apiKey);
  });

  it('runs what stands there now, however soon after it was typed', async () => {
    const { page } = await openGraphiql();
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain('totalCount'));
    // As on a machine so busy that GraphiQL does not come to read what is typed.
    await page.evaluate(() => {
      const later = window.setTimeout;
      window.setTimeout = ((act: () => void, ms = 0) => later(act, ms < 50 ? ms : 3_600_000)) as typeof later;
    });
    await write(page, '.graphiql-query-editor', 'query Another { another: viewer { __typename } }');
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain('"another"'));
    await write(
      page,
      '.graphiql-query-editor',
      'mutation { publishCapabilities(input: { agentId: "x", capabilities: [] }) { __typename } }',
    );
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain('"publishCapabilities"'));
  });

  it("opens an agent's channel, shows what comes, and closes it when it is stopped", async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { page, complaints } = await openGraphiql();
    await page.fill('input[name="agent-key"]', agent.apiKey);
    await openTab(page, 'AgentChannel', 'subscription');
    await execute(page);
    const { id } = await eventually(() => submitAccepted(platform, agent, sender));
    await eventually(async () => expect(await responseOf(page)).toContain(id));
    expect(complaints).toEqual([]);
    await page.click('button[aria-label^="Stop query"]');
    await eventually(async () => {
      const answer = await submitAccepted(platform, agent, sender).catch(() => null);
      expect(answer).toBe(null);
    });
    await eventually(async () => expect(await stream(page, 'AgentChannel').textContent()).toContain('closed'));
  });

  it("keeps an agent's channel open while other tabs are shown, until its own tab is closed", async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { page } = await openGraphiql();
    await page.fill('input[name="agent-key"]', agent.apiKey);
    await openTab(page, 'AgentChannel', 'subscription');
    await execute(page);
    const first = await eventually(() => submitAccepted(platform, agent, sender));
    await eventually(async () => expect(await responseOf(page)).toContain(first.id));

    await openTab(page, 'Directory', 'Directory');
    await page.click('button[aria-label="New tab"]');
    const second = await submitAccepted(platform, agent, sender);
    await eventually(async () => expect(await stream(page, 'AgentChannel').textContent()).toContain(second.id));
    expect(await responseOf(page)).not.toContain(second.id);

    await openTab(page, 'AgentChannel', 'subscription');
    await eventually(async () => expect(await responseOf(page)).toContain(second.id));
    await page.waitForSelector('button[aria-label^="Stop query"]');
    const third = await submitAccepted(platform, agent, sender);
    await eventually(async () => expect(await responseOf(page)).toContain(third.id));

    await page.click('.graphiql-tab:has-text("AgentChannel") button[aria-label="Close Tab"]');
    await eventually(async () => {
      expect(await submitAccepted(platform, agent, sender).catch(() => null)).toBe(null);
    });
  });

  it('lets each tab keep its name and run its own operation, however soon it is left or run', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { page } = await openGraphiql();
    await page.fill('input[name="agent-key"]', agent.apiKey);
    const names = await page.locator('.graphiql-tab').allInnerTexts();
    await clickAtOnce(page, 'button.graphiql-tab-button:text("AgentChannel")', 'button[aria-label="New tab"]');
    expect(await page.locator('.graphiql-tab').allInnerTexts()).toEqual([...names, '<untitled>']);
    await clickAtOnce(page, 'button.graphiql-tab-button:text("AgentChannel")', 'button.graphiql-execute-button');
    const { id } = await eventually(() => submitAccepted(platform, agent, sender));
    await eventually(async () => expect(await stream(page, 'AgentChannel').textContent()).toContain(id));
    await clickAtOnce(page, 'button.graphiql-tab-button:text("Directory")', 'button.graphiql-execute-button');
    await eventually(async () => expect(await responseOf(page)).toContain(agent.handle));
  });

  it('says why a channel cannot be opened', async () => {
    const { page } = await openGraphiql();
    await openTab(page, 'AgentChannel', 'subscription');
    await writeHeaders(page, { apiKey: 'clw_agent_wrong' });
    await execute(page);
    await eventually(async () => expect(await responseOf(page)).toContain('4403'));
  });

  it("goes through the README's walkthrough in its order, in one window, a tab a step", async () => {
    const own = await platformForTest();
    const { page, complaints } = await openGraphiql(own);
    const ids = { AGENT_ID: '', REQUEST_ID: '' };
    let compared = 0;
    let answer = '';
    for (const { language, text } of snippetsOf('README.md', 'Walkthrough in GraphQL')) {
      if (language === 'json') {
        expect(differenceFrom(JSON.parse(text), JSON.parse(answer).data), text).toBeNull();
        compared += 1;
        continue;
      }
      await page.click('button[aria-label="New tab"]');
      const document = text.replaceAll('AGENT_ID', ids.AGENT_ID).replaceAll('REQUEST_ID', ids.REQUEST_ID);
      await write(page, '.graphiql-query-editor', document);
      if (text.includes('subscription {')) {
        await execute(page);
        await eventually(async () => {
          const { status } = await (await fetch(`${own.url}/v1/directory/marius.exec`)).json();
          expect(status).toBe('active');
        });
        continue;
      }
      const [response] = await Promise.all([
        page.waitForResponse((each) => each.request().method() === 'POST'),
        execute(page),
      ]);
      answer = await response.text();
      const [shown = ''] = Object.keys(JSON.parse(answer).data);
      await eventually(async () => expect(await responseOf(page)).toContain(shown));
      const { data } = JSON.parse(answer);
      ids.AGENT_ID = data.registerAgent?.agent.id ?? ids.AGENT_ID;
      ids.REQUEST_ID = data.submitRequest?.request?.id ?? ids.REQUEST_ID;
      if (data.submitRequest?.request) {
        const events = stream(page, 'agentChannel');
        await eventually(async () => expect(await events.textContent()).toContain(ids.REQUEST_ID));
      }
    }
    expect(compared).toBeGreaterThanOrEqual(8);
    if (process.env.SCREENSHOT_WALK) await page.screenshot({ path: process.env.SCREENSHOT_WALK });
    expect(complaints).toEqual([]);
  });
});
