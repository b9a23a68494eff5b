import { expect, it } from 'vitest';
import {
  agentAndSender,
  CALENDAR,
  complete,
  openChannel,
  publishCapabilities,
  readRequest,
  STANDUP,
} from '../testkit/actors.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { Listener } from './listener.ts';
import { callTool, mcpResult, TASKS } from './mcp-client.ts';

const SCHEDULE = { name: 'calendar_schedule', args: STANDUP.params } as const;
const env = { MCP_TASK_AFTER_SECONDS: '0' };

it('a task that one node made is read and cancelled on another', async () => {
  const nodes = await startNodes({ overPostgres: true, env });
  const [one, other] = [nth(nodes, 0), nth(nodes, 1)];
  const { agent, sender } = await agentAndSender(one);
  const channel = await openChannel(one, agent);
  const request = { key: sender.apiKey, capabilities: TASKS };
  const { taskId } = await callTool(one, agent.handle, { ...request, ...SCHEDULE });
  const task = (method: string) =>
    mcpResult(other, agent.handle, `tasks/${method}`, { ...request, params: { taskId } });
  expect(await task('get')).toMatchObject({ taskId, status: 'working' });
  await task('cancel');
  await channel.cancelled(taskId);
  expect(await task('get')).toMatchObject({ taskId, status: 'cancelled' });
});

it('a publication on one node reaches a listener on another', async () => {
  const nodes = await startNodes({ overPostgres: true });
  const [one, other] = [nth(nodes, 0), nth(nodes, 1)];
  const { agent, sender } = await agentAndSender(one);
  const listener = await Listener.open(other, agent.handle, {
    key: sender.apiKey,
    params: { notifications: { toolsListChanged: true } },
  });
  await listener.take('notifications/subscriptions/acknowledged');
  await publishCapabilities(one, agent, [CALENDAR, { action: 'more' }]);
  await listener.take('notifications/tools/list_changed');
  const { tools } = await mcpResult(other, agent.handle, 'tools/list', { key: sender.apiKey });
  expect(tools[1]).toMatchObject({ name: 'more' });
});

it('a node that stops during calls cancels none, and answers each', async () => {
  const nodes = await startNodes({
    overPostgres: true,
    env: { MCP_TASK_AFTER_SECONDS: '60', SHUTDOWN_GRACE_SECONDS: '0' },
  });
  const [stopping, staying] = [nth(nodes, 0), nth(nodes, 1)];
  const { agent, sender } = await agentAndSender(staying);
  const channel = await openChannel(staying, agent);
  const kinds = [{ era: 'legacy' }, { era: 'modern' }, { era: 'modern', capabilities: TASKS }] as const;
  const calls = Array.from({ length: 30 }, (_, at) =>
    callTool(stopping, agent.handle, {
      key: sender.apiKey,
      ...SCHEDULE,
      ...kinds[at % kinds.length],
      // Every other one hears of progress, so that its answer is a stream.
      meta: at % 2 === 0 ? { progressToken: at } : {},
    }),
  );
  const delivered = [];
  while (delivered.length < calls.length) delivered.push((await channel.events.take()).requestId);
  await stopping.stop();
  for (const [at, answer] of (await Promise.all(calls)).entries()) {
    const id = answer.taskId ?? answer._meta['clawcierge/requestId'];
    expect(delivered).toContain(id);
    if (at % kinds.length === 2) expect(answer).toMatchObject({ resultType: 'task', status: 'working' });
    else expect(answer).toMatchObject({ isError: true, content: [{ text: expect.stringContaining(id) }] });
  }
  const [first = ''] = delivered;
  expect((await complete(staying, agent, first, 'done')).__typename).toBe('CompleteRequestSuccess');
  await eventually(async () =>
    expect(await readRequest(staying, first, sender)).toMatchObject({ status: 'COMPLETED' }),
  );
  const { requests } = await ask(staying, 'query { requests(status: [CANCELLED]) { totalCount } }', {}, sender);
  expect(requests.totalCount).toBe(0);
});
