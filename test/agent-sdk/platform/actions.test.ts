import { Type } from 'typebox';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { content, publishCapabilities, silentLogger } from '../../../agent-sdk/src/index.ts';
import { registerAgent, registerSender } from '../../testkit/actors.ts';
import { platformForFile } from '../../testkit/platform.ts';
import { agentUnderTest, clientUnderTest, start } from './agent-under-test.ts';

const platform = platformForFile();

/** An agent with an action of each kind of schema, and a sender to ask it. */
async function definedAgent() {
  const [registered, sender] = [await registerAgent(platform), await registerSender(platform)];
  const tested = agentUnderTest(platform, registered, 'graphql');
  tested.agent
    .action(
      'zod',
      {
        title: 'With zod',
        params: z.object({ at: z.iso.datetime().transform((text) => new Date(text)), count: z.int().default(1) }),
        result: z.object({ year: z.int(), count: z.int().max(5) }),
        constraints: { max_count: 10 },
        hints: { readOnly: true },
      },
      ({ params: { at, count } }) => ({ year: at.getUTCFullYear(), count }),
    )
    .action(
      'valibot',
      {
        params: v.object({ name: v.pipe(v.string(), v.trim()) }),
        paramsSchema: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      },
      ({ params }) => `Hello ${params.name}`,
    )
    .action('typebox', { params: Type.Object({ n: Type.Integer() }) }, ({ params }) => params.n + 1)
    .action('content', { resultFormat: 'CONTENT', result: z.object({ id: z.string() }) }, () => ({
      content: [content.text('Done.'), content.image(Uint8Array.of(1, 2, 3), 'image/png')],
      structured: { id: '1' },
    }));
  const client = clientUnderTest(platform, sender);
  const request = (action: string, params: object = {}) =>
    client.request({ handle: registered.handle, action, params: { ...params } });
  return { ...tested, registered, client, request };
}

describe('actions that are defined', () => {
  it('are published as their schemas say, once, and handled with what the schemas make of params', async () => {
    const { agent, registered, client, request, ...tested } = await definedAgent();
    expect((await agent.publish()).version).toBe(1);
    expect((await agent.publish()).version).toBe(1);
    expect((await agent.publish({ force: true })).version).toBe(2);
    const { capabilities } = await client.resolve(registered.handle);
    expect(capabilities?.capabilities).toMatchObject([
      {
        action: 'zod',
        title: 'With zod',
        paramsSchema: { type: 'object', required: ['at'] },
        resultSchema: { type: 'object', required: ['year', 'count'] },
        hints: { readOnly: true },
      },
      { action: 'valibot', paramsSchema: { required: ['name'] }, resultSchema: null },
      { action: 'typebox', paramsSchema: { required: ['n'] } },
      { action: 'content', resultFormat: 'CONTENT', resultSchema: { required: ['id'] } },
    ]);
    await start({ agent, ...tested });
    expect((await request('zod', { at: '2026-02-11T09:00:00Z' })).result).toEqual({ year: 2026, count: 1 });
    expect((await request('valibot', { name: ' Ann ' })).result).toBe('Hello Ann');
    expect((await request('typebox', { n: 1 })).result).toBe(2);
    expect((await request('content')).result).toEqual({
      content: [
        { type: 'text', text: 'Done.' },
        { type: 'image', data: 'AQID', mediaType: 'image/png' },
      ],
      structured: { id: '1' },
    });
    await expect(request('zod', { at: 'tomorrow' })).rejects.toMatchObject({ kind: 'INVALID_PARAMS' });
    const failed = await request('zod', { at: '2026-02-11T09:00:00Z', count: 9 });
    expect(failed.error).toMatchObject({ code: 'invalid_result' });
  });

  it('hold params to their schemas, whichever contract is in force', async () => {
    const { agent, registered, request, ...tested } = await definedAgent();
    const { apiKey } = registered;
    await publishCapabilities({ url: platform.url, apiKey, capabilities: [{ action: 'zod' }], logger: silentLogger });
    await start({ agent, ...tested });
    const { status, error } = await request('zod', { at: 'tomorrow' });
    expect(status).toBe('FAILED');
    expect(error).toMatchObject({ code: 'invalid_params', message: expect.stringMatching(/^params\.at: /) });
    expect(tested.log.join('\n')).toMatch(/warn params do not fit the schema/);
  });
});
