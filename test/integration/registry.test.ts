import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWellFormedApiKey, mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { sha256 } from '../../src/application/sha256.ts';
import { LIVE_API_KEYS_MAX } from '../../src/domain/api-key.ts';
import { type Agent, registerAgent, registerSender } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, mutate, mutateSuccessfully, send, uniqueHandle } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { readsDuring } from '../testkit/statements.ts';

const clock = createManualClock();
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({ clock, env: { APP_ENV: 'development', LOG_LEVEL: 'debug' } });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const register = (handle: string, more: object = {}) =>
  mutate(platform, 'registerAgent', { handle, displayName: 'Somebody', ...more }, 'apiKey agent { id handle }');

const viewer = async (by: Credential) =>
  (await ask(platform, '{ viewer { __typename ... on Agent { id } ... on Sender { id } } }', {}, by)).viewer;

const newKey = (by: Credential, input: object = {}) =>
  mutateSuccessfully(platform, 'createApiKey', input, 'apiKey key { id prefix kind scopes expiresAt }', by);

const keysOf = async (agent: Agent) => {
  const fields = 'id kind prefix scopes createdAt expiresAt lastUsedAt revokedAt';
  const data = await ask(
    platform,
    `query ($id: ID!) { agent(id: $id) { apiKeys { ${fields} } } }`,
    { id: agent.id },
    agent,
  );
  return data.agent.apiKeys;
};

describe('a handle', () => {
  it.each(['admin', 'api', 'docs', 'graphql', 'health', 'system', 'agents', 'www'])(
    '%s is reserved',
    async (handle) => {
      expect(await register(handle)).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: 'input.handle', message: `"${handle}" is reserved` }],
      });
    },
  );

  it.each([
    ['admin.support', 'admin'],
    ['support.clawcierge', 'clawcierge'],
    ['acme.admin', 'admin'],
    ['help.status', 'help'],
    ['claw.cierge', 'clawcierge'],
    ['supp0rt', 'support'],
    ['adm1n', 'admin'],
    ['acme.c1awcierge', 'clawcierge'],
    ['adrnin', 'admin'],
    ['vvebmaster.acme', 'webmaster'],
    ['l0gin', 'login'],
  ])('%s is reserved, as it could be taken for %s', async (handle, name) => {
    expect(await register(handle)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.handle', message: `"${handle}" is reserved: it could be taken for "${name}"` }],
    });
  });

  it.each(['acme.support', 'helpdesk.acme', 'agent.smith', 'nervous.system'])(
    '%s is not, as it says whose it is',
    async (handle) => {
      expect(await register(handle)).toMatchObject({ __typename: 'RegisterAgentSuccess', agent: { handle } });
    },
  );

  it.each([
    ['a dotted capital İ', 'İstanbul'],
    ['a capital', 'Marius'],
    ['full-width letters', 'ｍarius'],
    ['a Cyrillic look-alike', 'mаrius'],
    ['a ligature', 'ﬁnance'],
    ['a combining accent', 'marie\u0301'],
    ['a trailing newline', 'marius\n'],
    ['a leading space', ' marius'],
    ['a NUL', 'mar\u0000ius'],
    ['a lone surrogate', 'mar\ud800ius'],
    ['a zero-width joiner', 'mar\u200dius'],
    ['a leading dot', '.marius'],
    ['a trailing dot', 'marius.'],
    ['a slash', 'marius/exec'],
    ['a hyphen', 'marius-exec'],
    ['two characters', 'ab'],
    ['65 characters', 'a'.repeat(65)],
    ['nothing', ''],
  ])('with %s is refused, and nothing is folded', async (_what, handle) => {
    expect(await register(handle)).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.handle' }],
    });
    const found = await ask(platform, 'query ($handle: String) { agent(handle: $handle) { id } }', { handle });
    expect(found.agent).toBe(null);
  });

  it.each(['a1b', 'a'.repeat(64), 'x..y', '007'].map((handle) => [handle.length, handle]))(
    'of %i canonical characters is taken',
    async (_length, handle) => {
      expect(await register(String(handle))).toMatchObject({ __typename: 'RegisterAgentSuccess', agent: { handle } });
    },
  );

  it('goes to exactly one of 50 who register it at once', async () => {
    const handle = uniqueHandle();
    const answers = await Promise.all(Array.from({ length: 50 }, () => register(handle)));
    const winners = answers.filter(({ __typename }) => __typename === 'RegisterAgentSuccess');
    expect(winners).toHaveLength(1);
    for (const answer of answers)
      if (answer !== winners[0]) expect(answer).toMatchObject({ __typename: 'HandleTakenError', handle });
  });
});

describe('texts', () => {
  it.each(['', ' \n ', 'x'.repeat(201), 'a\u0000b', 'a\ud800b', 'a\u001bb', 'a\nb'])(
    'such as %j are no display name',
    async (displayName) => {
      const agent = await register(uniqueHandle(), { displayName });
      const sender = await mutate(platform, 'registerSender', { displayName }, 'sender { id }');
      for (const answer of [agent, sender]) {
        expect(answer).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: 'input.displayName' }] });
      }
    },
  );

  it.each([
    ['a zero-width space', 'Mar\u200bius'],
    ['a zero-width joiner', 'Mar\u200dius'],
    ['a joiner after an emoji alone', '👩\u200d'],
    ['a zero-width no-break space', '\ufeffMarius'],
    ['a word joiner', 'Mar\u2060ius'],
    ['a soft hyphen', 'Mar\u00adius'],
    ['a right-to-left override', '\u202egnp.suiraM'],
    ['an isolate', '\u2067Marius\u2069'],
    ['a right-to-left mark', 'Marius\u200f'],
    ['a Hangul filler', 'Mar\u3164ius'],
    ['a blank Braille pattern', '\u2800'],
    ['a tag', 'Marius\u{e0041}'],
    ['a line separator', 'Mar\u2028ius'],
    ['a C1 control', 'Mar\u0085ius'],
  ])('with %s are no display name', async (_what, displayName) => {
    const agent = await register(uniqueHandle(), { displayName });
    const sender = await mutate(platform, 'registerSender', { displayName }, 'sender { id }');
    for (const answer of [agent, sender]) {
      expect(answer).toMatchObject({
        __typename: 'InvalidInputError',
        issues: [{ path: 'input.displayName', message: expect.stringMatching(/cannot be seen.*U\+|control/) }],
      });
    }
  });

  it.each(['محمد', 'שלום', 'हिन्दी', 'Zoë', '❤️ 👍🏽 👩🏽‍💻 🏳️‍🌈', '株式会社'])('such as %s are', async (displayName) => {
    expect(await register(uniqueHandle(), { displayName })).toMatchObject({ __typename: 'RegisterAgentSuccess' });
  });

  it('come back as they were sent', async () => {
    const displayName = '日本語 👩‍👩‍👧 ﷽ <script>';
    const answer = await register(uniqueHandle(), { displayName, description: 'two\nlines' });
    const query = 'query ($id: ID!) { agent(id: $id) { displayName description } }';
    expect((await ask(platform, query, { id: answer.agent.id })).agent).toEqual({
      displayName,
      description: 'two\nlines',
    });
  });

  it('of a search are words, whatever they hold', async () => {
    for (const search of ['%', '_', '\\', "'", '\u0000', '\ud800', '%%%', 'x '.repeat(500), '']) {
      const { errors } = await send(platform, 'query ($search: String) { agents(search: $search) { totalCount } }', {
        search,
      });
      expect(errors, search).toBeUndefined();
    }
    const { agents } = await ask(platform, '{ agents(search: "%") { totalCount } }');
    expect(agents.totalCount).toBe(0);
  });
});

describe('an API key', () => {
  it('has its kind as prefix, 256 bits in base 62, and a checksum', async () => {
    const [agent, sender] = [await registerAgent(platform), await registerSender(platform)];
    expect(agent.apiKey).toMatch(/^clw_agent_[0-9A-Za-z]{49}$/);
    expect(sender.apiKey).toMatch(/^clw_sender_[0-9A-Za-z]{49}$/);
    expect(await viewer(agent)).toEqual({ __typename: 'Agent', id: agent.id });
    expect(await viewer(sender)).toEqual({ __typename: 'Sender', id: sender.id });
  });

  it('is told from a mistyped one: every single wrong character, and two that are swapped', () => {
    const { text } = mintApiKey('AGENT');
    for (let at = 'clw_agent_'.length; at < text.length; at++) {
      const wrong = text[at] === 'x' ? 'y' : 'x';
      expect(isWellFormedApiKey(text.slice(0, at) + wrong + text.slice(at + 1))).toBe(false);
      const swapped = text.slice(0, at) + (text[at + 1] ?? '') + text[at] + text.slice(at + 2);
      if (swapped !== text) expect(isWellFormedApiKey(swapped)).toBe(false);
    }
    for (const other of [
      '',
      text.slice(0, -1),
      `${text}0`,
      `${text}\n`,
      text.toUpperCase(),
      text.replace('agent', 'sender_'),
    ]) {
      expect(isWellFormedApiKey(other)).toBe(false);
    }
  });

  it('that is mistyped or made up is refused without asking the database', async () => {
    const agent = await registerAgent(platform);
    const wrong = `${agent.apiKey.slice(0, -1)}${agent.apiKey.endsWith('x') ? 'y' : 'x'}`;
    const read = (apiKey: string) =>
      readsDuring(platform, () => ask(platform, '{ viewer { __typename } }', {}, { apiKey }));
    for (const apiKey of [wrong, 'clw_agent_', 'secret', 'x'.repeat(5_000)]) expect(await read(apiKey)).toEqual([]);
    expect((await read(mintApiKey('AGENT').text)).length).toBe(1);
  });

  it('is not to be found in the database, the log or any answer but its own', async () => {
    const agent = await registerAgent(platform);
    const second = await newKey(agent);
    const listed = JSON.stringify(await keysOf(agent));
    for (const text of [agent.apiKey, second.apiKey]) {
      const secret = text.slice('clw_agent_'.length);
      expect(listed).not.toContain(secret);
      expect(platform.log.lines.join('\n')).not.toContain(secret);
      expect(platform.log.lines.join('\n')).not.toContain(sha256(text).toString('hex'));
    }
    expect(listed).toContain(second.key.prefix);
  });

  it('can be replaced without a gap: several at once, each revoked alone', async () => {
    const agent = await registerAgent(platform);
    const second = await newKey(agent);
    const [newest, first] = await keysOf(agent);
    expect(newest.id).toBe(second.key.id);
    const revoked = await mutateSuccessfully(
      platform,
      'revokeApiKey',
      { apiKeyId: first.id },
      'key { revokedAt }',
      second,
    );
    expect(await viewer(agent)).toBe(null);
    expect(await viewer(second)).toMatchObject({ id: agent.id });
    const again = await mutateSuccessfully(
      platform,
      'revokeApiKey',
      { apiKeyId: first.id },
      'key { revokedAt }',
      second,
    );
    expect(again.key.revokedAt).toBe(revoked.key.revokedAt);
  });

  it('may revoke itself', async () => {
    const agent = await registerAgent(platform);
    const [own] = await keysOf(agent);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: own.id }, 'key { id }', agent);
    expect(await viewer(agent)).toBe(null);
  });

  it('opens nothing after it has expired, and cannot be made already expired', async () => {
    const agent = await registerAgent(platform);
    const { apiKey } = await newKey(agent, { expiresAt: new Date(clock.now().getTime() + 60_000) });
    expect(await viewer({ apiKey })).toMatchObject({ id: agent.id });
    clock.advance(60_001);
    expect(await viewer({ apiKey })).toBe(null);
    const late = await mutate(platform, 'createApiKey', { expiresAt: clock.now() }, 'apiKey', agent);
    expect(late).toMatchObject({ __typename: 'InvalidInputError', issues: [{ path: 'input.expiresAt' }] });
    const { errors } = await send(
      platform,
      'mutation { createApiKey(input: { expiresAt: "tomorrow" }) { __typename } }',
      {},
      agent,
    );
    expect(errors?.[0]?.message).toMatch(/RFC 3339/);
  });

  it('remembers when it was last used', async () => {
    const agent = await registerAgent(platform);
    await eventually(async () => {
      clock.advance(5_000);
      const [key] = await keysOf(agent);
      expect(Date.parse(key.lastUsedAt)).toBeGreaterThan(Date.parse(key.createdAt));
    });
  });

  it(`is one of ${LIVE_API_KEYS_MAX} live ones at most, also of those that are asked for at once`, async () => {
    const agent = await registerAgent(platform);
    const answers = await Promise.all(
      Array.from({ length: LIVE_API_KEYS_MAX + 10 }, () => mutate(platform, 'createApiKey', {}, 'key { id }', agent)),
    );
    const made = answers.filter(({ __typename }) => __typename === 'CreateApiKeySuccess');
    expect(made).toHaveLength(LIVE_API_KEYS_MAX - 1);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: made[0].key.id }, 'key { id }', agent);
    await newKey(agent);
  });

  it('works as a bearer token in any case, and nowhere else', async () => {
    const { apiKey } = await registerAgent(platform);
    const typeFor = async (headers: Record<string, string>, path = '/graphql') => {
      const response = await fetch(platform.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ viewer { __typename } }' }),
      });
      return (await response.json()).data.viewer?.__typename ?? null;
    };
    expect(await typeFor({ authorization: `bearer  ${apiKey}` })).toBe('Agent');
    for (const authorization of [apiKey, `Basic ${apiKey}`, `Bearer ${apiKey} x`, `Bearer${apiKey}`]) {
      expect(await typeFor({ authorization })).toBe(null);
    }
    expect(await typeFor({ 'x-api-key': apiKey })).toBe(null);
    expect(await typeFor({}, `/graphql?token=${apiKey}`)).toBe(null);
  });
});

describe('registrations', () => {
  it('are limited by address, with when to try again', async () => {
    const limited = await platformForTest({ env: { RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '3' } });
    const answers = [];
    for (let n = 0; n < 4; n++) {
      answers.push(await mutate(limited, 'registerSender', { displayName: 'x' }, 'sender { id }'));
    }
    expect(answers.map(({ __typename }) => __typename).slice(0, 3)).toEqual(Array(3).fill('RegisterSenderSuccess'));
    expect(answers[3].__typename).toBe('RateLimitedError');
    expect(answers[3].retryAfterSeconds).toBeGreaterThan(0);
    // What is invalid does not count, and is told without a limit.
    expect((await mutate(limited, 'registerSender', { displayName: '' }, 'sender { id }')).__typename).toBe(
      'InvalidInputError',
    );
  });
});
