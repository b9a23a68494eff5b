import { describe, expect, it } from 'vitest';
import { agentAndSender, complete, openChannel, publishCapabilities } from '../testkit/actors.ts';
import { platformForFile } from '../testkit/platform.ts';
import { callTool, connectClient, MODES, mcpResult } from './mcp-client.ts';

const platform = platformForFile();

const PNG = 'iVBORw0KGgo=';
const SCHEMA = { type: 'object', required: ['seats'], properties: { seats: { type: 'integer' } } } as const;

/** What the tool of an action answers once the agent has answered that. */
async function answered(capability: object, result: unknown, era: 'modern' | 'legacy' = 'modern') {
  const { agent, sender } = await agentAndSender(platform, [{ action: 'do', ...capability }]);
  const channel = await openChannel(platform, agent);
  const calling = callTool(platform, agent.handle, { key: sender.apiKey, era, name: 'do' });
  const { requestId } = await channel.events.take();
  expect((await complete(platform, agent, requestId, result)).__typename).toBe('CompleteRequestSuccess');
  return calling;
}

describe('a tool', () => {
  it.each(['modern', 'legacy'] as const)('says in the %s era what its contract says', async (era) => {
    const { agent, sender } = await agentAndSender(platform, [
      { action: 'look', title: 'Look it up', resultSchema: SCHEMA, hints: { readOnly: true, openWorld: false } },
      { action: 'count', resultSchema: { type: 'integer' }, hints: { destructive: true, idempotent: true } },
    ]);
    const { tools } = await mcpResult(platform, agent.handle, 'tools/list', { key: sender.apiKey, era });
    const [look, count] = tools;
    expect(look).toMatchObject({ title: 'Look it up', description: 'Look it up', outputSchema: SCHEMA });
    expect(look.annotations).toEqual({ readOnlyHint: true, openWorldHint: false });
    expect(count).toMatchObject({ title: 'count', annotations: { destructiveHint: true, idempotentHint: true } });
    expect(count.outputSchema).toEqual(era === 'modern' ? { type: 'integer' } : undefined);
  });
});

describe('a schema of results', () => {
  it.each(MODES)(
    'that is not of the newest draft says so, and is read so by the SDK’s client in mode %s',
    async (_name, mode) => {
      const resultSchema = { type: 'object', properties: { at: { type: 'array', items: [{ type: 'number' }] } } };
      const { agent, sender } = await agentAndSender(platform, [{ action: 'do', resultSchema }]);
      const channel = await openChannel(platform, agent);
      const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
      const { tools } = await client.listTools();
      expect(tools[0]?.outputSchema).toEqual({ $schema: 'http://json-schema.org/draft-07/schema#', ...resultSchema });
      const calling = client.callTool({ name: 'do', arguments: {} });
      const { requestId } = await channel.events.take();
      await complete(platform, agent, requestId, { at: [1] });
      expect(await calling).toMatchObject({ structuredContent: { at: [1] } });
    },
  );
});

describe('a result of blocks', () => {
  it('is told as the protocol spells them', async () => {
    const annotations = { audience: ['user'], priority: 0.5 };
    const content = [
      { type: 'text', text: 'Here it is.', annotations },
      { type: 'image', data: PNG, mediaType: 'image/png', name: 'plan.png' },
      { type: 'audio', data: PNG, mediaType: 'audio/wav' },
      { type: 'link', uri: 'https://example.com/a', name: 'a', mediaType: 'text/html', size: 3 },
      { type: 'resource', uri: 'file:///a', mediaType: 'text/plain', text: 'a' },
      { type: 'resource', uri: 'file:///b', data: PNG },
    ];
    const result = await answered({ resultFormat: 'CONTENT' }, { content });
    expect(result).not.toHaveProperty('structuredContent');
    expect(result.content).toEqual([
      { type: 'text', text: 'Here it is.', annotations },
      { type: 'image', data: PNG, mimeType: 'image/png', _meta: { 'clawcierge/name': 'plan.png' } },
      { type: 'audio', data: PNG, mimeType: 'audio/wav' },
      { type: 'resource_link', uri: 'https://example.com/a', name: 'a', mimeType: 'text/html', size: 3 },
      { type: 'resource', resource: { uri: 'file:///a', mimeType: 'text/plain', text: 'a' } },
      { type: 'resource', resource: { uri: 'file:///b', blob: PNG } },
    ]);
  });

  it('says when it was changed last where that is a time of the protocol’s', async () => {
    const texts = ['2025-01-12T15:00:58Z', '2025-01-12T15:00:58.5+01:00', 'yesterday', '2025-02-30T00:00:00Z'];
    const content = texts.map((lastModified) => ({ type: 'text', text: 'x', annotations: { lastModified } }));
    for (const era of ['modern', 'legacy'] as const) {
      const result = await answered({ resultFormat: 'CONTENT' }, { content }, era);
      expect(result.content).toEqual([
        ...content.slice(0, 2),
        ...content.slice(2).map((each) => ({ ...each, annotations: {} })),
      ]);
    }
  });

  it('has its structure as a text, too, where no block is one', async () => {
    const image = { type: 'image', data: PNG, mediaType: 'image/png' };
    const structured = { seats: 4 };
    const capability = { resultFormat: 'CONTENT', resultSchema: SCHEMA };
    const without = await answered(capability, { content: [image], structured }, 'legacy');
    expect(without.structuredContent).toEqual(structured);
    expect(without.content).toEqual([
      expect.objectContaining({ type: 'image' }),
      { type: 'text', text: '{"seats":4}' },
    ]);
    const text = { type: 'text', text: 'Four seats' };
    const within = await answered(capability, { content: [text], structured });
    expect(within).toMatchObject({ content: [text], structuredContent: structured });
    expect(within.content).toHaveLength(1);
  });

  it('is read by the contract that its request was let in by', async () => {
    const { agent, sender } = await agentAndSender(platform, [{ action: 'do', resultFormat: 'CONTENT' }]);
    const channel = await openChannel(platform, agent);
    const calling = callTool(platform, agent.handle, { key: sender.apiKey, name: 'do' });
    const { requestId } = await channel.events.take();
    await publishCapabilities(platform, agent, [{ action: 'do' }]);
    await complete(platform, agent, requestId, { content: [{ type: 'text', text: 'As it was asked' }] });
    expect((await calling).content).toEqual([{ type: 'text', text: 'As it was asked' }]);
  });
});

describe('a result that is not what was promised', () => {
  it.each(MODES)('is an error that the SDK’s client takes in mode %s', async (_name, mode) => {
    const { agent, sender } = await agentAndSender(platform, [{ action: 'do', resultSchema: SCHEMA }]);
    const channel = await openChannel(platform, agent);
    const client = await connectClient(platform, agent.handle, sender.apiKey, mode);
    // So that it holds results to the schema.
    await client.listTools();
    const calling = client.callTool({ name: 'do', arguments: {} });
    const { requestId } = await channel.events.take();
    await complete(platform, agent, requestId, { seats: 'many' });
    expect(await calling).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^invalid_result: /) }],
    });
  });
});
