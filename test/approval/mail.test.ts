import { describe, expect, it, onTestFinished } from 'vitest';
import {
  agentAndSender,
  createApprover,
  type OwnedAgent,
  ownerOf,
  publishPolicies,
  submit,
} from '../testkit/actors.ts';
import { heldOfAnother, holdingAgent } from '../testkit/approvals.ts';
import { FUSE, lit } from '../testkit/burning-contract.ts';
import { databaseClient } from '../testkit/database-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { smtpServer } from '../testkit/smtp-server.ts';
import { webhookReceiver } from '../testkit/webhook-receiver.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

async function world(env: Readonly<Record<string, string>> = {}) {
  const [clock, server] = [createManualClock(), await smtpServer()];
  const platform = await platformForTest({
    clock,
    env: {
      WEBHOOKS_ALLOW_PRIVATE: 'true',
      SMTP_URL: server.url,
      MAIL_FROM: 'claw@example.com',
      PUBLIC_URL: 'https://claw.example',
      ...env,
    },
  });
  const { agent } = await holdingAgent(platform);
  const query = databaseClient(() => platform.databaseUrl);
  const outbox = async () => (await query("select event from outbox where kind = 'email'")).map(({ event }) => event);
  return { clock, platform, server, agent, outbox };
}
type World = Awaited<ReturnType<typeof world>>;

/** Somebody with an address of its own. */
async function approverOf({ platform }: World, agent: OwnedAgent, input: object = {}) {
  const email = `${uniqueHandle('ann')}@example.com`;
  await createApprover(platform, agent, { email, ...input });
  return email;
}

async function quarantinesOf({ platform }: World, agent: OwnedAgent) {
  const query = 'query ($id: ID!) { agent(id: $id) { quarantines { document until } } }';
  return (await ask(platform, query, { id: agent.id }, ownerOf(agent))).agent.quarantines;
}

const setWebhook = (platform: TestPlatform, agent: OwnedAgent, url: string) =>
  mutateSuccessfully(
    platform,
    'setWebhook',
    { agentId: agent.id, name: 'pager', url, events: ['APPROVAL_REQUESTED'] },
    'secret',
    ownerOf(agent),
  );

const hold = ({ platform, agent }: World, input: object = {}) => heldOfAnother(platform, agent, input);

describe('an approver with an address', () => {
  it('is written half a minute later, unless it is over by then, and reminded', async () => {
    const here = await world();
    const { clock, server, agent, outbox } = here;
    const email = await approverOf(here, agent);
    await approverOf(here, agent, { actions: ['email.send'] });
    await createApprover(here.platform, agent);
    await (await hold(here)).cancel();
    await hold(here);
    expect(await outbox()).toHaveLength(3);
    clock.advance(29 * SECOND);
    expect(server.mails.pending()).toEqual([]);
    clock.advance(2 * SECOND);
    const { recipients, headers, text } = await server.mails.take();
    expect(recipients).toEqual([email]);
    expect(headers.get('subject')).toBe(`[Clawcierge] ${agent.handle}: calendar.schedule`);
    expect(text).toContain('https://claw.example/admin/approvals/');
    const [, path = ''] = /https:\/\/claw\.example(\/approvals\/l\/[\w-]{43})\n/.exec(text) ?? [];
    const opened = await fetch(here.platform.url + path);
    expect(await opened.text()).toContain('You decide as Test Approver');
    expect(text).toContain('"Test Sender"');
    expect(text).not.toContain('Standup');
    // What is still under way hours later is taken for lost, and written again.
    await eventually(async () => expect(await outbox()).toHaveLength(2));
    clock.advance(12 * HOUR);
    expect((await server.mails.take()).headers.get('subject')).toContain('Still waiting');
    await eventually(async () => expect(await outbox()).toHaveLength(1));
    clock.advance(9.7 * HOUR);
    await server.mails.take();
    await eventually(async () => expect(await outbox()).toEqual([]));
    expect(server.mails.pending()).toEqual([]);
  });

  it('is written which of an agent’s documents takes too much computing, until when, and what ends that', async () => {
    const here = await world({ QUARANTINE_AFTER_TIMEOUTS: '1', ENFORCEMENT_CPU_BUDGET_MS: '30' });
    const { clock, platform, server } = here;
    const { agent, sender } = await agentAndSender(platform, [FUSE, { action: 'match' }]);
    const email = await approverOf(here, agent);
    const told = async (document: string, action: string, params: object) => {
      await eventually(async () => {
        const answer = await submit(platform, agent, sender, { action, params, whenOffline: 'QUEUE' });
        expect(answer.__typename).toBe('AgentQuarantinedError');
      });
      const mail = await eventually(async () => {
        clock.advance(SECOND);
        return server.mails.take(undefined, 'a mail', SECOND);
      });
      const [{ until } = expect.fail('none')] = (await quarantinesOf(here, agent)).filter(
        (each: { document: string }) => each.document === document,
      );
      return { ...mail, until };
    };
    const page = `https://claw.example/admin/agents/${agent.handle}`;

    const ofContract = await told('CONTRACT', 'burn', lit(30));
    expect(ofContract.recipients).toEqual([email]);
    expect(ofContract.headers.get('subject')).toBe(
      `[Clawcierge] ${agent.handle}: its contract takes too much computing`,
    );
    expect(ofContract.text).toContain(`Version 1 of the contract of ${agent.handle}`);
    for (const part of ['"agent_quarantined"', `Until: ${ofContract.until}`, page])
      expect(ofContract.text).toContain(part);

    const cel = 'params.a.exists(x, params.a.exists(y, x + y < 0))';
    await publishPolicies(platform, agent, { rules: [{ cel, action: 'REJECT', reason: 'It matched' }] });
    const ofPolicies = await told('POLICIES', 'match', { a: Array.from({ length: 3_000 }, (_, index) => index) });
    expect(ofPolicies.headers.get('subject')).toBe(
      `[Clawcierge] ${agent.handle}: its policies take too much computing`,
    );
    expect(ofPolicies.text).toContain(`Version 1 of the policies of ${agent.handle}`);
    expect(ofPolicies.text).toContain(`Until: ${ofPolicies.until}`);
  });

  it('is not reminded of what it was not written about yet, however short the time is that the sender leaves', async () => {
    const here = await world();
    const { clock, server, agent, outbox } = here;
    await approverOf(here, agent);
    await clock.standStill(async () => {
      await hold(here, { expiresInSeconds: 20 });
      clock.advance(19 * SECOND);
      await hold(here, { expiresInSeconds: 100 });
      expect(await outbox()).toEqual(['approval.requested', 'approval.requested', 'approval.reminder']);
    });
    clock.advance(2 * SECOND);
    await eventually(async () => expect(await outbox()).toHaveLength(2));
    expect(server.mails.pending()).toEqual([]);
  });

  it('is written again under the same id what the mail server did not take', async () => {
    const here = await world();
    const { clock, server, agent, outbox } = here;
    await approverOf(here, agent);
    server.refuseWith('451 later');
    await hold(here);
    clock.advance(31 * SECOND);
    await eventually(() => expect(here.platform.log.lines.join()).toContain('an e-mail was not taken'));
    server.refuseWith(null);
    await eventually(async () => {
      clock.advance(6 * SECOND);
      expect(server.mails.pending()).toHaveLength(1);
    });
    const { headers } = await server.mails.take();
    expect(headers.get('message-id')).toMatch(/^<[0-9a-f-]{36}@example\.com>$/);
    await eventually(async () => expect(await outbox()).toHaveLength(2));
  });

  it('is written once, however long the mail server takes to say that it took the mail', async () => {
    const here = await world();
    const { clock, server, agent, outbox } = here;
    await approverOf(here, agent);
    const answer = server.beSlow();
    await hold(here);
    clock.advance(31 * SECOND);
    await server.mails.take();
    const { agent: witness } = await holdingAgent(here.platform);
    const receiver = await webhookReceiver();
    await setWebhook(here.platform, witness, receiver.url);
    for (let looked = 0; looked < 4; looked += 1) {
      clock.advance(31 * SECOND);
      // When this is told the node has looked for what is due.
      await heldOfAnother(here.platform, witness);
      await receiver.calls.take();
    }
    answer();
    await eventually(async () => expect(await outbox()).toHaveLength(2));
    expect(server.mails.pending()).toEqual([]);
  });

  it('is written once by a mail server that hangs up instead of saying so, until it is time to try again', async () => {
    const here = await world();
    const { clock, server, agent } = here;
    await approverOf(here, agent);
    server.hangUpAfterNext();
    await hold(here);
    await clock.standStill(async () => {
      clock.advance(31 * SECOND);
      await eventually(() => expect(here.platform.log.lines.join()).toContain('an e-mail was not taken'));
      expect(server.mails.pending()).toHaveLength(1);
    });
  });

  it('keeps no node from stopping, however long the mail server takes', async () => {
    const here = await world();
    const { clock, server, agent, platform } = here;
    await approverOf(here, agent);
    onTestFinished(server.beSlow());
    await hold(here);
    clock.advance(31 * SECOND);
    await server.mails.take();
    let isStopped = false;
    const stopped = platform.stop().then(() => {
      isStopped = true;
    });
    await eventually(() => {
      clock.advance(SECOND);
      expect(isStopped).toBe(true);
    });
    await stopped;
  });

  it('leaves webhooks their places when the mail server is slow', async () => {
    const here = await world();
    const { clock, server, agent, platform } = here;
    for (let count = 0; count < 12; count += 1) await approverOf(here, agent);
    const answer = server.beSlow();
    onTestFinished(answer);
    for (let count = 0; count < 4; count += 1) await hold(here);
    clock.advance(31 * SECOND);
    await eventually(() => expect(server.mails.pending().length).toBeGreaterThanOrEqual(2));
    const receiver = await webhookReceiver();
    await setWebhook(platform, agent, receiver.url);
    await hold(here);
    expect(JSON.parse((await receiver.calls.take()).body).type).toBe('approval.requested');
  });

  it('is written five mails one by one, then one for all others, and then none for a while', async () => {
    const here = await world();
    const { clock, server, agent, outbox } = here;
    await approverOf(here, agent);
    for (let count = 0; count < 9; count += 1) await hold(here);
    clock.advance(31 * SECOND);
    await eventually(async () => expect(await outbox()).toHaveLength(18));
    const subjects = server.mails.pending().map(({ headers }) => headers.get('subject') ?? '');
    expect(subjects.filter((subject) => subject.includes(agent.handle))).toHaveLength(5);
    expect(subjects.filter((subject) => subject.includes('Several requests wait'))).toHaveLength(1);
    expect(subjects).toHaveLength(6);
    clock.advance(11 * 60 * SECOND);
    await hold(here);
    clock.advance(31 * SECOND);
    await eventually(() => expect(server.mails.pending()).toHaveLength(7));
  });

  it('gets twenty at that address, however many approvers somebody makes of it', async () => {
    const here = await world();
    const { clock, server, agent, outbox } = here;
    const email = `${uniqueHandle('ann')}@example.com`;
    for (const each of [email, email, email.toUpperCase(), email, email]) {
      await createApprover(here.platform, agent, { email: each });
    }
    for (let count = 0; count < 6; count += 1) await hold(here);
    clock.advance(31 * SECOND);
    await eventually(async () => expect(await outbox()).toHaveLength(60));
    expect(server.mails.pending()).toHaveLength(20);
    expect(here.platform.log.lines.join()).toContain('an address gets no more e-mails for now');
    clock.advance(11 * 60 * SECOND);
    await hold(here);
    clock.advance(31 * SECOND);
    await eventually(() => expect(server.mails.pending()).toHaveLength(25));
  });
});

it('nobody is written where no mail server is set, and nothing is kept for it', async () => {
  const clock = createManualClock();
  const platform = await platformForTest({ clock });
  const { agent } = await holdingAgent(platform);
  await createApprover(platform, agent, { email: 'ann@example.com' });
  await heldOfAnother(platform, agent);
  const query = databaseClient(() => platform.databaseUrl);
  clock.advance(23 * HOUR);
  await eventually(async () => expect(await query('select 1 from outbox')).toEqual([]));
});
