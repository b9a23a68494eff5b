import { Type } from 'typebox';
import * as v from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ActionError, ClawciergeAgent, content, type Logger } from '../../agent-sdk/src/index.ts';
import { traceParentOf } from '../../agent-sdk/src/trace-parent.ts';

const Title = z.object({ title: z.string().trim().max(10), count: z.coerce.number().default(1) });

describe('an action that is defined', () => {
  let log: string[];
  let agent: ClawciergeAgent;

  beforeEach(() => {
    log = [];
    const write = (level: string) => (message: string, fields?: object) =>
      void log.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
    const logger: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    agent = new ClawciergeAgent({ url: 'http://127.0.0.1:1', apiKey: 'clw_agent_x', logger });
  });

  it('gets the params as its schema makes them', async () => {
    agent.action('work.do', { params: Title }, ({ params }) => params);
    const handled = await agent.handle({ action: 'work.do', params: { title: '  hi ', count: '7', more: true } });
    expect(handled).toEqual({ status: 'COMPLETED', result: { title: 'hi', count: 7 }, error: null });
  });

  it('is not run with params that do not fit, and the sender reads where', async () => {
    let ran = false;
    agent.action('work.do', { params: z.object({ list: z.array(z.object({ id: z.string() })) }) }, () => {
      ran = true;
    });
    const handled = await agent.handle({ action: 'work.do', params: { list: [{ id: 'a' }, { id: 2 }] }, id: 'r1' });
    expect(handled).toMatchObject({ status: 'FAILED', error: { code: 'invalid_params' } });
    expect(handled.error?.message).toMatch(/^params\.list\.1\.id: .*string/);
    expect(ran).toBe(false);
    expect(log).toEqual([expect.stringMatching(/^warn params do not fit .*"path":"params\.list\.1\.id"/)]);
  });

  it('fails with invalid_result where what it returns does not match, which only the log has in full', async () => {
    const result = z.object({ slots: z.array(z.iso.datetime()) });
    agent.action('work.do', { result }, () => ({ slots: ['tomorrow'] }));
    const handled = await agent.handle({ action: 'work.do', id: 'r1' });
    expect(handled).toMatchObject({ status: 'FAILED', error: { code: 'invalid_result' } });
    expect(handled.error?.message).not.toContain('slots');
    expect(log).toEqual([expect.stringMatching(/^error a result does not match .*"path":"result\.slots\.0"/)]);
  });

  it('answers what the schema makes of a result', async () => {
    const result = z.object({ at: z.date().transform((date) => date.toISOString()), secret: z.undefined().optional() });
    agent.action('work.do', { result, resultSchema: { type: 'object' } }, () => ({
      at: new Date(0),
      other: 'left out',
    }));
    expect((await agent.handle({ action: 'work.do' })).result).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });

  it('takes schemas that check later, and those of other libraries', async () => {
    const later = z.object({ title: z.string().refine(async (text) => text !== 'no', 'is taken') });
    agent.action('zod.later', { params: later }, ({ params }) => params.title);
    const trimmed = v.object({ title: v.pipe(v.string(), v.trim()) });
    agent.action('valibot', { params: trimmed, paramsSchema: { type: 'object' } }, ({ params }) => params.title);
    const refused = await agent.handle({ action: 'zod.later', params: { title: 'no' } });
    expect(refused.error).toEqual({ code: 'invalid_params', message: 'params.title: is taken' });
    expect((await agent.handle({ action: 'valibot', params: { title: ' a ' } })).result).toBe('a');
  });

  it('counts a check of a result that itself fails as no match, and one of params as a failure of the agent', async () => {
    const broken = z.object({}).transform(() => {
      throw new Error('secret');
    });
    agent.action('result', { result: broken, resultSchema: {} }, () => ({}));
    agent.action('params', { params: broken }, () => ({}));
    const handled = [await agent.handle({ action: 'result' }), await agent.handle({ action: 'params' })];
    expect(handled.map(({ error }) => error?.code)).toEqual(['invalid_result', 'agent_error']);
    expect(JSON.stringify(handled)).not.toContain('secret');
  });

  it('leaves the values of plain JSON Schema to the platform', async () => {
    const params = Type.Object({ title: Type.String() });
    agent.action('work.do', { params, result: { type: 'string' } }, ({ params: given }) => given.title);
    expect((await agent.handle({ action: 'work.do', params: { title: 7 } })).result).toBe(7);
  });

  it('holds of content what is structured to its schema', async () => {
    const result = z.object({ id: z.string(), note: z.string().default('-') });
    const definition = { resultFormat: 'CONTENT', result } as const;
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47).subarray(1);
    const blocks = [
      content.text('Done', { audience: ['user'] }),
      content.image(png, 'image/png', { name: 'a.png' }),
      content.audio('aGk=', 'audio/wav'),
      content.link('https://example.com/1', 'one', { title: 'One' }),
      content.resource('file:///a', 'text', { mediaType: 'text/plain' }),
      content.resource('file:///b', png),
    ];
    agent.action('good', definition, () => ({ content: blocks, structured: { id: '1' } }));
    agent.action('bad', definition, () => ({ content: [], structured: { id: 1 as unknown as string } }));
    expect((await agent.handle({ action: 'good' })).result).toEqual({
      content: [
        { type: 'text', text: 'Done', annotations: { audience: ['user'] } },
        { type: 'image', data: 'UE5H', mediaType: 'image/png', name: 'a.png' },
        { type: 'audio', data: 'aGk=', mediaType: 'audio/wav' },
        { type: 'link', uri: 'https://example.com/1', name: 'one', title: 'One' },
        { type: 'resource', uri: 'file:///a', text: 'text', mediaType: 'text/plain' },
        { type: 'resource', uri: 'file:///b', data: 'UE5H' },
      ],
      structured: { id: '1', note: '-' },
    });
    expect((await agent.handle({ action: 'bad' })).error?.code).toBe('invalid_result');
    expect(log.at(-1)).toContain('"path":"result.structured.id"');
    agent.action('none', { resultFormat: 'CONTENT' }, () => 'text' as never);
    expect((await agent.handle({ action: 'none' })).error?.code).toBe('invalid_result');
    expect(log.at(-1)).toContain('"path":"result.content"');
  });

  it('publishes what its schemas say of themselves, with everything else about it', () => {
    const params = Type.Object({ title: Type.String() });
    agent.action('one', { params: Title, result: Title, title: 'One', constraints: { max_count: 3 } }, () => ({
      title: '',
    }));
    agent.action('two', { params, hints: { readOnly: true } }, () => 1);
    agent.on('not.defined', () => 1);
    expect(agent.capabilities).toEqual([
      {
        action: 'one',
        title: 'One',
        constraints: { max_count: 3 },
        paramsSchema: expect.objectContaining({ required: ['title'] }),
        resultSchema: expect.objectContaining({ required: ['title', 'count'] }),
      },
      { action: 'two', paramsSchema: params, hints: { readOnly: true } },
    ]);
  });

  it('says what to pass where a schema cannot be said as JSON Schema', () => {
    const dated = z.object({ at: z.date() });
    const text = v.object({ title: v.string() });
    const work = () => ({}) as never;
    expect(() => agent.action('a', { params: text }, work)).toThrow(
      'valibot does not say the params of "a" as JSON Schema by itself: pass it as paramsSchema besides',
    );
    expect(() => agent.action('a', { params: dated }, work)).toThrow(/^zod cannot say the params of "a".*paramsSchema/);
    expect(() => agent.action('a', { result: dated }, work)).toThrow(/the result of "a".*resultSchema/);
    agent.action('a', { params: dated, result: text, paramsSchema: {}, resultSchema: {} }, work);
    expect(() => agent.action('*', {}, work)).toThrow(TypeError);
    expect(() => agent.action('a', {}, work)).toThrow(/handler already/);
  });

  it.each([
    ['', {}, /^an action must have a name/],
    [undefined, {}, /^an action must have a name/],
    ['x', undefined, /^the definition of "x" must be an object, as in \{ params, description \}/],
    ['x', () => 'done', /^the definition of "x" must be an object/],
    ['x', { params: 'title' }, /^params of "x" must be a schema/],
    ['x', { params: [] }, /^params of "x" must be a schema/],
    ['x', { result: null }, /^result of "x" must be a schema/],
    ['x', { resultFormat: 'content' }, /^resultFormat of "x" must be JSON or CONTENT/],
  ])('is refused for what is wrong with it: %j, %j', (name, definition, message) => {
    expect(() => agent.action(name as string, definition as object, () => 'done')).toThrow(message);
    expect(agent.capabilities).toEqual([]);
  });

  it('says of a trace only what a header can carry', () => {
    const said = ['00-a', 'a\r\nb: c', '\u2713', ''].map((traceparent) => traceParentOf(traceparent, 'k=\n'));
    expect(said).toEqual([{ traceparent: '00-a' }, undefined, undefined, undefined]);
  });

  it('has nothing to publish before anything is defined', async () => {
    await expect(agent.publish()).rejects.toThrow(/action\(\)/);
  });
});

describe('handle', () => {
  const agent = new ClawciergeAgent({ url: 'http://127.0.0.1:1', apiKey: 'clw_agent_x' });
  /** Ends when it is told to stop. */
  const untilAborted = (signal: AbortSignal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  agent.on('wait', (_request, { signal }) => untilAborted(signal));
  agent.on('stubborn', async (_request, { signal }) => untilAborted(signal).catch(() => 'done all the same'));
  agent.on('refuse', () => {
    throw new ActionError('calendar.full', 'No slot.');
  });
  agent.onAny((request) => ({ ...request, expiresAt: request.expiresAt.getTime() > Date.now() }));

  it('has the handler of the action do it, as it would for the platform', async () => {
    const request = { id: 'r1', action: 'any', params: { at: new Date(0) }, senderId: 's1', attempt: 2 };
    const params = { at: '1970-01-01T00:00:00.000Z' };
    expect((await agent.handle(request)).result).toMatchObject({ ...request, params, expiresAt: true });
    expect((await agent.handle({ action: 'any' })).result).toMatchObject({ attempt: 1, params: {} });
    const refused = { status: 'FAILED', result: null, error: { code: 'calendar.full', message: 'No slot.' } };
    expect(await agent.handle({ action: 'refuse' })).toEqual(refused);
  });

  it.each(['wait', 'stubborn'])('cancels, whatever the handler does then: %s', async (action) => {
    const cancel = new AbortController();
    const handled = agent.handle({ action, signal: cancel.signal });
    cancel.abort('Not any more.');
    const error = { code: 'cancelled', message: 'Not any more.' };
    expect(await handled).toEqual({ status: 'CANCELLED', result: null, error });
    expect(await agent.handle({ action, signal: cancel.signal })).toMatchObject({ status: 'CANCELLED' });
  });

  it('times out', async () => {
    const handled = await agent.handle({ action: 'wait', expiresAt: new Date(Date.now() + 20) });
    expect(handled).toMatchObject({ status: 'TIMEOUT', error: { code: 'timeout' } });
  });
});
