import { type Static, Type } from 'typebox';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { type AnyObject, ClawciergeAgent, content, type JsonSchemaValue } from '../../agent-sdk/src/index.ts';

// Nothing here connects; tsc checks what is inferred.
const agent = new ClawciergeAgent({ url: 'http://127.0.0.1:1', apiKey: 'clw_agent_x' });

const Slot = Type.Object({
  title: Type.String(),
  kind: Type.Union([Type.Literal('call'), Type.Literal('visit')]),
  minutes: Type.Optional(Type.Integer()),
  tags: Type.Array(Type.String()),
  notes: Type.Record(Type.String(), Type.Boolean()),
});

describe('an action’s definition gives its handler', () => {
  it('what zod makes of params, and takes what zod reads as a result', () => {
    const params = z.object({ at: z.iso.datetime().transform((text) => new Date(text)), count: z.number().default(1) });
    const result = z.object({ done: z.boolean(), note: z.string().default('') });
    agent.action('zod', { params, result, paramsSchema: {} }, ({ params: given, expiresAt }, { signal }) => {
      expectTypeOf(given).toEqualTypeOf<{ at: Date; count: number }>();
      expectTypeOf(expiresAt).toEqualTypeOf<Date>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return { done: given.count > 0 };
    });
    // @ts-expect-error The result must be as its schema says.
    agent.action('zod.wrong', { params, result }, async () => ({ done: 'yes' }));
  });

  it('the same of valibot', () => {
    const params = v.object({ title: v.pipe(v.string(), v.trim()), at: v.optional(v.number(), 0) });
    agent.action('valibot', { params, result: v.array(v.string()), paramsSchema: {}, resultSchema: {} }, (request) => {
      expectTypeOf(request.params).toEqualTypeOf<{ title: string; at: number }>();
      return [request.params.title];
    });
  });

  it('the type of a TypeBox type', () => {
    agent.action('typebox', { params: Slot, result: Type.Object({ id: Type.String() }) }, async ({ id, params }) => {
      expectTypeOf<Readonly<Static<typeof Slot>>>().toExtend<typeof params>();
      expectTypeOf(params).toExtend<
        Readonly<{
          title: string;
          kind: 'call' | 'visit';
          minutes?: number;
          tags: readonly string[];
          notes: Readonly<Record<string, boolean>>;
        }>
      >();
      // @ts-expect-error There is no such param.
      return { id: params.nothing ?? id };
    });
  });

  it('the type of JSON Schema that is written in place', () => {
    agent.action(
      'json-schema',
      {
        params: {
          type: 'object',
          required: ['title'],
          properties: {
            title: { type: 'string', maxLength: 80 },
            when: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
            level: { enum: ['low', 'high'] },
            pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: ['number', 'boolean'] }] },
            more: { type: 'object', additionalProperties: { type: 'number' } },
            any: { $ref: '#/$defs/any' },
          },
        },
        result: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } },
      },
      ({ params }) => {
        expectTypeOf(params).toEqualTypeOf<{
          readonly title: string;
          readonly when?: number | null;
          readonly level?: 'low' | 'high';
          readonly pair?: readonly [string, number | boolean];
          readonly more?: Readonly<Record<string, number>>;
          readonly any?: unknown;
        }>();
        return [{ id: params.title }];
      },
    );
  });

  it('nothing of schemas whose type says nothing, or that are left out', () => {
    const schema: object = { type: 'object' };
    agent.action('object', { params: schema, result: schema }, ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<AnyObject>();
      return 7;
    });
    agent.action('none', { description: 'Takes anything' }, ({ params }) => {
      expectTypeOf(params).toEqualTypeOf<AnyObject>();
    });
    expectTypeOf<JsonSchemaValue<Record<string, unknown>>>().toEqualTypeOf<unknown>();
    expectTypeOf<
      JsonSchemaValue<{ allOf: [{ type: 'object'; properties: { a: { const: 1 } } }, true] }>
    >().toEqualTypeOf<{
      readonly a?: 1;
    }>();
  });

  it('blocks to return where the format is CONTENT, with what is structured', () => {
    const structured = z.object({ id: z.string() });
    agent.action('content', { resultFormat: 'CONTENT', result: structured }, () => ({
      content: [content.text('Done'), content.link('https://example.com/1', 'one')],
      structured: { id: '1' },
    }));
    agent.action('content.only', { resultFormat: 'CONTENT' }, () => ({
      content: [content.image('aGk=', 'image/png')],
    }));
    // @ts-expect-error What is structured is missing.
    agent.action('content.less', { resultFormat: 'CONTENT', result: structured }, () => ({ content: [] }));
    // @ts-expect-error No blocks.
    agent.action('content.none', { resultFormat: 'CONTENT' }, () => 'text');
  });
});
