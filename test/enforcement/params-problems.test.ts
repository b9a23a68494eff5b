import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/domain/contract.ts';
import { createCapabilitySandbox } from '../../src/enforcement/stages/capability-sandbox.ts';
import { capability, contractOf, facts, inlineIsolate } from './fixtures/facts.ts';

type Told = readonly string[];

/** What a sender is told of params, each problem as `path message`. */
async function told(paramsSchema: JsonObject, params: JsonObject, constraints: JsonObject = {}): Promise<Told> {
  const { issues } = await denied(paramsSchema, params, constraints);
  return (issues ?? []).map(({ path, message }) => `${path} ${message}`);
}

async function denied(paramsSchema: JsonObject, params: JsonObject, constraints: JsonObject = {}) {
  const contract = contractOf(capability(paramsSchema, constraints));
  const sandbox = createCapabilitySandbox(inlineIsolate());
  const verdict = await sandbox.evaluate(facts({ params, contract }), new AbortController().signal);
  if (verdict.decision !== 'DENY') throw new Error('The params were not refused');
  return verdict;
}

const of = (schema: object): JsonObject => ({ type: 'object', properties: { a: { ...schema } } }) as JsonObject;

describe('a sender is told everything that is wrong with the params at once', () => {
  const schema: JsonObject = {
    type: 'object',
    required: ['title', 'start'],
    additionalProperties: false,
    properties: {
      title: { type: 'string', maxLength: 8 },
      start: { type: 'string', format: 'date-time' },
      duration_minutes: { type: 'integer', minimum: 15 },
      priority: { enum: ['low', 'normal', 'high'] },
      attendees: {
        type: 'array',
        items: { type: 'object', required: ['email'], properties: { email: { type: 'string', format: 'email' } } },
      },
    },
  };

  test('with the path of each, in words', async () => {
    const params = {
      title: 'A title that is too long',
      duration_minutes: '30',
      priority: 'hihg',
      attendees: [{ email: 'nobody' }, {}],
      atendees: [],
    };
    expect(await told(schema, params)).toEqual([
      'params.start is required',
      'params.title must be at most 8 characters long',
      'params.duration_minutes must be a whole number, not text',
      'params.priority must be one of "low", "normal", "high"; did you mean "high"?',
      'params.attendees.0.email must be an e-mail address',
      'params.attendees.1.email is required',
      'params must not have the member "atendees"',
    ]);
    expect((await denied(schema, params)).reason).toBe('params.start is required (and 6 more)');
  });

  test('with the constraints’ problems, and none twice', async () => {
    const params = { title: 'Sync', start: 'soon', duration_minutes: 999 };
    const limits = { max_duration_minutes: 120, max_title: 5, max_people: 4 };
    expect(await told(schema, params, limits)).toEqual([
      'params.start must be a date and time such as 2026-01-31T12:00:00Z',
      'params.duration_minutes must be at most 120',
      'params.title must be a number',
    ]);
    expect(await told(schema, { ...params, duration_minutes: 'x' }, { max_duration_minutes: 1 })).toEqual([
      'params.start must be a date and time such as 2026-01-31T12:00:00Z',
      'params.duration_minutes must be a whole number, not text',
    ]);
    expect(await denied({}, { n: 9, m: 0 }, { max_n: 1, min_m: 1 })).toMatchObject({
      kind: 'BROKEN_CONSTRAINT',
      reason: 'params.n must be at most 1 (and 1 more)',
      issues: [{ path: 'params.n' }, { path: 'params.m', message: 'must be at least 1' }],
    });
  });

  test('a member that was misspelt is told with the one that was meant', async () => {
    expect(await told(schema, { title: 'x', startt: '2026-01-31T12:00:00Z' })).toEqual([
      'params.start is required',
      'params must not have the member "startt"; did you mean "start"?',
    ]);
  });

  test('at most 20, and that there are more', async () => {
    const params = { a: Array.from({ length: 500 }, () => 'x') };
    const { issues, reason } = await denied(of({ items: { type: 'integer' } }), params);
    expect(issues).toHaveLength(20);
    expect(issues?.at(-1)).toEqual({ path: 'params.a.19', message: 'must be a whole number, not text' });
    expect(reason).toBe('params.a.0 must be a whole number, not text (and at least 20 more, of which 19 are listed)');
  });

  test('in texts of bounded length, whatever names and values are', async () => {
    const long = 'n'.repeat(5_000);
    const params = { [long]: { [long]: 1 } };
    const nested = { additionalProperties: { additionalProperties: { enum: [long, `${long}2`, 3] } } };
    const { issues, reason } = await denied(nested, params);
    expect(JSON.stringify(issues).length).toBeLessThan(500);
    expect(reason.length).toBeLessThan(600);
  });
});

describe('the words of each keyword', () => {
  test.each<[object, unknown, string]>([
    [{ type: 'boolean' }, 'true', 'must be true or false, not text'],
    [{ type: ['string', 'null'] }, 5, 'must be text or null, not a number'],
    [{ type: ['integer', 'number'] }, [], 'must be a number, not a list'],
    [{ type: 'array' }, {}, 'must be a list, not an object'],
    [{ type: 'string' }, null, 'must be text, not null'],
    [{ type: 'string' }, false, 'must be text, not false'],
    [{ const: 1 }, 2, 'must be 1'],
    [{ enum: [{ b: 1 }, ['x']] }, 2, 'must be one of {"b":1}, ["x"]'],
    [{ exclusiveMinimum: 0 }, 0, 'must be more than 0'],
    [{ exclusiveMaximum: 10 }, 10, 'must be less than 10'],
    [{ maximum: 10 }, 11, 'must be at most 10'],
    [{ minLength: 1 }, '', 'must not be empty'],
    [{ minLength: 3 }, '😀', 'must be at least 3 characters long'],
    [{ minItems: 1 }, [], 'must have at least 1 item'],
    [{ maxItems: 2 }, [1, 2, 3], 'must have at most 2 items'],
    [{ minProperties: 2 }, {}, 'must have at least 2 members'],
    [{ contains: { const: 1 } }, [2], 'must have at least 1 item of a certain form, and has 0'],
    [{ contains: {}, maxContains: 1 }, [2, 3], 'must have at most 1 item of a certain form, and has 2'],
    [{ not: { const: 'x' } }, 'x', 'must not be "x"'],
    [{ not: { type: 'null' } }, null, 'must not be null'],
    [{ not: { required: ['b'] } }, { b: 1 }, 'must not have the member "b"'],
    [{ format: 'uuid' }, 'x', 'must be a UUID such as 123e4567-e89b-12d3-a456-426614174000'],
    [{ format: 'email', pattern: '^[^@]+@[^@]+$' }, 'x', 'must be an e-mail address'],
    [{ format: 'email', pattern: '@acme\\.com$' }, 'a@b.org', 'must be an e-mail address'],
    [{ pattern: '^[A-Z]{2}-[0-9]+$' }, 'x', 'must match the pattern "^[A-Z]{2}-[0-9]+$"'],
    [{ pattern: '^[A-Z]{2}-[0-9]+$', examples: ['AB-1'] }, 'x', 'must be of the form of "AB-1"'],
  ])('%j of %j', async (schema, value, words) => {
    expect(await told(of(schema), { a: value } as JsonObject)).toEqual([`params.a ${words}`]);
  });

  test('what is needed beside another member', async () => {
    expect(await told({ dependentRequired: { card: ['cvc'] } }, { card: 1 })).toEqual([
      'params.cvc is required beside "card"',
    ]);
    expect(await told({ dependencies: { card: { required: ['cvc'] } } }, { card: 1 })).toEqual([
      'params.cvc is required',
    ]);
  });

  test('what no subschema has evaluated', async () => {
    const schema = { allOf: [{ properties: { a: { type: 'string' } } }], unevaluatedProperties: false };
    expect(await told(schema, { a: 'x', b: 1 })).toEqual(['params must not have the member "b"']);
    const items = { prefixItems: [{ type: 'string' }], unevaluatedItems: false };
    expect(await told(of(items), { a: ['x', 2] })).toEqual(['params.a.1 is not allowed']);
  });
});

describe('alternatives: the problems of the one that was meant', () => {
  const event = {
    oneOf: [{ $ref: '#/$defs/Meeting' }, { $ref: '#/$defs/Call' }],
    $defs: {
      Meeting: {
        type: 'object',
        required: ['kind', 'room'],
        properties: { kind: { const: 'meeting' }, room: { type: 'string' }, seats: { type: 'integer' } },
      },
      Call: {
        type: 'object',
        required: ['kind', 'number'],
        properties: { kind: { const: 'call' }, number: { type: 'string', minLength: 3 } },
      },
    },
  };
  const events = { properties: { a: { oneOf: event.oneOf } }, $defs: event.$defs } as JsonObject;

  test('told by a member that says which', async () => {
    expect(await told(events, { a: { kind: 'meeting', seats: 'x' } })).toEqual([
      'params.a.room is required',
      'params.a.seats must be a whole number, not text',
    ]);
    expect(await told(event as JsonObject, { kind: 'call', number: '1' })).toEqual([
      'params.number must be at least 3 characters long',
    ]);
  });

  test('or which values that member may have, when it has none of them', async () => {
    expect(await told(events, { a: { kind: 'meating' } })).toEqual([
      'params.a.kind must be one of "meeting", "call"; did you mean "meeting"?',
    ]);
    expect(await told(events, { a: { room: 'x' } })).toEqual([
      'params.a.kind is required and must be one of "meeting", "call"',
    ]);
  });

  test('told by the type of the value', async () => {
    const optional = { anyOf: [{ type: 'string', format: 'email' }, { type: 'null' }] };
    expect(await told(of(optional), { a: 'x' })).toEqual(['params.a must be an e-mail address']);
    expect(await told(of(optional), { a: 5 })).toEqual(['params.a must be text or null, not a number']);
  });

  test('literals are one list', async () => {
    const literals = {
      anyOf: [
        { const: 'a', type: 'string' },
        { const: 'b', type: 'string' },
      ],
    };
    expect(await told(of(literals), { a: 'c' })).toEqual(['params.a must be one of "a", "b"']);
    expect(await told(of({ anyOf: [{ const: 'auto' }, { type: 'integer' }] }), { a: true })).toEqual([
      'params.a must be a whole number or "auto", not true',
    ]);
  });

  test('what they all ask for, or else what each does', async () => {
    const either = { anyOf: [{ required: ['email'] }, { required: ['phone'] }] };
    expect(await told(of(either), { a: {} })).toEqual([
      'params.a must fit one of 2 alternatives: 1. email is required; 2. phone is required',
    ]);
    const shared = { anyOf: [{ required: ['id', 'email'] }, { required: ['id', 'phone'] }] };
    expect(await told(of(shared), { a: {} })).toEqual(['params.a.id is required']);
  });
});

describe('looking for problems is bounded', () => {
  let chain: object = { const: 0 };
  for (let level = 0; level < 10; level += 1) chain = { anyOf: [chain] };

  test.each<[string, JsonObject, JsonObject]>([
    [
      'alternatives within alternatives, again for every item',
      { properties: { a: { items: { anyOf: Array.from({ length: 30 }, (_, i) => ({ items: { const: -i - 1 } })) } } } },
      { a: Array.from({ length: 100 }, () => Array.from({ length: 30 }, (_, i) => i)) },
    ],
    ['a schema within itself', { properties: { a: { $ref: '#' } }, required: ['b'] }, nested(30)],
    ['alternatives in a chain', of(chain), { a: 1 }],
    [
      'names that are as long as names may be, each compared with many',
      {
        additionalProperties: false,
        properties: Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`${'n'.repeat(50)}${i}`, {}])),
      },
      Object.fromEntries(Array.from({ length: 4_000 }, (_, i) => [`${'m'.repeat(5)}${i}`, 1])),
    ],
    [
      'texts that a format backtracks on',
      of({ items: { format: 'email' } }),
      { a: Array.from({ length: 10 }, () => `${'a.'.repeat(2_500)}`) },
    ],
  ])('%s', async (_, schema, params) => {
    const { kind, issues = [] } = await denied(schema, params);
    expect(kind).toBe('INVALID_PARAMS');
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.length).toBeLessThanOrEqual(20);
  });
});

function nested(depth: number): JsonObject {
  let params: JsonObject = {};
  for (let level = 0; level < depth; level += 1) params = { a: params };
  return params;
}
