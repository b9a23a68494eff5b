import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Agent,
  CALENDAR,
  publishCapabilities,
  publishPolicies,
  registerAgent,
  registerSender,
  submitAccepted,
} from '../testkit/actors.ts';
import { ask } from '../testkit/graphql.ts';
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
let agent: Agent;
beforeEach(async () => {
  watched = await openAdmin(browser, platform);
  page = watched.page;
  agent = await registerAgent(platform);
  const { complaints } = watched;
  onTestFinished(() => expect(complaints).toEqual([]));
});

const rulesOf = async () => {
  const query = 'query ($id: ID!) { agent(id: $id) { policies { version rules { cel condition action reason } } } }';
  return (await ask(platform, query, { id: agent.id }, agent)).agent.policies;
};

const edit = async (what: 'contract' | 'policies') => {
  await page.goto(`/admin/agents/${agent.handle}?tab=${what}`);
  await page.getByRole('button', { name: `Edit the ${what}` }).click();
};

describe('the editor of policies', () => {
  it('checks rules before they count, says what was probably meant, and publishes them', async () => {
    await publishCapabilities(platform, agent, [CALENDAR]);
    await edit('policies');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    const rule = page.getByRole('region', { name: 'Rule 1' });
    await rule.getByRole('combobox', { name: 'Language' }).click();
    await page.getByRole('option', { name: 'Condition' }).click();
    await rule.getByLabel('When').fill('params_duration_minuts > 60');
    await page.getByRole('button', { name: 'Check' }).click();
    const findings = page.getByRole('status', { name: 'Findings' });
    await findings.getByText('duration_minutes').first().waitFor();
    expect(await rulesOf()).toBeNull();

    await rule.getByLabel('When').fill('params_duration_minutes > ');
    await page.getByRole('button', { name: 'Publish' }).click();
    await findings.getByText('Cannot be published').waitFor();
    expect(await rulesOf()).toBeNull();

    await rule.getByLabel('When').fill('params_duration_minutes > 60');
    await rule.getByLabel(/Reason/).fill('Too long');
    if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Publish' }).click();
    await findings.getByText('Version 1 is in force.').waitFor();
    expect(await rulesOf()).toEqual({
      version: 1,
      rules: [{ cel: null, condition: 'params_duration_minutes > 60', action: 'REJECT', reason: 'Too long' }],
    });
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('table', { name: 'Rules' }).getByText('Too long').waitFor();
  });

  it('has waivers among the actions of rules only, and keeps and shows until when, and for which params, a rule is', async () => {
    await publishCapabilities(platform, agent, [CALENDAR]);
    const expiresAt = '2999-01-02T03:04:05.000Z';
    const waiver = {
      condition: 'params_title == "Standup"',
      action: 'WAIVE_APPROVAL',
      onlyParams: ['title'],
      expiresAt,
    };
    await publishPolicies(platform, agent, { rules: [{ condition: 'true', action: 'REQUIRE_APPROVAL' }, waiver] });
    await page.goto(`/admin/agents/${agent.handle}?tab=policies`);
    const shown = page.getByRole('table', { name: 'Rules' });
    await shown.getByText('Waive approval').waitFor();
    await shown.getByText(/Only with just the params title\. Until .*2999/).waitFor();
    await page.getByRole('button', { name: 'Edit the policies' }).click();
    await page.getByRole('combobox', { name: 'What no rule matches' }).click();
    expect(await page.getByRole('option').allTextContents()).toEqual(['Reject', 'Require approval', 'Allow']);
    await page.keyboard.press('Escape');
    const rule = page.getByRole('region', { name: 'Rule 2' });
    await rule.getByText(/Until .*2999/).waitFor();
    await rule.getByRole('combobox', { name: 'Then' }).click();
    expect(await page.getByRole('option').allTextContents()).toContain('Waive approval');
    await page.keyboard.press('Escape');
    await rule.getByLabel(/Reason/).fill('Known');
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('status', { name: 'Findings' }).getByText('Version 2 is in force.').waitFor();
    const query = 'query ($id: ID!) { agent(id: $id) { policies { rules { action onlyParams expiresAt reason } } } }';
    const { policies } = (await ask(platform, query, { id: agent.id }, agent)).agent;
    expect(policies.rules[1]).toEqual({ action: 'WAIVE_APPROVAL', onlyParams: ['title'], expiresAt, reason: 'Known' });
  });

  it('says what past requests would have got, before the rules count', async () => {
    await publishCapabilities(platform, agent, [CALENDAR]);
    const sender = await registerSender(platform);
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await edit('policies');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText('0 of the last 1 requests would have got something else.').waitFor();
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByLabel('When').fill('params.duration_minutes >= 15');
    await page.getByLabel(/Reason/).fill('Too long');
    await page.getByRole('button', { name: 'Replay' }).click();
    const changed = page.getByRole('table', { name: 'Requests that would have got something else' });
    expect(await changed.getByRole('row').nth(1).textContent()).toMatch(
      /calendar\.schedule.*passed.*rejected.*Too long/,
    );
    expect(await seriousFindings(page)).toEqual([]);
    expect(await rulesOf()).toBeNull();
  });

  it('takes the rules along from the form to JSON and back', async () => {
    await edit('policies');
    await page.getByText('JSON', { exact: true }).click();
    const text = page.getByLabel('Policies as JSON');
    await text.fill('{"rules": [');
    await page.getByText('Form', { exact: true }).click();
    await page
      .getByRole('alert')
      .getByText(/no JSON/)
      .waitFor();
    await text.fill('{"rules": [{"cel": "action == \'x\'", "action": "ALLOW"}], "defaultAction": "REJECT"}');
    await page.getByText('Form', { exact: true }).click();
    expect(await page.getByRole('region', { name: 'Rule 1' }).getByLabel('When').inputValue()).toBe("action == 'x'");
  });
});

describe('the editor of a contract', () => {
  it('begins with what is in force, and publishes the next version', async () => {
    await publishCapabilities(platform, agent, [CALENDAR]);
    await edit('contract');
    const capability = page.getByRole('region', { name: 'Capability 1' });
    expect(await capability.getByLabel('Action').inputValue()).toBe(CALENDAR.action);
    await capability.getByLabel('Constraints').fill('{"max_duration_minutes": "long"}');
    await page.getByRole('button', { name: 'Check' }).click();
    const findings = page.getByRole('status', { name: 'Findings' });
    await findings.getByText('Cannot be published').waitFor();
    await capability.getByLabel('Constraints').fill('{"max_duration_minutes": 30}');
    await page.getByRole('button', { name: 'Publish' }).click();
    await findings.getByText('Version 2 is in force.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('duration_minutes ≤ 30').waitFor();
  });

  it('keeps all that an action says, and says more of it', async () => {
    const told = {
      ...CALENDAR,
      title: 'Schedule',
      resultFormat: 'CONTENT',
      resultSchema: { type: 'object' },
      hints: { readOnly: false },
      textParam: 'title',
    };
    await publishCapabilities(platform, agent, [told]);
    await edit('contract');
    const capability = page.getByRole('region', { name: 'Capability 1' });
    expect(await capability.getByLabel('Title', { exact: true }).inputValue()).toBe('Schedule');
    await capability.getByLabel('Title', { exact: true }).fill('Schedule a meeting');
    await capability.getByLabel('Result schema').fill('');
    await capability.getByRole('combobox', { name: 'Destructive' }).click();
    await page.getByRole('option', { name: 'No', exact: true }).click();
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Publish' }).click();
    await page.getByRole('status', { name: 'Findings' }).getByText('Version 2 is in force.').waitFor();
    const query = `query ($id: ID!) { agent(id: $id) { capabilities { capabilities { title resultFormat resultSchema
      hints { readOnly destructive idempotent openWorld } textParam } } } }`;
    const { capabilities } = (await ask(platform, query, { id: agent.id }, agent)).agent;
    expect(capabilities.capabilities).toEqual([
      {
        title: 'Schedule a meeting',
        resultFormat: 'CONTENT',
        resultSchema: null,
        hints: { readOnly: false, destructive: false, idempotent: null, openWorld: null },
        textParam: 'title',
      },
    ]);
  });
});

describe('the form of a schema', () => {
  const tryIt = async (paramsSchema: object) => {
    await publishCapabilities(platform, agent, [{ action: 'try', description: null, paramsSchema, constraints: {} }]);
    await page.goto(`/admin/try?agent=${agent.handle}`);
  };
  const form = () => page.locator('.schema-form');

  it('leaves patterns to the platform, so that none hangs the page', async () => {
    const text = { type: 'string', pattern: '^(a+)+$' };
    await tryIt({ type: 'object', properties: { a: { anyOf: [text, { type: 'number' }] } } });
    await form().waitFor();
    await page
      .locator('.schema-form input')
      .first()
      .fill(`${'a'.repeat(60)}!`);
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.locator('[data-outcome="DENIED"]').waitFor();
  });

  it.each([
    [
      'asks for 100,000 items',
      { type: 'object', required: ['a'], properties: { a: list(100_000, { type: 'string' }) } },
    ],
    [
      'asks for lists of lists of lists',
      { type: 'object', required: ['a'], properties: { a: list(200, list(200, list(200, { type: 'string' }))) } },
    ],
  ])('that %s begins with no more than can be shown', async (_what, schema) => {
    await tryIt(schema);
    await form().waitFor();
    expect(await page.locator('.schema-form input').count()).toBeLessThanOrEqual(60);
  });

  it('that takes too long to make is none, and the params are written as JSON', async () => {
    const branch = (depth: number): object =>
      depth === 0
        ? { type: 'string' }
        : { type: 'object', properties: { a: { anyOf: [branch(depth - 1), branch(depth - 1)] } } };
    await tryIt(branch(6));
    await form().or(page.getByText('Write the params as JSON.')).waitFor();
    // Whichever it is, the page still answers.
    await page.getByText('JSON', { exact: true }).click();
    await page.getByLabel('Params as JSON').waitFor();
  });
});

function list(minItems: number, items: object) {
  return { type: 'array', minItems, items };
}
