import type { Progress } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishPolicies,
  readRequest,
  registerAgent,
  registerSender,
  STANDUP,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { keyWithout } from '../testkit/limited-keys.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { Listener } from './listener.ts';
import { callTool, connectClient, mcp, mcpResult, TASKS } from './mcp-client.ts';
import { whileTimePasses } from './while-time-passes.ts';

const clock = createManualClock();
const platform = platformForFile({ clock });
const SCHEDULE = { name: 'calendar_schedule', args: STANDUP.params } as const;
const QUEUED = { 'clawcierge/whenOffline': 'queue' } as const;

/** Somebody who knows tasks, and an agent that is connected. */
async function pair() {
  const { agent, sender } = await agentAndSender(platform);
  const channel = await openChannel(platform, agent);
  const request = { key: sender.apiKey, capabilities: TASKS };
  const task = (method: string, taskId: string) =>
    mcpResult(platform, agent.handle, `tasks/${method}`, { ...request, params: { taskId } });
  /** A call that is answered with a task. */
  const begin = async (meta = {}) => {
    const calling = callTool(platform, agent.handle, { ...request, ...SCHEDULE, meta });
    const { requestId } = await channel.events.take();
    const created = await whileTimePasses(platform, clock, calling, { atLeastMs: 2_000 });
    expect(created).toMatchObject({ resultType: 'task', taskId: requestId, status: 'working' });
    return created;
  };
  return { agent, sender, channel, request, task, begin };
}

describe('a caller that knows tasks', () => {
  it('is answered with the result where it is soon there', async () => {
    const { agent, channel, request } = await pair();
    const calling = callTool(platform, agent.handle, { ...request, ...SCHEDULE });
    const { requestId } = await channel.events.take();
    await complete(platform, agent, requestId, { booked: true });
    expect(await calling).toMatchObject({ resultType: 'complete', structuredContent: { booked: true } });
  });

  it('is answered with a task where it is not, which ends with the result', async () => {
    const { agent, begin, task } = await pair();
    const created = await begin();
    expect(created).toMatchObject({
      statusMessage: 'The agent has it.',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      lastUpdatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      ttlMs: 300_000 + 90 * 86_400_000,
      pollIntervalMs: 1_000,
    });
    expect(created).not.toHaveProperty('result');
    const { taskId } = created;
    await acknowledge(platform, agent, taskId);
    clock.advance(61_000);
    expect(await task('get', taskId)).toMatchObject({
      status: 'working',
      statusMessage: 'The agent works on it.',
      pollIntervalMs: 5_000,
    });
    await complete(platform, agent, taskId, { booked: true });
    const done = await task('get', taskId);
    expect(done).toMatchObject({ resultType: 'complete', taskId, status: 'completed' });
    expect(done.result).toMatchObject({ structuredContent: { booked: true }, content: [{ text: '{"booked":true}' }] });
  });

  it('has an outcome that is none as the result of a completed task', async () => {
    const { agent, begin, task } = await pair();
    const { taskId } = await begin();
    await mutate(platform, 'failRequest', { requestId: taskId, message: 'No room' }, 'request { id }', agent);
    expect(await task('get', taskId)).toMatchObject({ status: 'completed', result: { isError: true } });
  });

  it('cancels a task, again and again, and the agent is told', async () => {
    const { begin, task, channel } = await pair();
    const { taskId } = await begin();
    const acknowledged = await task('cancel', taskId);
    expect(acknowledged).toMatchObject({ resultType: 'complete' });
    expect(acknowledged).not.toHaveProperty('taskId');
    await channel.cancelled(taskId);
    await task('cancel', taskId);
    const cancelled = await task('get', taskId);
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect(cancelled).not.toHaveProperty('result');
    expect(await task('update', taskId)).toMatchObject({ resultType: 'complete' });
  });

  it('is not kept waiting for people', async () => {
    const { agent, request, task } = await pair();
    const rules = [{ condition: 'true', action: 'REQUIRE_APPROVAL', reason: 'Ask me' }];
    await publishPolicies(platform, agent, { rules });
    const created = await callTool(platform, agent.handle, { ...request, ...SCHEDULE });
    expect(created).toMatchObject({
      resultType: 'task',
      status: 'working',
      statusMessage: "Waits for the approval of the agent's owner.",
    });
    await task('cancel', created.taskId);
  });

  it('finds none of somebody else, nor one of another agent', async () => {
    const { agent, begin, request } = await pair();
    const { taskId } = await begin();
    const [other, elsewhere] = [await registerSender(platform), await registerAgent(platform)];
    for (const method of ['tasks/get', 'tasks/cancel']) {
      const foreign = await mcp(platform, agent.handle, method, { ...request, key: other.apiKey, params: { taskId } });
      expect(foreign.message.error).toMatchObject({ code: -32602 });
      const misplaced = await mcp(platform, elsewhere.handle, method, { ...request, params: { taskId } });
      expect(misplaced.message.error).toMatchObject({ code: -32602 });
    }
    const agents = await mcp(platform, agent.handle, 'tasks/get', {
      ...request,
      key: agent.apiKey,
      params: { taskId },
    });
    expect(agents.message.error).toMatchObject({ code: -32602 });
  });
});

describe('a caller that knows no tasks', () => {
  it('is told after a while how to go on, and fetches the result with the platform’s own tool', async () => {
    const { agent, channel, sender } = await pair();
    const calling = callTool(platform, agent.handle, { key: sender.apiKey, ...SCHEDULE });
    const { requestId } = await channel.events.take();
    const told = await whileTimePasses(platform, clock, calling, { atLeastMs: 50_000 });
    expect(told.content[0].text).toContain(requestId);
    const fetching = callTool(platform, agent.handle, {
      key: sender.apiKey,
      name: 'clawcierge_request',
      args: { request_id: requestId },
    });
    await complete(platform, agent, requestId, { booked: true });
    expect(await fetching).toMatchObject({ structuredContent: { booked: true } });
  });

  it('cancels with the platform’s own tool', async () => {
    const { agent, channel, sender } = await pair();
    const calling = callTool(platform, agent.handle, { key: sender.apiKey, ...SCHEDULE });
    const { requestId } = await channel.events.take();
    const args = { request_id: requestId };
    const cancel = { key: sender.apiKey, name: 'clawcierge_cancel', args };
    const cancelled = await callTool(platform, agent.handle, cancel);
    expect(cancelled).toMatchObject({ content: [{ text: `The request ${requestId} is cancelled.` }] });
    expect(await calling).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^cancelled: /) }] });
    await channel.cancelled(requestId);
  });
});

describe('a key that may ask and not read', () => {
  it('is offered nothing that it could not use: no task, and none of the platform’s own tools', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { apiKey: key } = await keyWithout(platform, sender, { kind: 'SENDER', scope: 'requests:read' });
    const { tools } = await mcpResult(platform, agent.handle, 'tools/list', { key });
    expect(tools.map(({ name }: { name: string }) => name)).toEqual([SCHEDULE.name]);
    const calling = callTool(platform, agent.handle, { key, capabilities: TASKS, ...SCHEDULE, meta: QUEUED });
    const result = await whileTimePasses(platform, clock, calling, { atLeastMs: 50_000 });
    const { 'clawcierge/requestId': id } = result._meta;
    const text = expect.stringContaining(`/v1/requests/${id} with a key that has the scope "requests:read".`);
    expect(result).toMatchObject({ isError: true, content: [{ text }] });
  });

  it('is answered with the outcome as the others are', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { apiKey: key } = await keyWithout(platform, sender, { kind: 'SENDER', scope: 'requests:read' });
    const channel = await openChannel(platform, agent);
    const calling = callTool(platform, agent.handle, { key, capabilities: TASKS, ...SCHEDULE });
    const { requestId } = await channel.events.take();
    await complete(platform, agent, requestId, 'done');
    expect(await calling).toMatchObject({ structuredContent: 'done' });
  });
});

describe.each(['legacy', 'auto'] as const)('progress in mode %s', (mode) => {
  it('is told at each change and every 15 seconds, always with a higher number', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
    const told: Progress[] = [];
    const calling = client.callTool(
      { name: 'calendar_schedule', arguments: STANDUP.params, _meta: QUEUED },
      { onprogress: (progress) => told.push(progress), timeout: 600_000 },
    );
    const result = await whileTimePasses(platform, clock, calling, { atLeastMs: 290_000 });
    expect(result).toMatchObject({ isError: true });
    expect(told.length).toBeGreaterThanOrEqual(10);
    expect(told[0]).toMatchObject({ message: 'Waits for the agent.' });
    for (const [at, { progress }] of told.entries()) expect(progress).toBeGreaterThan(told[at - 1]?.progress ?? 0);
  });

  it('has the agent’s own words and numbers', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
    const told: object[] = [];
    const calling = client.callTool(
      { name: 'calendar_schedule', arguments: STANDUP.params },
      { onprogress: (progress) => told.push(progress) },
    );
    const { requestId } = await channel.events.take();
    // Who waits hears of it from then on.
    await eventually(() => expect(told).not.toEqual([]));
    const report = { requestId, value: 3, total: 10, message: 'Looks at March' };
    await mutateSuccessfully(platform, 'reportProgress', report, 'progress { value }', agent);
    await eventually(() => {
      expect(told).toContainEqual({ progress: 3, total: 10, message: 'Looks at March' });
    });
    await complete(platform, agent, requestId, 'done');
    await calling;
  });
});

it('progress is no number that JSON cannot write, however high the agent’s own is', async () => {
  const { agent, channel, request } = await pair();
  const params = { name: SCHEDULE.name, arguments: SCHEDULE.args, _meta: { progressToken: 1 } };
  const stream = await Listener.open(platform, agent.handle, { key: request.key, params }, 'tools/call');
  const { requestId } = await channel.events.take();
  await stream.take('notifications/progress');
  const report = { requestId, value: Number.MAX_VALUE };
  await mutateSuccessfully(platform, 'reportProgress', report, 'progress { value }', agent);
  await stream.messages.take(({ params: told }) => told?.progress === Number.MAX_VALUE, 'the report');
  await complete(platform, agent, requestId, 'done');
  await stream.messages.take(({ result }) => result !== undefined, 'the result');
  for (const { params: told } of stream.messages.pending()) expect(told.progress).toEqual(expect.any(Number));
});

describe('a caller that goes away', () => {
  it.each(['modern', 'legacy'] as const)('in the %s era', async (era) => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const leaving = new AbortController();
    const calling = mcp(platform, agent.handle, 'tools/call', {
      key: sender.apiKey,
      era,
      params: { name: SCHEDULE.name, arguments: SCHEDULE.args },
      signal: leaving.signal,
    });
    const { requestId } = await channel.events.take();
    leaving.abort();
    await expect(calling).rejects.toThrow();
    if (era === 'modern') {
      const { reason } = await channel.cancelled(requestId);
      expect(reason).toBe('Its caller went away.');
      return;
    }
    await complete(platform, agent, requestId, 'done');
    expect(await readRequest(platform, requestId, sender)).toMatchObject({ status: 'COMPLETED' });
  });

  it('cancels nothing that it repeated: somebody else may wait for it, or have a task for it', async () => {
    const { agent, channel, request, begin, task } = await pair();
    const meta = { 'clawcierge/idempotencyKey': uniqueHandle('key') };
    const { taskId } = await begin(meta);
    const repeat = async () => {
      const params = { name: SCHEDULE.name, arguments: SCHEDULE.args, _meta: { ...meta, progressToken: 1 } };
      const stream = await Listener.open(platform, agent.handle, { key: request.key, params }, 'tools/call');
      await stream.take('notifications/progress');
      return stream;
    };
    (await repeat()).close();
    // By the time that another one hears of it, the first one's leaving has been seen to.
    const staying = await repeat();
    await complete(platform, agent, taskId, 'done');
    await staying.messages.take(({ result }) => result?.structuredContent === 'done', 'the result');
    expect(await task('get', taskId)).toMatchObject({ status: 'completed' });
    expect(channel.events.pending()).toEqual([]);
  });
});
