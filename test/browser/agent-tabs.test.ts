import type { Browser, Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  agentAndSender,
  createApprover,
  ownerOf,
  publishCapabilities,
  publishPolicies,
  registerAgent,
  submit,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { FUSE, lit } from '../testkit/burning-contract.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';
import {
  dialogsGone,
  expectGoodPage,
  launchBrowser,
  logIn as logInWith,
  openAdmin,
  openPage,
  SCREENS,
  takeSecret,
} from './admin-browser.ts';

let platform: TestPlatform;
let browser: Browser;
beforeAll(async () => {
  [platform, browser] = await Promise.all([
    startTestPlatform({
      env: {
        WEBHOOKS_ALLOW_PRIVATE: 'true',
        QUARANTINE_AFTER_TIMEOUTS: '1',
        ENFORCEMENT_CPU_BUDGET_MS: '50',
        REJECTIONS_KEPT_PER_MINUTE: '1',
        STORAGE_PER_AGENT_MAX_BYTES: '5000000000',
      },
    }),
    launchBrowser(),
  ]);
});
afterAll(async () => {
  await browser.close();
  await platform.stop();
});

const openTab = async (page: Page, { handle }: Agent, tab: string) => {
  await page.goto(`/admin/agents/${handle}?tab=${tab}`);
  await page.getByRole('tab', { selected: true }).waitFor();
};

describe('an agent whose contract takes too much computing', () => {
  it.each(SCREENS)('says so on its page, where that is lifted: $colorScheme', async (screen) => {
    const { agent, sender } = await agentAndSender(platform, [FUSE]);
    const burning = { action: 'burn', params: lit(30), whenOffline: 'QUEUE' };
    await eventually(async () => {
      expect((await submit(platform, agent, sender, burning)).__typename).toBe('AgentQuarantinedError');
    });
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'contract');
    const notice = page.getByRole('alert').filter({ hasText: 'In quarantine' });
    await notice.getByText('Version 1 of its contract took too much computing').waitFor();
    await expectGoodPage(page);
    await notice.getByRole('button', { name: 'Lift' }).click();
    await notice.waitFor({ state: 'detached' });
    const asked = { ...burning, params: { n: {} } };
    expect((await submit(platform, agent, sender, asked)).__typename).toBe('SubmitRequestSuccess');
    expect(complaints).toEqual([]);
  });
});

describe('the webhooks of an agent', () => {
  it.each(SCREENS)('are set, tried and removed: $colorScheme', async (screen) => {
    const [agent, receiver] = [await registerAgent(platform), await webhookReceiver()];
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'webhooks');
    await page.getByText('No webhooks').waitFor();
    await expectGoodPage(page);

    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('Name').fill('pager');
    await page.getByLabel('Address').fill('ftp://example.com');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByRole('alert').getByText('input.url').waitFor();
    await expectGoodPage(page);
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByLabel('Nobody has decided yet').uncheck();
    await page.getByRole('button', { name: 'Set it' }).click();
    const secret = await takeSecret(page);
    const row = page.locator('[data-webhook="pager"]');
    await row.getByText('held, decided').waitFor();
    await row.getByRole('button', { name: 'Try pager' }).click();
    await row.getByText(/^204, /).waitFor();
    const [call] = receiver.received;
    new Webhook(secret).verify(call?.body ?? '', call?.headers as Record<string, string>);
    await row.getByRole('button', { name: 'Try pager' }).click();
    await row.getByRole('alert').waitFor();
    await expectGoodPage(page);

    await row.getByRole('button', { name: 'Set again pager' }).click();
    await page.getByRole('button', { name: 'Set it with a new secret' }).click();
    expect(await takeSecret(page)).not.toBe(secret);
    await row.getByRole('button', { name: 'Remove pager' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('No webhooks').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the approvers of an agent', () => {
  it.each(SCREENS)('are made with a key that is shown once, and removed: $colorScheme', async (screen) => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent);
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'approvers');
    await page.getByText('No approvers').waitFor();
    await expectGoodPage(page);

    await page.getByRole('button', { name: 'New approver' }).click();
    await page.getByLabel('Name').fill('Grace Hopper');
    await page.getByLabel('E-mail').fill('grace at example.org');
    await page.getByRole('button', { name: 'Make the approver' }).click();
    await page.getByRole('alert').getByText('input.email').waitFor();
    await page.getByLabel('E-mail').fill('grace@example.org');
    await page.getByRole('combobox', { name: 'Only these actions' }).fill('calendar.schedule');
    await page.keyboard.press('Enter');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Make the approver' }).click();
    const apiKey = await takeSecret(page);
    const viewer = '{ viewer { __typename ... on Approver { displayName actions } } }';
    expect(await ask(platform, viewer, {}, { apiKey })).toEqual({
      viewer: { __typename: 'Approver', displayName: 'Grace Hopper', actions: ['calendar.schedule'] },
    });
    await page.getByRole('table', { name: 'Approvers' }).getByText('grace@example.org').waitFor();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Keys of Grace Hopper' }).click();
    await page.getByRole('dialog', { name: 'Keys of the approver' }).getByText('clw_approver_').waitFor();
    await expectGoodPage(page);
    await page.keyboard.press('Escape');
    await dialogsGone(page);

    await page.getByRole('button', { name: 'Remove Grace Hopper' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('No approvers').waitFor();
    expect((await send(platform, viewer, {}, { apiKey })).data?.viewer ?? null).toBeNull();
    expect(complaints).toEqual([]);
  });
});

describe('an approver whom an administrator made for several owners', () => {
  it.each(SCREENS)('is shown to each of them, beside those that it manages: $colorScheme', async (screen) => {
    const [agent, other] = [await registerAgent(platform), await registerAgent(platform)];
    await createApprover(platform, agent, { displayName: 'Grace Hopper' });
    const shared = { displayName: 'Shared by two', agentIds: [agent.id, other.id] };
    const { id } = await createApprover(platform, agent, shared, await logIn(platform));
    const { page, complaints } = await openPage(browser, platform, screen);
    await logInWith(page, agent.ownerKey);
    await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
    await openTab(page, agent, 'approvers');
    await page.getByRole('button', { name: 'Keys of Grace Hopper' }).waitFor();
    await page.locator(`[data-approver="${id}"]`).getByText('By administrators').waitFor();
    await expectGoodPage(page);
    await openTab(page, agent, 'approval-settings');
    await page.getByRole('switch', { name: /^E-mail to every approver/ }).uncheck();
    await page.getByRole('combobox', { name: 'E-mail to' }).click();
    await page.getByRole('option', { name: 'Shared by two' }).waitFor();
    await page.getByRole('option', { name: 'Grace Hopper (no address)' }).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the limits of an agent', () => {
  it.each(SCREENS)('are set for all senders, and one that floods it is blocked: $colorScheme', async (screen) => {
    const { agent, sender } = await agentAndSender(platform);
    for (let count = 0; count < 4; count += 1) await submit(platform, agent, sender, { action: 'nonsense' });
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'limits');
    await page.getByText('No sender is blocked').waitFor();
    await expectGoodPage(page);
    await page.getByLabel('Each sender, a minute').fill('7');
    await page.getByRole('button', { name: 'Set the limits' }).click();
    const query = 'query ($id: ID!) { agent(id: $id) { limits { perSenderPerMinute } } }';
    await eventually(async () => {
      const found = await ask(platform, query, { id: agent.id }, { apiKey: agent.ownerKey });
      expect(found.agent.limits?.perSenderPerMinute).toBe(7);
    });
    // Also once the form holds what is in force now.
    await expectGoodPage(page);
    await page.getByText('Set, on every node').waitFor();
    const notKept = page.getByRole('table', { name: 'Rejected and not kept' });
    await eventually(async () => {
      await page.reload();
      await page.getByLabel('Each sender, a minute').waitFor();
      expect(await notKept.count()).toBe(1);
    });
    expect(await notKept.getByRole('row', { name: sender.id }).textContent()).toMatch(/3$/);
    expect(await page.getByLabel('Each sender, a minute').inputValue()).toBe('7');
    expect(await page.getByLabel('All senders, a day').inputValue()).toBe('');
    await page.getByText(/^[\d.]+ kB of 5 GB$/).waitFor();

    await page.getByRole('button', { name: 'Block or limit a sender' }).click();
    const limiting = page.getByRole('dialog', { name: 'Block or limit a sender' });
    await limiting.getByLabel('Sender').fill(sender.id);
    await limiting.getByLabel('Reason').fill('Asks for nonsense');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Block it' }).click();
    await dialogsGone(page);
    const row = page.locator(`[data-sender="${sender.id}"]`);
    await row.getByText('Blocked').waitFor();
    await expectGoodPage(page);
    expect((await submit(platform, agent, sender)).__typename).toBe('BlockedError');
    await row.getByRole('button', { name: 'Change' }).click();
    await limiting.getByRole('switch').uncheck();
    await limiting.getByLabel('A day').fill('20');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Set its limits' }).click();
    await row.getByText('20 a day').waitFor();
    await row.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('No sender is blocked').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the tabs of an agent', () => {
  it('have the chosen one in view on a small screen, whichever way it is chosen', async () => {
    const agent = await registerAgent(platform);
    const { page } = await openAdmin(browser, platform, SCREENS[1]);
    const isInView = async (name: string) => {
      const tab = page.getByRole('tab', { name, selected: true });
      await tab.waitFor();
      const [box, list] = [await tab.boundingBox(), await page.getByRole('tablist').boundingBox()];
      if (box === null || list === null) return false;
      return box.x >= list.x && box.x + box.width <= list.x + list.width;
    };
    await page.goto(`/admin/agents/${agent.handle}?tab=webhooks`);
    expect(await isInView('Webhooks')).toBe(true);
    await page.goto(`/admin/agents/${agent.handle}`);
    await page.getByRole('tab', { name: 'Contract' }).focus();
    for (const name of ['Policies', 'History', 'Requests', 'Keys', 'Channels', 'Approvers', 'Approval settings']) {
      await page.keyboard.press('ArrowRight');
      await eventually(async () => expect([name, await isInView(name)]).toEqual([name, true]));
    }
  });
});

describe('the keys of an agent', () => {
  it.each(SCREENS)('are made with fewer scopes, exchanged and revoked: $colorScheme', async (screen) => {
    const agent = await registerAgent(platform);
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'keys');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Label').fill('Worker on host 3');
    await page.getByRole('button', { name: 'Only what a worker needs' }).click();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Make the key' }).click();
    const worker = { apiKey: await takeSecret(page) };
    const row = page.getByRole('row', { name: /Worker on host 3/ });
    await row.getByText('channel:open').waitFor();
    const query = 'query ($id: ID!) { agent(id: $id) { policies { id } } }';
    expect((await send(platform, query, { id: agent.id }, worker)).errors?.[0]?.message).toContain('agent:manage');
    await expectGoodPage(page);

    await row.getByRole('button', { name: 'Rotate Worker on host 3' }).click();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Make the new key' }).click();
    expect(await takeSecret(page)).not.toBe(worker.apiKey);
    await page.waitForFunction(() => document.querySelectorAll('[aria-label="Revoke Worker on host 3"]').length === 2);

    await page.getByRole('button', { name: /^Revoke clw_agent_/ }).click();
    const revoking = page.getByRole('dialog', { name: 'Revoke this key?' });
    await page.getByRole('button', { name: 'Revoke the key' }).click();
    await revoking.waitFor({ state: 'detached' });
    // The one that was replaced first: it counts as none beside its successor.
    for (const left of [1, 0]) {
      await page.getByRole('button', { name: 'Revoke Worker on host 3' }).last().click();
      await page.getByRole('button', { name: 'Revoke the key' }).click();
      if (left === 0) await page.getByText('last key').waitFor();
      else await revoking.waitFor({ state: 'detached' });
    }
    await expectGoodPage(page);
    expect(complaints).toEqual([]);
  });

  it('manage it until the owner alone is to, and a warning says so while rules hold requests', async () => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent);
    const { page, complaints } = await openAdmin(browser, platform, SCREENS[1]);
    await page.goto(`/admin/agents/${agent.handle}`);
    await page.getByRole('tab', { name: 'Keys' }).waitFor();
    expect(await page.getByText('can remove the rules').count()).toBe(0);
    await publishPolicies(platform, agent, { rules: [{ condition: 'True', action: 'REQUIRE_APPROVAL' }] });
    await page.reload();
    await page.getByText('can remove the rules').waitFor();
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Let only the owner manage it' }).click();
    await page.getByRole('button', { name: 'The owner alone' }).click();
    await page.getByText('can remove the rules').waitFor({ state: 'detached' });
    const query = 'query ($id: ID!) { agent(id: $id) { policies { id } } }';
    await eventually(async () => {
      expect((await send(platform, query, { id: agent.id }, agent)).errors).toBeDefined();
    });
    await openTab(page, agent, 'keys');
    await page.getByText('Only the owner and administrators publish').waitFor();
    await expectGoodPage(page);
    expect(complaints).toEqual([]);
  });

  it('are made for its owner by an administrator', async () => {
    const agent = await registerAgent(platform);
    const { page } = await openAdmin(browser, platform);
    await page.goto(`/admin/agents/${agent.handle}`);
    await page.getByRole('button', { name: 'New owner’s key' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const apiKey = await takeSecret(page);
    expect(await ask(platform, '{ viewer { __typename } }', {}, { apiKey })).toEqual({
      viewer: { __typename: 'Owner' },
    });
  });
});

describe('the approval settings of an agent', () => {
  it.each(SCREENS)('are set, or refused with why: $colorScheme', async (screen) => {
    const agent = await registerAgent(platform);
    const { page, complaints } = await openAdmin(browser, platform, screen);
    await openTab(page, agent, 'approval-settings');
    await page.getByLabel('Time to decide').fill('30');
    await page.getByLabel('Approvals needed').fill('5');
    await expectGoodPage(page);
    await page.getByRole('button', { name: 'Set them' }).click();
    await page.getByRole('alert').getByText('input.quorum').waitFor();
    await page.getByLabel('Approvals needed').fill('1');
    await page.getByLabel('Hours before the same').fill('0');
    await page.getByRole('button', { name: 'Set them' }).click();
    await page.getByText('Set. What waits').waitFor();
    await expectGoodPage(page);
    const query =
      'query ($id: ID!) { agent(id: $id) { approvalSettings { version windowSeconds denyCoolDownSeconds } } }';
    const by = ownerOf(agent);
    expect((await ask(platform, query, { id: agent.id }, by)).agent.approvalSettings).toEqual({
      version: 1,
      windowSeconds: 1_800,
      denyCoolDownSeconds: 0,
    });
    expect(complaints).toEqual([]);
  });
});
