import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ActionError } from '../../agent-sdk/src/index.ts';
import { ANY_WORK, agentUnderTest, Gate, start } from '../agent-sdk/platform/agent-under-test.ts';
import { rest } from '../rest/rest-client.ts';
import { agentAndSender, publishPolicies, readRequest, untilStatus } from '../testkit/actors.ts';
import { ASK_ALWAYS } from '../testkit/approvals.ts';
import { eventually } from '../testkit/eventually.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { as, homeForTest } from './run-cli.ts';

const platform = platformForFile();

/** An agent that is connected and does what it is told: echo, fail, or wait at the gate. */
async function connected() {
  const { agent: registered, sender } = await agentAndSender(platform, ANY_WORK);
  const tested = agentUnderTest(platform, registered, 'websocket');
  const gate = new Gate();
  tested.agent.on('work.do', async ({ params, contextId }, { signal }) => {
    if (params.fail) throw new ActionError('no_luck', 'Not today\nclawcierge: Done');
    if (params.wait) await gate.pass(signal);
    return params.echo ?? { params, contextId };
  });
  await start(tested);
  const home = homeForTest();
  return { home, gate, registered, by: as(platform, sender), sender, to: ['send', registered.handle, 'work.do'] };
}

describe('clawcierge send', () => {
  it('prints the result on stdout, of params that are JSON where they can be', async () => {
    const { home, by, to } = await connected();
    const params = [
      'n=3',
      'yes=true',
      'list=["a"]',
      'title=A talk',
      'code="007"',
      'long=12345678901234567890',
      'exact=1.50',
      'huge=1e400',
      'pi=3.14159265358979323846',
    ];
    const given = params.flatMap((each) => ['-p', each]);
    const file = home.write('params.json', '\ufeff{"n":1,"more":{"deep":[1]}}');
    const { code, stdout, stderr } = await home.run([...to, '--json', file, ...given, '--context', 'talk-7'], by);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const result = JSON.parse(stdout);
    expect(result.contextId).toBe('talk-7');
    expect(Object.entries(result.params).sort()).toEqual(
      Object.entries({
        n: 3,
        yes: true,
        list: ['a'],
        title: 'A talk',
        code: '007',
        long: '12345678901234567890',
        exact: 1.5,
        huge: '1e400',
        pi: '3.14159265358979323846',
        more: { deep: [1] },
      }).sort(),
    );
  });

  it('prints texts as they are, without what could write over a terminal, and whole requests as JSON', async () => {
    const { home, by, to } = await connected();
    const child = home.start([...to, '--json', '-'], { ...by, isTypedTo: true });
    child.types(JSON.stringify({ echo: 'one\n\u001b]0;title\u0007two\u009b2J' }));
    child.types(null);
    expect(await child.ended()).toBe(0);
    expect(child.stdout()).toBe('one\n]0;titletwo2J\n');
    const inColours = await home.run([...to, '-p', 'echo=\u001b[31mred'], { env: { ...by.env, FORCE_COLOR: '1' } });
    expect(inColours.stdout).toBe('[31mred\n');
    const whole = await home.run([...to, '-p', 'echo=hello', '--output', 'json'], by);
    expect(whole.json).toMatchObject([{ status: 'COMPLETED', result: 'hello', action: 'work.do' }]);
  });

  it('shows blocks as what people can read', async () => {
    const { home, by, to } = await connected();
    const content = [
      { type: 'text', text: 'A picture' },
      { type: 'image', data: 'AAAA', mediaType: 'image/png' },
      { type: 'link', uri: 'https://example.com/a', name: 'a' },
    ];
    const { stdout } = await home.run([...to, '-p', `echo=${JSON.stringify({ content, structured: { n: 1 } })}`], by);
    expect(stdout).toBe('A picture\n[image image/png 3 bytes]\n[link a https://example.com/a]\n');
  });

  it.each([
    ['the agent fails it', ['-p', 'fail=true'], 1, 'failed: Not today\n  clawcierge: Done (no_luck)'],
    ['a param has a name that programs take for something else', ['-p', '__proto__=1'], 1, 'input.params.__proto__'],
    ['a param is none', ['-p', 'fail'], 2, 'not of the form name=value'],
    ['the wait is no number', ['--wait', 'long'], 2, 'Not a number of seconds'],
    ['it takes longer than it waits', ['-p', 'wait=true', '--wait', '0.2'], 5, 'goes on. `clawcierge watch '],
  ])('ends with a code of its own where %s', async (_what, args, exit, says) => {
    const { home, by, to } = await connected();
    const { code, stdout, stderr } = await home.run([...to, ...args], by);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(says);
  });

  it('tells a rejection, an agent that is away, one that is unknown and a key that is missing apart', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const home = homeForTest();
    const by = as(platform, sender);
    const away = await home.run(['send', agent.handle, 'work.do'], by);
    expect(away.code).toBe(4);
    expect(away.stderr).toContain('--queue');
    const unknown = await home.run(['send', 'nobody.there', 'work.do'], by);
    expect(unknown.code).toBe(1);
    const rejected = await home.run(['send', agent.handle, 'other.work', '--output', 'json'], by);
    expect(rejected.code).toBe(3);
    expect(rejected.json).toMatchObject([{ status: 'REJECTED', action: 'other.work' }]);
    const keyless = await home.run(['send', agent.handle, 'work.do', '--url', platform.url]);
    expect(keyless.code).toBe(2);
    expect(keyless.stderr).toContain('This needs a key');
  });

  it.each([
    ['of the sender', 'STORAGE_PER_SENDER_MAX_BYTES', /of this sender.* 1 bytes.*`GET \/v1\/storage`/s],
    ['in all', 'STORAGE_MAX_BYTES', /stored as much as it may.*has to make room/s],
  ])('says what to do where as much is stored as may be, %s', async (_whose, setting, says) => {
    const clock = createManualClock();
    const full = await platformForTest({ clock, env: { [setting]: '1' } });
    const { agent, sender } = await agentAndSender(full, ANY_WORK);
    await eventually(async () => {
      clock.advance(31_000);
      const request = { key: sender.apiKey, body: { action: 'work.do', when_offline: 'queue' } };
      expect([429, 507]).toContain((await rest(full, 'POST', `/v1/agents/${agent.handle}/requests`, request)).status);
    });
    const { code, stderr } = await homeForTest().run(['send', agent.handle, 'work.do', '--queue'], as(full, sender));
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringMatching(says) });
  });

  it('stops waiting at the first Ctrl-C, and the request goes on', async () => {
    const { home, by, to, gate, sender } = await connected();
    const child = home.start([...to, '-p', 'wait=true'], by);
    await gate.entry();
    child.kill('SIGINT');
    expect(await child.ended()).toBe(130);
    const [, id = ''] = /Request (\S+) goes on/.exec(child.stderr()) ?? [];
    expect((await readRequest(platform, id, sender)).status).toBe('ACKED');
    gate.open();
    const watched = await home.run(['watch', id], by);
    expect(watched).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(watched.stdout)).toMatchObject({ params: { wait: true } });
  });

  it('shows at a terminal what it waits for, in one line', async () => {
    const { home, by, to, gate } = await connected();
    const child = home.start([...to, '-p', 'wait=true'], { ...by, isInTerminal: true });
    await gate.entry();
    await child.says('is being done');
    gate.open();
    expect(await child.ended()).toBe(0);
    expect(child.stdout()).toMatch(/^\r.\[2K0 s · /);
  });

  it('answers with the same request under the same idempotency key', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const home = homeForTest();
    const args = ['send', agent.handle, 'work.do', '--queue', '--no-wait', '--idempotency-key', 'k'];
    const [one, two] = [await home.run(args, as(platform, sender)), await home.run(args, as(platform, sender))];
    expect(one.code, one.stderr).toBe(0);
    expect(one.stdout).toMatch(/^\S{36}\n$/);
    expect(two.stdout).toBe(one.stdout);
  });
});

describe('clawcierge watch and requests', () => {
  it('lists, shows and cancels', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const home = homeForTest();
    const by = as(platform, sender);
    const sent = await home.run(['send', agent.handle, 'work.do', '--queue', '--no-wait'], by);
    const id = sent.stdout.trim();
    const listed = await home.run(['requests', 'list', '--to', agent.handle, '--status', 'pending'], by);
    expect(listed.stdout).toMatch(new RegExp(`^${id} +\\S+ +pending +${agent.handle} +work.do\n$`));
    const ofAgent = await home.run(['requests', 'list', '--output', 'json'], as(platform, agent));
    expect(ofAgent.json).toMatchObject([{ id }]);
    const shown = await home.run(['requests', 'show', id], by);
    expect(shown.stdout).toMatch(/\nstage +policy_engine: passed\n/);
    const cancelled = await home.run(['requests', 'cancel', id, '--reason', 'changed my mind'], by);
    expect(cancelled.stdout).toBe(`${id}  cancelled\n`);
    const again = await home.run(['requests', 'cancel', id], by);
    expect(again.code).toBe(1);
    const none = await home.run(['requests', 'list', '--status', 'acked'], by);
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'There are none.\n' });
  });

  it('prints what comes to an agent until it is interrupted', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    const home = homeForTest();
    const child = home.start(['watch', '--output', 'json'], as(platform, agent));
    await child.says('Watching');
    // What was there when it began is not news; so ask until it has begun.
    for (let sent = 0; child.stdout() === '' && sent < 100; sent += 1) {
      await home.run(['send', agent.handle, 'work.do', '--queue', '--no-wait'], as(platform, sender));
      await pause(0);
    }
    expect(JSON.parse(child.stdout().split('\n')[0] ?? '')).toMatchObject({ status: 'PENDING', handle: agent.handle });
    child.kill('SIGTERM');
    expect(await child.ended()).toBe(130);
  });

  it('says of what is held and then denied that it was rejected', async () => {
    const { agent, sender } = await agentAndSender(platform, ANY_WORK);
    await publishPolicies(platform, agent, ASK_ALWAYS);
    const home = homeForTest();
    const child = home.start(['send', agent.handle, 'work.do', '--queue'], as(platform, sender));
    const by = as(platform, { apiKey: agent.ownerKey });
    let id = '';
    while (id === '') id = (await home.run(['approvals', 'list'], by)).stdout.split(' ')[0] ?? '';
    const shown = await home.run(['approvals', 'show', id], by);
    expect(shown.stdout).toMatch(/\nheld +Ask first\n/);
    const wrong = await home.run(['approvals', 'deny', id, '--digest', '0'.repeat(64)], by);
    expect(wrong.code).toBe(1);
    const denied = await home.run(['approvals', 'deny', id, '--reason', 'no', '--to-sender', 'Not you'], by);
    expect(denied.stdout).toBe(`${id}  denied\n`);
    expect(await child.ended()).toBe(3);
    expect(child.stderr()).toContain('was rejected: Not you (approval_denied)');
    const again = await home.run(['approvals', 'approve', id], by);
    expect(again).toMatchObject({ code: 1, stderr: 'clawcierge: The approval is denied already.\n' });
  });

  it('approves with the key of an owner, and the agent gets it', async () => {
    const { home, by, sender, registered, to } = await connected();
    await publishPolicies(platform, registered, ASK_ALWAYS);
    const sent = await home.run([...to, '--no-wait', '-p', 'echo=done'], by);
    expect(sent.code, sent.stderr).toBe(0);
    const owner = as(platform, { apiKey: (registered as { ownerKey: string }).ownerKey });
    const { json } = await home.run(['approvals', 'list', '--output', 'json'], owner);
    expect(json).toMatchObject([{ status: 'PENDING', request: { id: sent.stdout.trim() } }]);
    const approved = await home.run(['approvals', 'approve', json[0].id], owner);
    expect(approved.stdout).toBe(`${json[0].id}  approved\n`);
    await untilStatus(platform, sent.stdout.trim(), sender, 'COMPLETED');
  });
});
