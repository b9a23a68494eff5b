import { describe, expect, test } from 'vitest';
import type { Capability } from '../../src/domain/contract.ts';
import { OverloadedError } from '../../src/domain/errors.ts';
import { checkCapabilities } from '../../src/enforcement/contract/check-capabilities.ts';
import { type Isolate, IsolateFailure, type IsolateFailureKind } from '../../src/enforcement/isolate.ts';
import { capability, inlineIsolate } from './fixtures/facts.ts';

const named = (action: string, overrides: Partial<Capability> = {}): Capability => ({
  ...capability({}),
  action,
  ...overrides,
});
const check = (...capabilities: Capability[]) => checkCapabilities(capabilities, inlineIsolate());

test('a contract without problems', async () => {
  const schema = { type: 'object', required: ['a'] };
  expect(
    await check(named('a', { paramsSchema: schema, constraints: { max_a: 1 }, description: 'd' }), named('b')),
  ).toEqual([]);
  expect(await check()).toEqual([]);
});

test('every problem is listed, with its place', async () => {
  const issues = await check(
    named('a', { paramsSchema: { type: 'nope' }, constraints: { odd: 1 } }),
    named(''),
    named('a', { description: 'x'.repeat(8_001) }),
    named('c', { paramsSchema: { $ref: '#/nothing' }, constraints: { max_x: '1', max_y: 1, min_y: 2 } }),
  );
  expect(issues.map(({ path }) => path)).toEqual([
    'capabilities.0.paramsSchema',
    'capabilities.0.constraints.odd',
    'capabilities.1.action',
    'capabilities.2.action',
    'capabilities.2.description',
    'capabilities.3.paramsSchema',
    'capabilities.3.constraints.max_x',
    'capabilities.3.constraints.min_y',
  ]);
});

describe('actions', () => {
  test.each(['calendar.schedule', 'a', 'A_b-c:d/e.1', 'constructor', 'toString', '__proto__', 'x'.repeat(128)])(
    '%s is a name like any other',
    async (action) => {
      expect(await check(named(action))).toEqual([]);
    },
  );

  test.each(['', 'x'.repeat(129), 'a b', 'a\n', 'ä', 'a\u0000', '"', '<a>'])('%j is refused', async (action) => {
    expect(await check(named(action))).toEqual([{ path: 'capabilities.0.action', message: expect.any(String) }]);
  });

  test.each(['clawcierge.request', 'clawcierge_cancel', 'Clawcierge:x', 'clawcierge/x'])(
    '%s is one of the platform itself, and refused',
    async (action) => {
      const reserved = action.slice(0, 'clawcierge.'.length);
      expect(await check(named('clawcierge'), named('clawcierge-x'), named(action))).toEqual([
        {
          path: 'capabilities.2.action',
          message: `The action begins with "${reserved}", as only actions of the platform itself do`,
        },
      ]);
    },
  );

  test('the same one twice is refused, and which it repeats', async () => {
    expect(await check(named('b'), named('a'), named('a'))).toEqual([
      { path: 'capabilities.2.action', message: 'The action is the same as that of capabilities.1' },
    ]);
  });

  test('more than 256 are refused, and the bound is named', async () => {
    expect(await check(...Array.from({ length: 257 }, (_, i) => named(`a${i}`)))).toEqual([
      { path: 'capabilities', message: 'There are 257 capabilities; at most 256 are allowed' },
    ]);
  });
});

describe('what is said of results', () => {
  test('their schema is read as that of params is, with the same findings', async () => {
    const schemas = [{ type: 'nope' }, { $ref: '#/nothing' }, { title: 'x'.repeat(16_384) }];
    const found = async (field: 'paramsSchema' | 'resultSchema') =>
      (await check(...schemas.map((schema, index) => named(`a${index}`, { [field]: schema })))).map(
        ({ path, message }) => `${path.replace(field, '')} ${message}`,
      );
    expect(await found('resultSchema')).toEqual(await found('paramsSchema'));
    expect(await found('resultSchema')).toHaveLength(3);
  });

  test('both of its schemas are read of an action, and each counts', async () => {
    const isolate = inlineIsolate();
    const paramsSchema = { required: ['a'] };
    const resultSchema = { required: ['b'] };
    expect(
      await checkCapabilities([named('a', { paramsSchema, resultSchema }), named('b', { resultSchema: {} })], isolate),
    ).toEqual([]);
    expect(isolate.jobs).toHaveLength(2);
    const costly = (index: number) => ({ properties: { a: { pattern: `^[ab]{0,999}${index}` } } });
    const many = Array.from({ length: 256 }, (_, index) => named(`a${index}`, { resultSchema: costly(index) }));
    const [issue] = await check(...many);
    expect(issue).toEqual({
      path: expect.stringMatching(/^capabilities\.\d+\.resultSchema$/),
      message: expect.stringContaining('262,144'),
    });
  });
});

test('texts have their bounds, and one action takes plain text', async () => {
  const long = named('a', { title: 'x'.repeat(201), textParam: 'y'.repeat(201) });
  expect(await check(long, named('b', { title: 'x'.repeat(200), textParam: '' }))).toEqual([
    { path: 'capabilities.0.title', message: 'The title must be at most 200 characters long' },
    { path: 'capabilities.0.textParam', message: 'The text param must be at most 200 characters long' },
    { path: 'capabilities.1.textParam', message: 'The text param must not be empty' },
    {
      path: 'capabilities.1.textParam',
      message: 'Only one action takes plain text, and capabilities.0 does already',
    },
  ]);
});

describe('what the isolate cannot answer', () => {
  const failing = (kind: IsolateFailureKind): Isolate & { calls: number } => ({
    calls: 0,
    run() {
      this.calls += 1;
      return Promise.reject(new IsolateFailure(kind));
    },
    close: async () => {},
  });
  const schema = { required: ['a'] };

  test.each<[IsolateFailureKind, string]>([
    ['budget', 'The schema takes too long to compile'],
    ['memory', 'The schema takes too much memory to compile'],
  ])('%s: is refused, and the rest not checked', async (kind, message) => {
    const isolate = failing(kind);
    const issues = await checkCapabilities(
      [named('a', { paramsSchema: schema }), named('b', { paramsSchema: schema })],
      isolate,
    );
    expect(issues).toEqual([{ path: 'capabilities.0.paramsSchema', message }]);
    expect(isolate.calls).toBe(1);
  });

  test.each<IsolateFailureKind>(['busy', 'closed', 'crashed'])('%s: is to be tried again, not taken', async (kind) => {
    await expect(checkCapabilities([named('a', { paramsSchema: schema })], failing(kind))).rejects.toThrow(
      OverloadedError,
    );
  });

  test.each([undefined, null, {}, { problems: 'none' }, { problems: [1] }, []])(
    'garbage (%j) is no consent',
    async (answer) => {
      const isolate: Isolate = { run: async () => answer, close: async () => {} };
      await expect(checkCapabilities([named('a', { paramsSchema: schema })], isolate)).rejects.toThrow(OverloadedError);
    },
  );
});

test('schemas that are small but costly together are refused before all of them are compiled', async () => {
  const isolate = inlineIsolate();
  const many = Array.from({ length: 256 }, (_, index) =>
    named(`a${index}`, {
      paramsSchema: { properties: { a: { pattern: `^[ab]{0,999}${index}` }, b: { pattern: `^[bc]{0,999}${index}` } } },
    }),
  );
  expect(await checkCapabilities(many, isolate)).toEqual([
    { path: expect.stringMatching(/^capabilities\.\d+\.paramsSchema$/), message: expect.stringContaining('262,144') },
  ]);
  expect(isolate.jobs.length).toBeLessThan(80);
});
