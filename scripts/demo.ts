// The main job in one terminal: a platform of its own, the calendar agent, and each kind of request with its answer.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Calendar } from '../agent-sdk/examples/calendar.ts';
import { serveCalendar } from '../agent-sdk/examples/calendar-actions.ts';
import {
  AgentNotConnectedError,
  approve,
  ClawciergeAgent,
  ClawciergeApprovals,
  ClawciergeClient,
  deny,
  InvalidInputError,
  publishPolicies,
  RequestRejectedError,
  registerAgent,
  registerSender,
} from '../agent-sdk/src/index.ts';
import { startPlatform } from '../src/compose.ts';
import { readConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';
import { startEmbeddedPostgres } from '../src/storage/embedded/start-embedded-postgres.ts';
import { systemClock } from '../src/system-clock.ts';

const HANDLE = 'marius.exec';
const MEETING = { title: 'Standup', duration_minutes: 30 };

let steps = 0;
let failures = 0;

/** Prints a step with its real answer, and remembers whether it is the one that was to come. */
function step(what: string, isAsExpected: boolean, answer: unknown): void {
  steps += 1;
  if (!isAsExpected) failures += 1;
  console.log(`\n${isAsExpected ? '✔' : '✘'} ${steps}. ${what}`);
  for (const line of JSON.stringify(answer, null, 2).split('\n')) console.log(`     ${line}`);
}

/** What a call that is to be refused answers. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    return { 'was not refused': await call };
  } catch (error) {
    return error;
  }
}

const asAnswer = (error: unknown) =>
  error instanceof Error ? { error: error.constructor.name, ...error, message: error.message } : error;

async function run(url: string): Promise<void> {
  const {
    agent: registered,
    apiKey: agentKey,
    ownerKey,
  } = await registerAgent({
    url,
    handle: HANDLE,
    displayName: 'Marius Exec',
  });
  if (ownerKey === null) throw new Error('An agent that nobody registers has an owner of its own.');
  step('An agent registers; its key and its owner’s are shown once', registered.handle === HANDLE, {
    ...registered,
    apiKey: `${agentKey.slice(0, 16)}…`,
    ownerKey: `${ownerKey.slice(0, 16)}…`,
  });

  const agent = new ClawciergeAgent({ url, apiKey: agentKey });
  serveCalendar(agent, new Calendar({ now: () => new Date(), newId: randomUUID }));
  const contract = await agent.publish();
  step('It publishes its contract: which actions, which params', contract.version === 1, {
    version: contract.version,
    actions: agent.capabilities.map(({ action }) => action),
  });

  const { sender, apiKey: senderKey } = await registerSender({ url, displayName: 'Sally' });
  const { sender: blocked, apiKey: blockedKey } = await registerSender({ url, displayName: 'Mallory' });
  step('Two senders register', sender.id !== blocked.id, [sender, blocked]);

  const kept = await fetch(`${url}/v1/agents/${registered.id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ownerKey}` },
    body: JSON.stringify({ agent_keys_manage: false }),
  });
  step('Its owner takes rules and keys out of the agent’s own reach', kept.ok, await kept.json());

  const rules = [
    { condition: `sender_id == "${blocked.id}"`, action: 'REJECT', reason: 'Sender is blocked' },
    {
      cel: 'has(params.duration_minutes) && params.duration_minutes > 60',
      action: 'REQUIRE_APPROVAL',
      reason: 'Long meetings are for a person to decide',
    },
  ] as const;
  const policies = await publishPolicies({ url, apiKey: ownerKey, agentId: registered.id, rules });
  step('Its owner publishes rules: one blocks a sender, one asks a person', policies.version === 1, rules);

  await using client = new ClawciergeClient({ url, apiKey: senderKey });
  await using mallory = new ClawciergeClient({ url, apiKey: blockedKey });

  const offline = await refusalOf(client.request({ handle: HANDLE, action: 'calendar.schedule', params: MEETING }));
  step('Nobody is connected yet: the request is refused', offline instanceof AgentNotConnectedError, asAnswer(offline));

  await agent.start();
  const found = await client.resolve(HANDLE);
  step('The calendar agent dials out and holds its channel', found?.status === 'ACTIVE', {
    handle: found?.handle,
    status: found?.status,
  });

  const done = await client.request({ handle: HANDLE, action: 'calendar.schedule', params: MEETING });
  step('A request that fits passes, is delivered and done', done.status === 'COMPLETED', {
    status: done.status,
    result: done.result,
  });

  const rejections = [
    ['A blocked sender is rejected by the policy', 'policy_engine', mallory, 'calendar.schedule', MEETING],
    ['An action that is not in the contract', 'capability_sandbox', client, 'email.send', {}],
    ['Params that the schema does not allow', 'capability_sandbox', client, 'calendar.schedule', { title: 'Sync' }],
    [
      'Params over a constraint',
      'capability_sandbox',
      client,
      'calendar.schedule',
      { ...MEETING, duration_minutes: 999 },
    ],
  ] as const;
  for (const [what, stage, by, action, params] of rejections) {
    const refusal = await refusalOf(by.request({ handle: HANDLE, action, params }));
    step(what, refusal instanceof RequestRejectedError && refusal.stage === stage, asAnswer(refusal));
  }

  const approvals = new ClawciergeApprovals({ url, apiKey: ownerKey });
  for (const [title, answer] of [
    ['Planning', approve({ toSender: 'You are welcome' })],
    ['Complaints', deny({ toSender: 'Write an email, please' })],
  ] as const) {
    const params = { title, duration_minutes: 90 };
    const { id, status } = await client.submit({ handle: HANDLE, action: 'calendar.schedule', params });
    step('A long meeting is held: the agent hears nothing of it', status === 'AWAITING_APPROVAL', { id, status });
    const [held] = await approvals.list();
    if (held === undefined) throw new Error('Nothing waits for an approval.');
    const { status: decided } = await approvals.decide(held, answer);
    const isApproved = answer.verdict === 'APPROVE';
    step(
      isApproved ? 'Its owner looks at it, and approves it' : 'Its owner looks at it, and denies it',
      decided === (isApproved ? 'APPROVED' : 'DENIED'),
      { asked: held.request.params, because: held.holdReasons, ...answer, status: decided },
    );
    const end = await client.wait(id);
    step(
      isApproved ? 'Then it is delivered and done' : 'It never reaches the agent, and its sender is told so',
      end.status === (isApproved ? 'COMPLETED' : 'REJECTED'),
      { status: end.status, result: end.result, error: end.error },
    );
  }
  await approvals.close();

  const invalid = await refusalOf(client.submit({ handle: HANDLE, action: '', params: MEETING, expiresInSeconds: 0 }));
  step('An input that breaks the rules names each problem', invalid instanceof InvalidInputError, asAnswer(invalid));
  await agent.stop();
}

const dataDir = mkdtempSync(join(tmpdir(), 'clawcierge-demo-'));
// The embedded server's own user must be able to enter it.
chmodSync(dataDir, 0o755);
const config = readConfig({ APP_ENV: 'development', LOG_LEVEL: 'warn', PORT: '0', DATA_DIR: dataDir });
const log = createLog(config);
console.log('Starting a platform on a free port, with a database that is thrown away afterwards …');
const embedded = await startEmbeddedPostgres({ dataDir, log, durable: false });
try {
  const platform = await startPlatform(config, { databaseUrl: embedded.databaseUrl, clock: systemClock, log });
  console.log(`It listens on ${platform.url}`);
  try {
    await run(platform.url);
  } finally {
    await platform.stop();
  }
} finally {
  await embedded.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(
  failures === 0 ? `\nAll ${steps} steps went as they should.\n` : `\n${failures} of ${steps} steps went wrong.\n`,
);
process.exitCode = failures === 0 ? 0 : 1;
