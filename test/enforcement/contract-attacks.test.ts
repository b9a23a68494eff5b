import { afterAll, describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/contract.ts';
import { createEnforcement } from '../../src/enforcement/create-enforcement.ts';
import { createWorkerIsolate } from '../../src/isolate/worker-isolate.ts';
import { capability, contractOf, facts, fromJson } from './fixtures/facts.ts';
import { problemsOf, refusalOf } from './fixtures/sandbox.ts';

const isolate = createWorkerIsolate({ cpuBudgetMs: 250, size: 1 });
const enforcement = createEnforcement({
  stageTimeoutMs: 10_000,
  resultMaxBytes: 65_536,
  isolate,
  now: () => performance.now(),
});
afterAll(() => enforcement.close());

/** What the real thing says: at upload, and, if it takes the schema, to a request. */
async function attack(schema: JsonObject, params: JsonObject): Promise<string> {
  const draft = { agentId: 'a', capabilities: [capability(schema)], policies: null };
  const { errors } = await enforcement.checkContract(draft);
  if (errors.length > 0) return `upload: ${errors.map(({ message }) => message).join('; ')}`;
  const decision = await enforcement.decide('request', facts({ params, contract: contractOf(capability(schema)) }));
  return decision.outcome === 'DENIED' ? `denied: ${decision.reason}` : decision.outcome;
}

const repeated = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, i) => item(i));
const wrap = (schema: JsonObject, $defs: JsonObject = {}): JsonObject => ({ $defs, properties: { x: schema } });

/** a0, and a1 … aN that each apply a keyword to their predecessor several times. */
function chain(keyword: 'anyOf' | 'oneOf' | 'allOf', branches: number, depth: number): JsonObject {
  const $defs: Record<string, JsonValue> = { a0: { const: 0 } };
  for (let i = 1; i <= depth; i++)
    $defs[`a${i}`] = { [keyword]: repeated(branches, () => ({ $ref: `#/$defs/a${i - 1}` })) };
  return wrap({ $ref: `#/$defs/a${depth}` }, $defs);
}

function nested(depth: number, key = 'n'): JsonObject {
  let value: JsonObject = {};
  for (let i = 0; i < depth; i++) value = { [key]: value };
  return value;
}

describe('a few bytes that end the process', () => {
  test('$async, whose validation is a promise and so truthy', async () => {
    const schema = { $async: true, type: 'object', required: ['a'] };
    expect(await attack(schema, {})).toContain('upload: At "/$async": asynchronous schemas are not supported');
    expect(problemsOf({ properties: { a: { $async: false } } })).not.toEqual([]);
  });

  test('a 3-way anyOf chain, 20 deep, that fills the heap', async () => {
    expect(await attack(chain('anyOf', 3, 20), { x: 1 })).toMatch(/upload: .* parts .* at most 10,000/);
  });

  test('a schema whose evaluation fills the heap takes only its thread along', async () => {
    const schema = { properties: { n: { anyOf: repeated(3, () => ({ $ref: '#' })) } }, required: ['never'] };
    expect(await attack(schema, nested(30))).toMatch(/^denied: params/);
    expect(await attack({ required: ['a'], properties: { n: { $ref: '#' } } }, { a: 1 })).toBe('PASSED');
  });
});

describe('branching bombs', () => {
  test.each<['anyOf' | 'oneOf' | 'allOf', number, number]>([
    ['anyOf', 2, 30],
    ['oneOf', 2, 30],
    ['allOf', 8, 12],
  ])('%s, %i-way, %i deep, is refused at upload', async (keyword, branches, depth) => {
    expect(await attack(chain(keyword, branches, depth), { x: 1 })).toMatch(/upload: .*at most 10,000 are allowed/);
  });

  test('a bomb whose fuse is the depth of the params runs into the budget', async () => {
    const schema = { properties: { n: { allOf: [{ $ref: '#' }, { $ref: '#' }] } } };
    expect(await attack(schema, nested(30))).toBe(
      'denied: params take too long to check against the schema of the action',
    );
    expect(await attack(schema, nested(3))).toBe('PASSED');
  });

  test('a 200-property definition referred to 400 times', async () => {
    const big = { properties: Object.fromEntries(repeated(200, (i) => [`p${i}`, { type: 'string' }])) };
    expect(
      await attack(wrap({ allOf: repeated(400, () => ({ $ref: '#/$defs/d' })) }, { d: big }), { x: {} }),
    ).toContain('at most 256');
    expect(await attack(wrap({ allOf: repeated(50, () => ({ $ref: '#/$defs/d' })) }, { d: big }), { x: {} })).toContain(
      'at most',
    );
  });
});

describe('references', () => {
  test.each<[string, JsonObject]>([
    ['to itself', { $ref: '#' }],
    ['to itself through allOf', { allOf: [{ anyOf: [{ $ref: '#' }] }] }],
    ['to itself through not', { not: { $ref: '#' } }],
    ['in a circle', wrap({ $ref: '#/$defs/a' }, { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } })],
    ['in a circle that nothing refers to', { $defs: { a: { $ref: '#/$defs/a' } } }],
    ['to itself through dependentSchemas', { dependentSchemas: { a: { $ref: '#' } } }],
  ])('%s, on the same value, are refused', (_name, schema) => {
    expect(problemsOf(schema)[0]).toContain('refers to itself without ever coming to a part of the value');
  });

  test('items to itself with data 32,000 deep', async () => {
    const schema = { properties: { x: { $ref: '#/$defs/l' } }, $defs: { l: { items: { $ref: '#/$defs/l' } } } };
    const deep = fromJson(`{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    expect(await attack(schema, deep)).toBe('denied: params is nested too deeply: at most 32 levels are allowed');
  });

  test.each([
    ['https://example.com/other.json', 'another document'],
    ['other.json#/a', 'another document'],
    ['file:///etc/passwd', 'another document'],
    ['#anchor', 'anchor'],
    ['#/$defs/nothing', 'refers to nothing'],
    ['#/constructor', 'refers to nothing'],
    ['#/$defs/__proto__', 'refers to nothing'],
    ['#/properties/a/toString', 'refers to nothing'],
    ['#/required/length', 'no schema'],
    ['#/required', 'no schema'],
    ['#/%E0%A4%A', 'another document'],
    ['#/$defs/a~2b', 'refers to nothing'],
  ])('%s is refused', ($ref, problem) => {
    const schema = { properties: { a: { $ref } }, required: ['a'], $defs: {} };
    expect(problemsOf(schema).join()).toContain(problem);
  });

  test('one contract cannot refer to the $id of another', async () => {
    const victim = { $id: 'https://victim.example/schema', $defs: { secret: { const: 'x' } } };
    expect(await attack(victim, {})).toBe('PASSED');
    expect(await attack(victim, {})).toBe('PASSED');
    expect(await attack({ $ref: 'https://victim.example/schema#/$defs/secret' }, {})).toContain('another document');
  });

  test.each<[string, JsonObject, string]>([
    [
      'a dynamic reference that may mean several schemas',
      {
        $defs: {
          a: { $id: 'a', $dynamicAnchor: 'x' },
          b: { $id: 'b', $dynamicAnchor: 'x', items: { $dynamicRef: '#x' } },
        },
      },
      'may mean one of several schemas',
    ],
    [
      'a recursive reference that may mean several schemas',
      {
        $schema: 'https://json-schema.org/draft/2019-09/schema',
        $recursiveAnchor: true,
        $defs: { a: { $id: 'a', $recursiveAnchor: true, items: { $recursiveRef: '#' } } },
      },
      'may mean one of several schemas',
    ],
    ['a recursive reference elsewhere', { items: { $recursiveRef: 'https://example.com/' } }, 'must be "#"'],
    ['a dynamic reference elsewhere', { items: { $dynamicRef: 'https://example.com/#a' } }, 'another document'],
    ['a dynamic reference to itself', { $dynamicAnchor: 'a', $dynamicRef: '#a' }, 'refers to itself'],
    [
      'two different schemas of one $id',
      { $defs: { a: { $id: 'x' }, b: { $id: 'x', type: 'null' } } },
      'that of another schema',
    ],
    ['the $id of the document again', { $id: 'https://a.test/', $defs: { a: { $id: 'https://a.test' } } }, ''],
    [
      'two schemas of one $anchor',
      { $defs: { a: { $anchor: 'x' }, b: { $anchor: 'x' } } },
      'is the name of another schema',
    ],
    ['an $anchor in a property', { properties: { a: { const: { $anchor: 'x' } }, b: { $ref: '#x' } } }, 'anchor'],
    ['an $id in a constant', { const: { $id: 'x', type: 'null' }, items: { $ref: 'x' } }, 'another document'],
    [
      'an $id where no schemas are',
      { somewhere: { a: { $id: 'https://b.test/' } }, items: { $ref: '#/somewhere/a' } },
      'is not where the draft has schemas',
    ],
    ['a circle of $ids', { $defs: { a: { $id: 'a', $ref: 'b' }, b: { $id: 'b', $ref: 'a' } } }, 'refers to itself'],
  ])('%s', (_name, schema, problem) => {
    expect(problemsOf(schema).join()).toContain(problem);
  });

  test.each(['__proto__', 'constructor', 'toString'])('$id and $anchor %s are names like any other', async (name) => {
    const schema = {
      $defs: { a: { $id: name, type: 'string' }, b: { $anchor: name, type: 'number' } },
      properties: { a: { $ref: name }, b: { $ref: `#${name}` }, c: { $ref: 'valueOf' } },
    };
    expect(problemsOf(schema).join()).toContain('At "/properties/c/$ref": refers to another document');
    const properties = { a: { $ref: name }, b: { $ref: `#${name}` } };
    expect(await refusalOf({ ...schema, properties }, { a: 'x', b: 1 })).toBeNull();
    expect(await refusalOf({ ...schema, properties }, { a: 1 })).toBe('params.a must be text, not a number');
    expect(await refusalOf({ ...schema, properties }, { b: 'x' })).toBe('params.b must be a number, not text');
  });

  test('$data is no reference', () => {
    expect(problemsOf({ properties: { a: { maximum: { $data: '1/b' } } } })).toEqual([
      'At "/properties/a/maximum": must be a number',
    ]);
  });
});

describe('regular expressions', () => {
  test.each([
    ['a*a*b', `${'a'.repeat(60_000)}`],
    ['^(a+)+$', `${'a'.repeat(41)}!`],
    ['^(a|a)*$', `${'a'.repeat(60_000)}!`],
    ['(.*)(.*)(.*)(.*)x', 'y'.repeat(60_000)],
  ])('%s does not backtrack', async (pattern, text) => {
    expect(await attack({ properties: { x: { pattern } } }, { x: text })).toMatch(
      /^denied: params\.x must match (the )?pattern/,
    );
    expect(await attack({ propertyNames: { pattern } }, { [text]: 1 })).toMatch(
      /^denied: params (must not have a member|property name must be valid)/,
    );
    expect(await attack({ patternProperties: { [pattern]: false } }, { [text]: 1 })).toBe('PASSED');
  });

  test.each([
    ['^(?!b)(a+)+$(?<!b)', `${'a'.repeat(60)}!`],
    ['^(a|aa)+\\1\\1$', `${'a'.repeat(60)}!`],
    ['(?<=x)(.*)(.*)(.*)(.*)y', 'x'.repeat(60_000)],
    ['^(?:\\p{Regional_Indicator}|1+)+$', `${'1'.repeat(60)}!`],
  ])('%s backtracks in the isolate only, until its budget ends', async (pattern, text) => {
    const late = 'denied: params take too long to check against the schema of the action';
    expect(await attack({ properties: { x: { pattern } } }, { x: text })).toBe(late);
    expect(await attack({ patternProperties: { [pattern]: false } }, { [text]: 1 })).toBe(late);
    // Whoever comes after it is not harmed.
    expect(await attack({ properties: { x: { pattern: '(?<=a)b' } } }, { x: 'ab' })).toBe('PASSED');
  });

  test('others are served between the matches of one agent that take too long', async () => {
    const slow = { properties: { x: { pattern: '^(?!b)(a+)+$(?<!b)' } } };
    const fast = { properties: { x: { pattern: '(?<=a)b' } } };
    const order: string[] = [];
    const ask = async (agentId: string, schema: JsonObject, x: string) => {
      const contract = { ...contractOf(capability(schema)), agentId };
      await enforcement.decide('request', facts({ params: { x }, contract }));
      order.push(agentId);
    };
    await Promise.all([
      ...repeated(4, () => ask('hostile', slow, `${'a'.repeat(60)}!`)),
      ...repeated(2, () => ask('other', fast, 'ab')),
    ]);
    expect(order.lastIndexOf('other')).toBeLessThan(order.lastIndexOf('hostile'));
  });

  test('a pattern whose program is large: (?:a{1}b|…|a{200}b)', () => {
    const pattern = `(?:${repeated(200, (i) => `a{${i + 1}}b`).join('|')})`;
    expect(problemsOf({ properties: { x: { pattern } } })[0]).toContain('at most 1024 are allowed');
    const short = `(?:${repeated(30, (i) => `a{${970 + i}}`).join('|')})`;
    expect(problemsOf({ properties: { x: { pattern: short } } })[0]).toContain('at most 4,000 are allowed');
  });

  test('many patterns that are large together', () => {
    const properties = Object.fromEntries(repeated(10, (i) => [`p${i}`, { pattern: `a{${900 + i}}` }]));
    expect(problemsOf({ properties })[0]).toContain('at most 8,000 are allowed');
  });

  test('two patterns are not taken for one: each is applied where it stands', async () => {
    const schema = {
      properties: { a: { pattern: '^a+$' }, b: { pattern: '^b+$' } },
      patternProperties: { '^c': { pattern: '^c+$' } },
    };
    expect(await refusalOf(schema, { a: 'a', b: 'b', c: 'c' })).toBeNull();
    for (const params of [{ a: 'b' }, { b: 'a' }, { c: 'a' }]) expect(await refusalOf(schema, params)).not.toBeNull();
  });

  test.each(['(', '[z-a]', 'a**', '(?<n>a)(?<n>b'])('%s is no regular expression', (pattern) => {
    expect(problemsOf({ properties: { x: { pattern } } })).toEqual([
      'At "/properties/x/pattern": The pattern is no valid regular expression',
    ]);
    expect(problemsOf({ patternProperties: { [pattern]: true } })).toHaveLength(1);
    expect(problemsOf({ $defs: { unused: { pattern } } })).toHaveLength(1);
  });
});

describe('costly lists', () => {
  test('300 times uniqueItems over as many integers as may be', async () => {
    const schema = wrap({ allOf: repeated(250, () => ({ uniqueItems: true })) });
    expect(await attack(schema, { x: repeated(4_000, (i) => i) })).toMatch(/^(PASSED|denied: params take too long)/);
  });

  test('250 times contains in anyOf over as many items as may be', async () => {
    const schema = wrap({ anyOf: repeated(120, (i) => ({ contains: { const: -i - 1 } })) });
    expect(await attack(schema, { x: repeated(4_000, (i) => i) })).toMatch(/^denied: params/);
  });
});

describe('names and numbers that are not what they seem', () => {
  test('required: ["toString"] on {} is not met by what objects inherit', async () => {
    for (const name of ['toString', 'constructor', 'valueOf', 'hasOwnProperty']) {
      expect(await refusalOf({ required: [name] }, {})).toBe(`params.${name} is required`);
      expect(await refusalOf({ required: [name] }, { [name]: 1 })).toBeNull();
    }
  });

  test.each([
    '{"required":["__proto__"]}',
    '{"properties":{"__proto__":{"type":"string"}}}',
    '{"dependentRequired":{"a":["__proto__"]}}',
    '{"patternProperties":{"__proto__":true}}',
    '{"const":{"__proto__":1}}',
    '{"$defs":{"__proto__":{}}}',
  ])('%s is refused', (schema) => {
    expect(problemsOf(fromJson(schema))).toEqual(['The schema names a property "__proto__", which is not allowed']);
  });

  test('params with a member __proto__ are params like any other, and pollute nothing', async () => {
    const params = fromJson('{"__proto__":{"a":1},"constructor":{"prototype":{"a":1}}}');
    expect(await refusalOf({ required: ['a'] }, params)).toBe('params.a is required');
    expect(await refusalOf({ additionalProperties: false }, params)).toContain('must not have the member');
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false);
  });

  test('1e999 is no number', async () => {
    const params = fromJson('{"n":1e999}');
    expect(await refusalOf({ properties: { n: { type: 'number' } } }, params)).toContain('too large to be represented');
    expect(await refusalOf({}, params)).toContain('too large to be represented');
    expect(problemsOf(fromJson('{"maximum":1e999}'))[0]).toContain('too large to be represented');
  });

  test('a format that objects inherit is an unknown format', async () => {
    for (const format of ['constructor', 'toString', 'valueOf', '__proto__x']) {
      expect(await refusalOf({ properties: { a: { format } } }, { a: 'x' })).toBeNull();
    }
  });

  test('defaults and types are never filled in or converted', async () => {
    const params = { n: '5' };
    const schema = { properties: { n: { type: 'integer' }, m: { default: 1 } } };
    expect(await refusalOf(schema, params)).toBe('params.n must be a whole number, not text');
    expect(params).toEqual({ n: '5' });
  });

  test('code in names and values stays text', async () => {
    const nasty = ['"]);process.exit(1);//', "'`$", '{1}\n\u2028\\'].join('');
    const schema = {
      properties: { [nasty]: { const: nasty } },
      required: [nasty],
      dependentRequired: { [nasty]: [nasty] },
    };
    expect(await refusalOf(schema, { [nasty]: nasty })).toBeNull();
    expect(await refusalOf(schema, { [nasty]: 1 })).toMatch(/^params\./);
  });

  test('reasons are short and hold no text that a database would not take', async () => {
    const name = `${'\u0001\u2028'}${'x'.repeat(10_000)}`;
    const reason = await refusalOf({ additionalProperties: false }, { [name]: 1 });
    expect(reason?.length).toBeLessThan(200);
    expect([...(reason ?? '')].every((character) => character >= ' ' && character !== '\u2028')).toBe(true);
  });
});
