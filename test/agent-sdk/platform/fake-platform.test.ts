import { Type } from 'typebox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionError, ClawciergeError, content, type RequestState } from '../../../agent-sdk/src/index.ts';
import { startFakePlatform } from '../../../agent-sdk/src/testing/index.ts';
import { registerAgent, registerSender } from '../../testkit/actors.ts';
import { eventually } from '../../testkit/eventually.ts';
import { platformForFile } from '../../testkit/platform.ts';
import { agentUnderTest, clientUnderTest, Gate, start, TRANSPORTS, type Transport } from './agent-under-test.ts';
import { tcpProxyFor } from './tcp-proxy.ts';

/** A platform with an agent and a sender, and a way to end the agent's connection. */
type Stage = {
  readonly url: string;
  /** Where the agent connects. */
  readonly agentUrl: string;
  readonly agent: { readonly handle: string; readonly apiKey: string };
  readonly sender: { readonly apiKey: string };
  cut(): void;
};

const real = platformForFile();

async function realStage(): Promise<Stage> {
  const proxy = await tcpProxyFor(real);
  const [agent, sender] = [await registerAgent(real), await registerSender(real)];
  return { url: real.url, agentUrl: proxy.url, agent, sender, cut: () => proxy.cut() };
}

async function fakeStage(): Promise<Stage> {
  const fake = await startFakePlatform();
  onTestFinished(() => fake.stop());
  const { url, agent, sender } = fake;
  return { url, agentUrl: url, agent, sender, cut: () => fake.dropConnections() };
}

const params = z.object({
  title: z.string(),
  at: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .optional(),
});

/** What is the same of a request wherever it was made. */
const seen = ({ status, action, params: sent, contextId, result, error, attempts, pipelineLog }: RequestState) => ({
  ...{ status, action, sent, contextId, result, error, attempts },
  rejectedBy: pipelineLog.filter(({ passed }) => !passed).map(({ stage, kind }) => ({ stage, kind })),
});

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => 'nothing was refused',
    (error: unknown) => {
      if (!(error instanceof ClawciergeError)) throw error;
      const { stage, kind, status } = error as { stage?: string; kind?: string; status?: string };
      return { name: error.constructor.name, code: error.code, retryable: error.retryable, stage, kind, status };
    },
  );

/** Everything that an agent and its sender see while this and that happens to them. */
async function play(stage: Stage, transport: Transport): Promise<unknown> {
  const [gate, steps] = [new Gate(), new Gate()];
  const heard: unknown[] = [];
  const reasons: unknown[] = [];
  const tested = agentUnderTest({ url: stage.agentUrl }, stage.agent, transport);
  const { agent, losses, openings } = tested;
  const described = { title: 'Work', hints: { readOnly: true }, description: 'Does it' };
  agent.action('work.do', { params, ...described }, ({ params: { title, at }, contextId }) => ({
    title,
    contextId,
    year: at?.getFullYear(),
  }));
  agent.action('work.refuse', {}, () => {
    throw new ActionError('calendar.full', 'No slot.');
  });
  agent.action(
    'work.wait',
    { resultFormat: 'JSON', result: Type.Object({ attempt: Type.Integer() }) },
    async ({ attempt }, { signal }) => {
      signal.addEventListener('abort', () => reasons.push((signal.reason as ClawciergeError).code));
      await gate.pass(signal);
      return { attempt };
    },
  );
  agent.action('work.steps', { resultFormat: 'CONTENT' }, async ({ progress }, { signal }) => {
    progress(1, { total: 2, message: 'Half of it' });
    await steps.pass(signal);
    return { content: [content.text('Both')], structured: { steps: 2 } };
  });
  const client = clientUnderTest(stage, stage.sender);
  const to = { handle: stage.agent.handle };
  const done = { ...to, action: 'work.do', params: { title: 'a', at: '2026-02-11T09:00:00Z' } };

  const versions = [await agent.publish(), await agent.publish()].map(({ version }) => version);
  const offline = await refusal(client.submit(done));
  const queued = await client.submit({ ...done, whenOffline: 'QUEUE', contextId: 'c1' });
  const first = await client.resolve(to.handle);
  await start(tested);
  const waited = await client.wait(queued.id);

  const key = { ...done, idempotencyKey: 'k1' };
  const once = await client.request(key);
  const again = await client.submit(key);
  const refused = await client.request({ ...to, action: 'work.refuse' });
  const unknown = await refusal(client.request({ ...to, action: 'work.other' }));

  const wait = { ...to, action: 'work.wait' };
  const cancelled = await client.submit(wait);
  await gate.entry();
  const cancel = await client.cancel(cancelled.id, 'Changed my mind.');
  const tooLate = await refusal(client.cancel(cancelled.id));
  await eventually(() => expect(reasons).toEqual(['request_cancelled']));

  const stepping = await client.submit({ ...to, action: 'work.steps' });
  const onUpdate = ({ progress }: RequestState) => void (progress && heard.push(progress));
  const stepped = client.wait(stepping.id, { onUpdate });
  await eventually(() => expect(heard).not.toEqual([]));
  steps.open();

  await openings.take();
  const cut = await client.submit(wait);
  await gate.entry();
  stage.cut();
  const { code, retry } = await losses.take();
  await openings.take();
  await eventually(async () => expect(await client.read(cut.id)).toMatchObject({ status: 'ACKED', attempts: 2 }));
  gate.open();
  const survived = await client.wait(cut.id);
  const late = await refusal(client.wait(cut.id.replace(/.{4}$/, '0000')));
  const nobody = await refusal(client.resolve('no.such.agent'));
  await agent.stop();
  await eventually(async () => expect(await refusal(client.submit(done))).toEqual(offline));

  const stranger = agentUnderTest({ url: stage.agentUrl }, { apiKey: 'clw_agent_nobodys' }, transport);
  const turnedAway = await refusal(stranger.agent.run());
  const states = [queued, waited, once, again, refused, cancel, survived, await stepped].map(seen);
  return {
    ...{ versions, offline, states, unknown, tooLate, late, nobody, turnedAway, lost: { code, retry } },
    profile: { status: first.status, capabilities: first.capabilities?.capabilities },
    replayed: [again.replayed, again.id === once.id],
    progress: heard[0],
    entered: gate.entered,
  };
}

describe('the fake platform', () => {
  it.each(TRANSPORTS)('is to an agent and its sender what the real one is, over %s', async (transport) => {
    const [onReal, onFake] = await Promise.all([
      play(await realStage(), transport),
      play(await fakeStage(), transport),
    ]);
    expect(onFake).toEqual(onReal);
  });
});
