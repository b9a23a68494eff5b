import { describe, expect, it } from 'vitest';
import {
  agentAndSender,
  CALENDAR,
  complete,
  openChannel,
  publishCapabilities,
  publishPolicies,
  readRequest,
  registerAgent,
  STANDUP,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutate, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile, platformForTest } from '../testkit/platform.ts';
import { callTool, connectClient, MODES, mcp, mcpResult } from './mcp-client.ts';

const platform = platformForFile();

const SCHEDULE = { name: 'calendar_schedule', args: STANDUP.params } as const;

describe.each(MODES)('the SDK’s client in mode %s', (_name, mode) => {
  it('lists the tools of the contract', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
    expect(client.getServerVersion()).toMatchObject({ name: agent.handle, title: 'Test Agent' });
    expect(client.getInstructions()).toBe('Test Agent');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['calendar_schedule', 'clawcierge_request', 'clawcierge_cancel']);
    expect(tools[0]).toEqual({
      name: 'calendar_schedule',
      title: 'calendar.schedule',
      description: 'Schedules a meeting',
      inputSchema: {
        type: 'object',
        required: ['title', 'duration_minutes'],
        properties: { title: { type: 'string' }, duration_minutes: { type: 'integer', minimum: 15, maximum: 120 } },
      },
      _meta: { 'clawcierge/action': 'calendar.schedule', 'clawcierge/contractVersion': 1 },
    });
  });

  it('calls a tool, and gets what the agent answered', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
    const calling = client.callTool({ name: 'calendar_schedule', arguments: STANDUP.params });
    const { requestId, action, params } = await channel.events.take();
    expect({ action, params }).toEqual(STANDUP);
    await complete(platform, agent, requestId, { booked: true });
    const result = await calling;
    expect(result.isError).toBeUndefined();
    expect(result.structuredContent).toEqual({ booked: true });
    expect(result.content).toEqual([{ type: 'text', text: '{"booked":true}' }]);
    expect(result._meta).toMatchObject({ 'clawcierge/requestId': requestId });
  });

  it('gets a rejection as an error of the tool, which says why', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
    const result = await client.callTool({ name: 'calendar_schedule', arguments: { duration_minutes: 5 } });
    expect(result).toMatchObject({ isError: true });
    expect(result.structuredContent).toBeUndefined();
    const [{ text = '' } = {}] = result.content as readonly { text?: string }[];
    expect(text).toMatch(/^request_rejected: /);
    expect(text).toContain('arguments.title is required');
    expect(text).toContain('arguments.duration_minutes must be');
  });

  it('gets an unknown tool as an error of the protocol', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
    await expect(client.callTool({ name: 'calendar_cancel', arguments: {} })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('Unknown tool: calendar_cancel'),
    });
  });
});

describe.each(['modern', 'legacy'] as const)('in the %s era', (era) => {
  it('a tool answers to the action’s own name, too', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const calling = callTool(platform, agent.handle, {
      ...SCHEDULE,
      key: sender.apiKey,
      era,
      name: 'calendar.schedule',
    });
    const { requestId } = await channel.events.take();
    await complete(platform, agent, requestId, 'done');
    expect((await calling).content).toEqual([{ type: 'text', text: '"done"' }]);
  });

  it('arguments and results are told as they were written', async () => {
    const { agent, sender } = await agentAndSender(platform, [{ action: 'echo' }]);
    const channel = await openChannel(platform, agent);
    const calling = callTool(platform, agent.handle, {
      key: sender.apiKey,
      era,
      name: 'echo',
      args: { '2': 1, '1': 2 },
    });
    const { requestId, params } = await channel.events.take();
    await complete(platform, agent, requestId, params);
    expect((await calling).structuredContent).toEqual({ '2': 1, '1': 2 });
  });

  it('a result that is no object has a structure in the modern era only', async () => {
    const { agent, sender } = await agentAndSender(platform, [{ action: 'count' }]);
    const channel = await openChannel(platform, agent);
    const calling = callTool(platform, agent.handle, { key: sender.apiKey, era, name: 'count' });
    const { requestId } = await channel.events.take();
    await complete(platform, agent, requestId, 3);
    const { content, structuredContent } = await calling;
    expect(content).toEqual([{ type: 'text', text: '3' }]);
    expect(structuredContent).toBe(era === 'modern' ? 3 : undefined);
  });

  it('what failed is an error of the tool, with its code and no structure', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const calling = callTool(platform, agent.handle, { ...SCHEDULE, key: sender.apiKey, era });
    const { requestId } = await channel.events.take();
    await mutate(
      platform,
      'failRequest',
      { requestId, code: 'busy', message: 'No room is free' },
      'request { id }',
      agent,
    );
    expect(await calling).toMatchObject({ isError: true, content: [{ type: 'text', text: 'busy: No room is free' }] });
  });

  it('a cursor is refused, since a list has one page', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { message } = await mcp(platform, agent.handle, 'tools/list', {
      key: sender.apiKey,
      era,
      params: { cursor: 'x' },
    });
    expect(message.error).toMatchObject({ code: -32602 });
  });
});

describe('the list', () => {
  const toolsOf = async (capabilities: readonly object[]) => {
    const { agent, sender } = await agentAndSender(platform, capabilities);
    const { tools, ...hints } = await mcpResult(platform, agent.handle, 'tools/list', { key: sender.apiKey });
    expect(hints).toMatchObject({ ttlMs: 30_000, cacheScope: 'private' });
    return tools.slice(0, -2);
  };

  it('is empty but for the platform’s own tools before there is a contract', async () => {
    const [agent, { sender }] = [await registerAgent(platform), await agentAndSender(platform)];
    const { tools } = await mcpResult(platform, agent.handle, 'tools/list', { key: sender.apiKey });
    expect(tools.map(({ name }: { name: string }) => name)).toEqual(['clawcierge_request', 'clawcierge_cancel']);
  });

  it('names tools so that every host takes them, and no two alike', async () => {
    const long = `files.${'read'.repeat(20)}`;
    const tools = await toolsOf(['a.b', 'a/b', 'plain-one', long].map((action) => ({ action })));
    const names = tools.map(({ name }: { name: string }) => name);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual([
      expect.stringMatching(/^a_b_[0-9a-f]{6}$/),
      expect.stringMatching(/^a_b_[0-9a-f]{6}$/),
      'plain-one',
      expect.stringMatching(/^files_(read)+r?e?a?_[0-9a-f]{6}$/),
    ]);
  });

  it('has no two names alike where an action is called as the tool of another one', async () => {
    const [{ name }] = await toolsOf([{ action: 'a.b' }, { action: 'a/b' }]);
    const paramsSchema = { required: ['what'] };
    const { agent, sender } = await agentAndSender(
      platform,
      ['a.b', 'a/b', name].map((action) => ({ action, paramsSchema })),
    );
    const key = sender.apiKey;
    const { tools } = await mcpResult(platform, agent.handle, 'tools/list', { key });
    const names = tools.map((tool: { name: string }) => tool.name);
    for (const each of names) expect(each).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(new Set(names).size).toBe(names.length);
    // Each leads to the action that it is listed for.
    for (const tool of tools.slice(0, 3)) {
      const { _meta } = await callTool(platform, agent.handle, { key, name: tool.name });
      const { action } = await readRequest(platform, _meta['clawcierge/requestId'], sender);
      expect(action).toBe(tool._meta['clawcierge/action']);
    }
  });

  it('passes schemas on untouched but for what would ask for headers', async () => {
    const paramsSchema = {
      $defs: { name: { type: 'string', 'x-mcp-header': 'Name' } },
      properties: { 'x-mcp-header': { $ref: '#/$defs/name' }, region: { type: 'string', 'x-mcp-header': 'Region' } },
      default: { 'x-mcp-header': 'stays' },
    };
    const [{ inputSchema }] = await toolsOf([{ action: 'go', paramsSchema }]);
    expect(inputSchema).toEqual({
      type: 'object',
      $defs: { name: { type: 'string' } },
      properties: { 'x-mcp-header': { $ref: '#/$defs/name' }, region: { type: 'string' } },
      default: { 'x-mcp-header': 'stays' },
    });
  });

  it('says bounds where the schema can, and in words where it cannot', async () => {
    const paramsSchema = {
      properties: { seats: { type: 'integer', maximum: 4 }, price: { anyOf: [{ type: 'number' }] } },
    };
    const constraints = { max_seats: 8, min_seats: 1, max_price: 99.5 };
    const [tool] = await toolsOf([{ action: 'book', description: 'Books.', paramsSchema, constraints }]);
    expect(tool.inputSchema.properties).toEqual({
      seats: { type: 'integer', maximum: 4, minimum: 1 },
      price: { anyOf: [{ type: 'number' }] },
    });
    expect(tool.description).toBe('Books.\n\nprice must be a number, at most 99.5.');
  });

  it('leaves out what takes no object, and says of which draft a schema is that is not of the newest', async () => {
    const tools = await toolsOf([
      { action: 'list', paramsSchema: { type: 'array' } },
      { action: 'tuple', paramsSchema: { properties: { at: { items: [{ type: 'number' }] } } } },
      { action: 'either', paramsSchema: { type: ['object', 'null'] } },
    ]);
    expect(tools.map(({ name }: { name: string }) => name)).toEqual(['tuple', 'either']);
    expect(tools[0].inputSchema.$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(tools[1].inputSchema).toEqual({ type: 'object' });
  });
});

describe('a call', () => {
  it('of an unknown tool is recorded as any request is', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { message } = await mcp(platform, agent.handle, 'tools/call', {
      key: sender.apiKey,
      params: { name: 'nothing', arguments: {} },
    });
    expect(await readRequest(platform, message.error.data.requestId, sender)).toMatchObject({
      action: 'nothing',
      status: 'REJECTED',
    });
  });

  it('says how it is to be taken in _meta', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const meta = {
      'clawcierge/whenOffline': 'queue',
      'clawcierge/idempotencyKey': uniqueHandle('key'),
      'clawcierge/expiresInSeconds': 1,
    };
    const first = await callTool(platform, agent.handle, { ...SCHEDULE, key: sender.apiKey, meta });
    expect(first).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^timeout: /) }] });
    const again = await callTool(platform, agent.handle, { ...SCHEDULE, key: sender.apiKey, meta });
    expect(again._meta['clawcierge/requestId']).toBe(first._meta['clawcierge/requestId']);
  });

  it.each([
    ['clawcierge/whenOffline', 'later'],
    ['clawcierge/idempotencyKey', 1],
    ['clawcierge/expiresInSeconds', 'soon'],
  ])('with a wrong %s is refused as the protocol’s', async (name, value) => {
    const { agent, sender } = await agentAndSender(platform);
    const params = { name: 'calendar_schedule', arguments: {}, _meta: { [name]: value } };
    const { message } = await mcp(platform, agent.handle, 'tools/call', { key: sender.apiKey, params });
    expect(message.error).toMatchObject({ code: -32602, message: expect.stringContaining(name) });
  });

  it('that a policy denies says so', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await publishPolicies(platform, agent, {
      rules: [{ condition: 'true', action: 'REJECT', reason: 'Nobody meets here' }],
    });
    const result = await callTool(platform, agent.handle, { ...SCHEDULE, key: sender.apiKey });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^request_rejected: /) }] });
  });

  it('is told of in the log by its method', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await mcp(platform, agent.handle, 'tools/list', { key: sender.apiKey });
    await eventually(() => {
      const line = expect.stringMatching(/"message":"answered".*"route":"\/mcp\/:handle".*"operation":"tools\/list"/);
      expect(platform.log.lines).toContainEqual(line);
    });
  });

  it('tells in its head how the limits stand', async () => {
    const { agent, sender } = await agentAndSender(platform);
    for (const era of ['modern', 'legacy'] as const) {
      const { headers } = await mcp(platform, agent.handle, 'tools/call', {
        key: sender.apiKey,
        era,
        params: { name: 'calendar_schedule', arguments: {} },
      });
      expect(headers.get('ratelimit')).toContain('submissions');
    }
  });

  it('is of the contract in force', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await publishCapabilities(platform, agent, [CALENDAR, { action: 'calendar.cancel' }]);
    const { tools } = await mcpResult(platform, agent.handle, 'tools/list', { key: sender.apiKey });
    expect(tools[1]).toMatchObject({ name: 'calendar_cancel', _meta: { 'clawcierge/contractVersion': 2 } });
  });
});

describe('an operator', () => {
  it('switches the door off, and then nothing says that there is one', async () => {
    const without = await platformForTest({ env: { MCP_ENABLED: 'false' } });
    const { agent, sender } = await agentAndSender(without);
    expect((await mcp(without, agent.handle, 'tools/list', { key: sender.apiKey })).status).toBe(404);
    const { links } = await (await fetch(`${without.url}/v1/info`)).json();
    expect(links).not.toHaveProperty('mcp');
  });

  it('leaves out the platform’s own tools, whose names are then nobody’s', async () => {
    const bare = await platformForTest({ env: { MCP_COMPANION_TOOLS: 'false' } });
    const { agent, sender } = await agentAndSender(bare);
    const { tools } = await mcpResult(bare, agent.handle, 'tools/list', { key: sender.apiKey });
    expect(tools).toHaveLength(1);
    const params = { name: 'clawcierge_request', arguments: { request_id: 'x' } };
    const { message } = await mcp(bare, agent.handle, 'tools/call', { key: sender.apiKey, params });
    expect(message.error).toMatchObject({ code: -32602, message: 'Unknown tool: clawcierge_request' });
  });
});
