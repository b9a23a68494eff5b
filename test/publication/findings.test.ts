import { afterAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  CALENDAR,
  publishCapabilities,
  publishPolicies,
  registerAgent,
  registerSender,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile({ env: { RATE_LIMIT_PUBLICATIONS_PER_MINUTE: '10000' } });
afterAll(() => expect(platform.log.errors()).toEqual([]));

type Rule = { condition?: string; cel?: string; action?: string; expiresAt?: string; onlyParams?: string[] };
type Finding = { readonly path: string; readonly message: string };
type Answer = { readonly issues: readonly Finding[]; readonly warnings: readonly Finding[] };

const ID = '019ab3c2-1b22-7d4f-9a32-6c7b1e0f5d22';

const MAIL = {
  action: 'mail.send',
  paramsSchema: {
    type: 'object',
    required: ['to', 'subject'],
    properties: {
      to: { type: 'array', items: { type: 'string' } },
      subject: { type: 'string' },
      urgent: { type: 'boolean' },
      size: { type: 'number' },
      note: { type: ['string', 'null'] },
    },
  },
};
const CLOSED = { action: 'file.read', paramsSchema: { ...MAIL.paramsSchema, additionalProperties: false } };
const ANYTHING = { action: 'do.anything' };

const rulesOf = (rules: readonly Rule[]) => rules.map((rule) => ({ action: 'REJECT', ...rule }));

async function checkPolicies(
  rules: readonly Rule[],
  capabilities?: readonly object[],
  more: object = {},
): Promise<Answer> {
  const agent = await registerAgent(platform);
  if (capabilities) await publishCapabilities(platform, agent, capabilities);
  return check(agent, 'publishPolicies', { rules: rulesOf(rules), ...more });
}

async function checkContract(capabilities: readonly object[], rules?: readonly Rule[]): Promise<Answer> {
  const agent = await registerAgent(platform);
  if (rules) await publishPolicies(platform, agent, { rules: rulesOf(rules) });
  return check(agent, 'publishCapabilities', { capabilities });
}

const check = (agent: Agent, field: string, document: object) =>
  mutate(
    platform,
    field,
    { agentId: agent.id, ...document, check: true },
    'issues { path message } warnings { path message }',
    agent,
  );

/** What a sender registers is nobody's. */
async function agentWithoutOwner(): Promise<Agent> {
  const input = { handle: uniqueHandle(), displayName: 'Nobody’s' };
  const by = await registerSender(platform);
  const { agent, apiKey } = await mutateSuccessfully(
    platform,
    'registerAgent',
    input,
    'apiKey agent { id handle }',
    by,
  );
  return { ...agent, apiKey };
}

const condition = (text: string): readonly Rule[] => [{ condition: text }];
const at = (path: string, words: string) => ({ path: `input.${path}`, message: expect.stringContaining(words) });

describe('a rule that contradicts itself is refused', () => {
  it.each([
    ['sender_id == 5', 'sender_id is text and 5 is a number: they can never be equal'],
    ['action == 1', 'action is text and 1 is a number'],
    ['action in [1, 2]', 'action is text and can never be one of a number'],
    ['sender_id > True', 'has no meaning'],
    ['params_n > True', 'has no meaning'],
    ['"x" + 1 == params_n', 'arithmetic needs numbers'],
    ['sender_id', 'A rule needs true or false; sender_id is text'],
    ['5 + params_n', 'A rule needs true or false'],
    ['sender_id == "a" or "b"', '"or" needs true or false; "b" is text'],
    ['not sender_id', '"not" needs true or false'],
    ['"a" in ["a"]', 'the same of every request'],
    ['True or False', 'the same of every request'],
    ['1 == 1', 'the same of every request'],
    ['5', 'the same of every request'],
    ['params_n == 1 and "a" == "a"', 'Two constants are compared'],
    ['params_n >', 'is missing after'],
  ])('%s', async (text, message) => {
    const { issues, warnings } = await checkPolicies(condition(text));
    expect({ issues, warnings }).toEqual({ issues: [at('rules.0.condition', message)], warnings: [] });
  });

  it.each([
    'True',
    'False',
    'true',
    'params_n == None',
    'None == params_n',
    'params_x in ["a", 1, None]',
    'params_n > 1 + 1',
  ])('but %s is not', async (text) => expect((await checkPolicies(condition(text))).issues).toEqual([]));
});

describe('a rule that the contract contradicts is refused', () => {
  it.each([
    [
      'params_to == "ceo@corp.com"',
      [MAIL, CLOSED],
      'params_to is a list and "ceo@corp.com" is text: they can never be equal',
    ],
    ['params_urgent == 1', [MAIL], 'params_urgent is true or false and 1 is a number'],
    ['params_urgent == "true"', [MAIL, CLOSED], 'can never be equal'],
    ['params_subject > 5', [MAIL], 'has no meaning'],
    ['params_subject in [1, 2]', [MAIL], 'can never be one of a number'],
    ['"x" in params_subject', [MAIL], '"in" needs a list'],
    ['params_subject', [MAIL], 'A rule needs true or false; params_subject is text'],
    ['params_subject * 2 > 1', [MAIL], 'arithmetic needs numbers'],
    ['action == "mail.send" and params_to == "x"', [MAIL, ANYTHING], 'can never be equal'],
  ])('%s', async (text, capabilities, message) => {
    const { issues } = await checkPolicies(condition(text), capabilities);
    expect(issues).toEqual([at('rules.0.condition', message)]);
  });

  it.each([
    ['"ceo@corp.com" in params_to', [MAIL]],
    ['params_urgent == True', [MAIL]],
    ['params_urgent', [MAIL]],
    ['params_note == None', [MAIL]],
    ['params_note == "x"', [MAIL]],
    ['params_to == "x"', [MAIL, { action: 'b', paramsSchema: { properties: { to: { type: 'string' } } } }]],
    ['params_to == "x"', [MAIL, ANYTHING]],
    [
      'params_to == 1',
      [{ action: 'a', paramsSchema: { properties: { to: { anyOf: [{ type: 'number' }, { type: 'string' }] } } } }],
    ],
    [
      'params_to == 1',
      [{ action: 'a', paramsSchema: { properties: { to: { $ref: '#/$defs/x' } }, $defs: { x: { enum: ['a', 1] } } } }],
    ],
    ['params_to == 1', [{ action: 'a', paramsSchema: { properties: { to: { if: { type: 'number' } } } } }]],
    ['params_to == 1', [{ action: 'a', paramsSchema: { properties: { to: {} } } }]],
    ['params_to == 1', [{ action: 'a', paramsSchema: { patternProperties: { '^t': { type: 'string' } } } }]],
    ['params_to == 1', [{ action: 'a', paramsSchema: { additionalProperties: true } }]],
  ])('but %s is not where the contract lets it be', async (text, capabilities) => {
    expect((await checkPolicies(condition(text), capabilities)).issues).toEqual([]);
  });

  it('reads what a param is through references, choices and combinations', async () => {
    for (const to of [
      { $ref: '#/$defs/list' },
      { allOf: [{ description: 'x' }, { $ref: '#/$defs/list' }] },
      { anyOf: [{ $ref: '#/$defs/list' }, { const: [] }] },
      { oneOf: [{ enum: [['a'], ['b']] }] },
      { type: ['array', 'string'], allOf: [{ type: 'array' }] },
    ]) {
      const paramsSchema = { properties: { to }, $defs: { list: { type: 'array' } } };
      const { issues } = await checkPolicies(condition('params_to == "x"'), [{ action: 'a', paramsSchema }]);
      expect(issues, JSON.stringify(to)).toHaveLength(1);
    }
  });
});

describe('a rule that does not fit is published with a warning', () => {
  it.each([
    [
      'an action that no capability has',
      'action == "mail.sned" and params_size > 1',
      [MAIL],
      'No capability has the action "mail.sned"; did you mean "mail.send"?',
    ],
    [
      'one of several',
      'action in ["mail.send", "mail.snd"] and params_size > 1',
      [MAIL],
      'No capability has the action "mail.snd"',
    ],
    ['a param that none has', 'params_szie > 100', [MAIL], 'No capability has a param "szie"; did you mean "size"?'],
    [
      'a param that one action has not',
      'params_size > 100',
      [MAIL, CALENDAR],
      'The rule denies every request of "calendar.schedule": it reads params_size',
    ],
    [
      'a value that one action has not',
      'params_x == 1',
      [
        { action: 'a', paramsSchema: { properties: { x: { type: 'number' } } } },
        { action: 'b', paramsSchema: { properties: { x: { type: 'string' } } } },
      ],
      'The rule denies every request of "b": it cannot be evaluated, as params_x is text and 1 is a number',
    ],
    ['everything', 'True', [MAIL], 'The rule denies every request: it is always true'],
    [
      'an action',
      'action == "mail.send"',
      [MAIL, CALENDAR],
      'The rule denies every request of "mail.send": it is always true',
    ],
    ['what is no id', 'sender_id == "marius.exec"', [MAIL], '"marius.exec" is the id of no sender'],
    ['what is no id, without a contract', 'sender_id in ["bob"]', undefined, '"bob" is the id of no sender'],
    ['an id in capitals', `sender_id == "${ID.toUpperCase()}"`, [MAIL], 'ids are written in lower case'],
  ])('%s', async (_what, text, capabilities, message) => {
    const { issues, warnings } = await checkPolicies(condition(text), capabilities);
    expect({ issues, warnings }).toEqual({ issues: [], warnings: [at('rules.0.condition', message)] });
  });

  it('because nobody can approve', async () => {
    const nobodys = await agentWithoutOwner();
    const messagesOf = async (agent: Agent, document: object) => {
      const { issues, warnings }: Answer = await check(agent, 'publishPolicies', document);
      expect(issues).toEqual([]);
      return warnings.map(({ path, message }) => `${path}: ${message}`).join();
    };
    const held = { rules: rulesOf([{ condition: `sender_id == "${ID}"`, action: 'REQUIRE_APPROVAL' }]) };
    const byDefault = { rules: [], defaultAction: 'REQUIRE_APPROVAL' };
    const nobody = 'nobody but an administrator can approve';
    expect(await messagesOf(nobodys, held)).toContain(`rules.0.action: The rule holds requests, and ${nobody}`);
    expect(await messagesOf(nobodys, byDefault)).toContain(
      `defaultAction: What no rule matches is held, and ${nobody}`,
    );
    const owned = await registerAgent(platform);
    for (const document of [held, byDefault]) expect(await messagesOf(owned, document)).not.toContain(nobody);
    const approver = { agentIds: [nobodys.id], displayName: 'Ann' };
    await mutateSuccessfully(platform, 'createApprover', approver, 'apiKey', await logIn(platform));
    for (const document of [held, byDefault]) expect(await messagesOf(nobodys, document)).not.toContain(nobody);
  });

  it('because others make it unreachable', async () => {
    const one = `sender_id == "${ID}"`;
    const two = 'params_size > 10';
    const ask = (text: string) => ({ condition: text, action: 'REQUIRE_APPROVAL' });
    const waive = (text: string) => ({ condition: text, action: 'WAIVE_APPROVAL' });
    const cases: [readonly Rule[], readonly [number, number][]][] = [
      [[{ condition: one }, { condition: `${one} and ${two}` }], [[1, 1]]],
      [[{ condition: `${one} and ${two}` }, { condition: one }], []],
      [[{ condition: `${one} or ${two}` }, { condition: two }], [[1, 1]]],
      [[{ condition: one, action: 'REQUIRE_APPROVAL' }, { condition: one }], [[0, 2]]],
      [[{ condition: one }, { condition: one }], [[1, 1]]],
      [[{ condition: `${one} ` }, { condition: one.replaceAll('"', "'") }], [[1, 1]]],
      [[{ condition: two }, { condition: 'True' }], []],
      [[{ condition: two, action: 'REQUIRE_APPROVAL' }, { condition: 'True' }], [[0, 2]]],
      [[{ condition: one }, { condition: two }], []],
      [[ask(one), waive(one)], [[0, 2]]],
      [[waive(one), { condition: one, action: 'ALLOW' }], []],
      [[waive(one), waive(one), ask('True')], [[1, 1]]],
      [[waive(one), { condition: one }], [[0, 2]]],
      [[ask(one), { ...waive(one), expiresAt: '2999-01-01T00:00:00Z' }], []],
      [[ask(one), { ...waive(one), onlyParams: [] }], []],
    ];
    for (const [rules, expected] of cases) {
      const { warnings } = await checkPolicies(rules, [MAIL]);
      const found = warnings.filter(({ message }) => message.includes('never decides'));
      expect(found, JSON.stringify(rules)).toEqual(
        expected.map(([index, by]) => at(`rules.${index}`, `rule ${by} does`)),
      );
    }
  });

  it('because it allows what is allowed anyway', async () => {
    const rules = [{ condition: `sender_id == "${ID}"`, action: 'ALLOW' }];
    expect((await checkPolicies(rules, [MAIL])).warnings).toEqual([at('rules.0.action', 'allowed anyway')]);
    expect((await checkPolicies(rules, [MAIL], { defaultAction: 'REJECT' })).warnings).toEqual([]);
  });

  it('because it waives what nothing requires, waives nothing, or has expired', async () => {
    const waiver = { condition: `sender_id == "${ID}"`, action: 'WAIVE_APPROVAL' };
    const ask = { condition: 'params_size > 10', action: 'REQUIRE_APPROVAL' };
    expect((await checkPolicies([waiver], [MAIL])).warnings).toEqual([
      at('rules.0.action', 'nothing in the set requires one'),
    ]);
    expect((await checkPolicies([waiver, ask], [MAIL])).warnings.map(({ path }) => path)).toEqual([
      'input.rules.1.action',
    ]);
    const never = { condition: 'params_subject > 5', action: 'WAIVE_APPROVAL' };
    const contract = await checkContract([MAIL], [ask, never]);
    expect(contract.warnings).toContainEqual(at('capabilities', 'and so waives nothing'));
    const over = { ...waiver, expiresAt: '2020-01-01T00:00:00Z' };
    expect((await checkPolicies([ask, over], [MAIL])).warnings).toContainEqual(at('rules.1.expiresAt', 'has expired'));
  });

  it('and not where there is nothing to say', async () => {
    for (const [text, capabilities] of [
      ['params_whatever > 1', undefined],
      ['params_whatever > 1', [ANYTHING]],
      ['action == "mail.send" and params_size > 100', [MAIL, CALENDAR]],
      ['action != "calendar.schedule" and params_size > 100', [MAIL, CALENDAR]],
      ['action in ["mail.send"] and params_size > 100', [MAIL, CALENDAR]],
      ['(action == "mail.send" ? params_size : params_duration_minutes) > 100', [MAIL, CALENDAR]],
      [`sender_id == "${ID}"`, [MAIL]],
      [`not (sender_id in ["${ID}"])`, [MAIL]],
      ['params_duration_minutes > 60', [CALENDAR]],
      ['sender_id == params_title', [CALENDAR]],
    ] as const) {
      expect(await checkPolicies(condition(text), capabilities), text).toMatchObject({ issues: [], warnings: [] });
    }
  });
});

describe('constraints', () => {
  it.each([
    [
      'a param that the schema excludes',
      CLOSED,
      { max_sizes: 3 },
      'issues',
      'The schema lets no request have "sizes"; did you mean "size"?',
    ],
    ['a param that is no number', MAIL, { max_subject: 3 }, 'issues', '"subject" is text by the schema'],
    [
      'a param that is not described',
      CALENDAR,
      { max_duration_min: 60 },
      'warnings',
      'The schema says nothing of "duration_min", and requests without it are not bounded; did you mean "duration_minutes"?',
    ],
  ])('%s', async (_what, capability, constraints, list, message) => {
    const [key = ''] = Object.keys(constraints);
    const answer = await checkContract([ANYTHING, { ...capability, constraints }]);
    expect(answer).toMatchObject({
      issues: [],
      warnings: [],
      [list]: [at(`capabilities.1.constraints.${key}`, message)],
    });
  });

  it('that fit are nothing to speak of', async () => {
    expect(await checkContract([CALENDAR, { ...MAIL, constraints: { max_size: 10, min_size: 1 } }])).toMatchObject({
      issues: [],
      warnings: [],
    });
  });
});

describe('a text param', () => {
  const lists = (issues: readonly unknown[], warnings: readonly unknown[] = []) => ({ issues, warnings });
  const found = (message: string) => [at('capabilities.1.textParam', message)];

  it.each([
    ['that the schema excludes', CLOSED, 'subjekt', lists(found('no request have "subjekt"; did you mean "subject"?'))],
    ['that is a list', MAIL, 'to', lists(found('"to" is a list by the schema, and so takes no text'))],
    ['that is not described', MAIL, 'subjekt', lists([], found('The schema says nothing of "subjekt"; did you mean'))],
    ['that is text', CLOSED, 'subject', lists([])],
    ['that may be text', MAIL, 'note', lists([])],
    ['of a schema that says nothing of params', { action: 'say' }, 'text', lists([])],
  ])('%s', async (_what, capability, textParam, answer) => {
    expect(await checkContract([ANYTHING, { ...capability, textParam }])).toMatchObject(answer);
  });
});

describe('a contract', () => {
  it('is published with a warning for each rule in force that it contradicts, which then denies', async () => {
    const agent = await registerAgent(platform);
    await publishCapabilities(platform, agent, [
      { action: 'mail.send', paramsSchema: { properties: { to: { type: 'string' } } } },
    ]);
    await publishPolicies(platform, agent, {
      rules: rulesOf([{ condition: 'action == "x"' }, { condition: 'params_to == "a"' }]),
    });
    const document = { agentId: agent.id, capabilities: [MAIL] };
    const answer = await mutate(
      platform,
      'publishCapabilities',
      document,
      'contract { version } warnings { path message }',
      agent,
    );
    expect(answer.contract).toEqual({ version: 2 });
    expect(answer.warnings).toEqual([
      at('capabilities', 'Rule 1 in force, "action == \\"x\\"": No capability has the action "x"'),
      at(
        'capabilities',
        'Rule 2 in force, "params_to == \\"a\\"": params_to is a list and "a" is text: they can never be equal; it cannot be evaluated then',
      ),
    ]);
  });

  it('says nothing of rules in force that fit, nor of what has nothing to do with it', async () => {
    const rules = [{ condition: 'params_size > 1' }, { condition: 'sender_id == "bob"', action: 'REQUIRE_APPROVAL' }];
    expect(await checkContract([MAIL], rules)).toMatchObject({ issues: [], warnings: [] });
  });
});
