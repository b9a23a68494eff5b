import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAPABILITIES_MAX, CONTRACT_MAX_BYTES } from '../../src/domain/contract.ts';
import { DOCUMENT_LIMITS } from '../../src/transport/graphql/limits.ts';
import { type Agent, registerAgent } from '../testkit/actors.ts';
import { mutate, send } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

let platform: TestPlatform;
let agent: Agent;
beforeAll(async () => {
  platform = await startTestPlatform();
  agent = await registerAgent(platform);
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const repeat = (count: number, part: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');

/** Answers the errors that a document meets over HTTP, and those over a socket. */
async function errorsOf(document: string) {
  const overHttp = await send(platform, document, {}, agent);
  const socket = await RawSocket.open(platform, agent.apiKey);
  socket.subscribe('1', document);
  const { type, payload } = await socket.messages.take();
  return [overHttp.errors ?? [], type === 'error' ? payload : (payload?.errors ?? [])];
}

describe('an answer', () => {
  const everything = `edges { node { id handle displayName description status capabilities { version capabilities {
    action title description paramsSchema constraints resultFormat resultSchema
    hints { readOnly destructive idempotent openWorld } textParam } } } }`;
  const contracts = 'edges { node { capabilities { capabilities { action description paramsSchema constraints } } } }';

  it.each([
    ['contracts', repeat(4, (n) => `a${n}: agents(first: 100) { ${contracts} }`)],
    [
      'contracts of which little is shown',
      repeat(10, (n) => `a${n}: agents(first: 100) { edges { node { capabilities { version } } } }`),
    ],
    [
      'one part of contracts under many names',
      `agents(first: 100) { edges { node { capabilities { capabilities { ${repeat(25, (n) => `s${n}: paramsSchema`)} } } } } }`,
    ],
    ['params', repeat(4, (n) => `a${n}: requests(first: 100) { edges { node { params result } } }`)],
    ['params under many names', `requests(first: 100) { edges { node { ${repeat(28, (n) => `p${n}: params`)} } } }`],
    ['requests of which little is shown', repeat(12, (n) => `a${n}: requests(first: 100) { edges { node { id } } }`)],
  ])('that would be hundreds of megabytes of %s is refused before anything is read', async (_what, selections) => {
    for (const errors of await errorsOf(`{ ${selections} }`)) expect(errors[0]?.message).toMatch(/at most 10,000/);
  });

  it.each([
    ['of the directory with every contract', `agents(first: 100) { ${contracts} }`],
    ['of the directory with all of every contract', `agents(first: 100) { ${everything} }`],
    [
      'of requests with their payloads',
      'requests(first: 100) { edges { node { id status action params result error { code } } } }',
    ],
  ])('that is one whole page %s is not', async (_what, selections) => {
    for (const errors of await errorsOf(`{ ${selections} }`)) expect(errors).toEqual([]);
  });
});

describe('a document that is nested too deeply for a parser', () => {
  it.each([
    ['by lists', `{ agents(search: ${'['.repeat(1_900)}) { totalCount } }`],
    ['by objects', `{ agents(search: ${'{a:'.repeat(600)}1${'}'.repeat(150)}) { totalCount } }`],
    ['by types of variables', `query ($a: ${'['.repeat(1_900)}Int) { viewer { __typename } }`],
    ['by fields', `${'{ a '.repeat(990)}`],
    ['by directives', `{ a @b(c: ${'['.repeat(1_900)}) }`],
  ])('%s is refused by its tokens, twice with the same words', async (_what, document) => {
    for (const errors of [...(await errorsOf(document)), ...(await errorsOf(document))]) {
      expect(errors).toHaveLength(1);
      expect(errors[0].message).toMatch(/nested more than 100 brackets deep/);
    }
  });

  it('is not mistaken for one whose JSON is as deep as params may be', async () => {
    const params = `${'{a:'.repeat(31)}1${'}'.repeat(31)}`;
    for (const errors of await errorsOf(`{ agents(search: ${params}) { totalCount } }`)) {
      expect(errors[0].message).toMatch(/String cannot represent/);
    }
  });
});

describe('a document that names one field again and again', () => {
  const { repetitions } = DOCUMENT_LIMITS;

  it.each([
    ['side by side', `{ ${repeat(repetitions + 1, () => 'agents { totalCount }')} }`],
    [
      'in fragments',
      `{ ...A ...B } ${repeat(2, (n) => `fragment ${'AB'[n]} on Query { ${repeat(repetitions, () => 'agents { totalCount }')} }`)}`,
    ],
    ['under one other name', `{ ${repeat(repetitions + 1, () => 'a: viewer { __typename }')} }`],
  ])('%s is refused before its pairs are compared', async (_where, document) => {
    for (const errors of await errorsOf(document)) {
      expect(errors).toHaveLength(1);
      expect(errors[0].message).toMatch(
        new RegExp(`at most ${repetitions} are allowed|limit of ${DOCUMENT_LIMITS.aliases}`),
      );
    }
  });

  it('no more often than one may is taken', async () => {
    const document = `{ ${repeat(repetitions, () => 'viewer { __typename }')} }`;
    for (const errors of await errorsOf(document)) expect(errors).toEqual([]);
  });
});

describe('a contract', () => {
  const publish = (capabilities: readonly object[]) =>
    mutate(platform, 'publishCapabilities', { agentId: agent.id, capabilities }, 'contract { version }', agent);
  const capabilities = (count: number, bytes: number) =>
    Array.from({ length: count }, (_, n) => ({
      action: `action.${n}`,
      paramsSchema: { description: 'x'.repeat(bytes) },
    }));

  it('of as many ordinary actions as one may have is taken', async () => {
    expect((await publish(capabilities(CAPABILITIES_MAX, 1_000))).__typename).toBe('PublishCapabilitiesSuccess');
  });

  it('whose parts are each small enough, but not all of them together, is refused', async () => {
    const { issues } = await publish(capabilities(70, 8_000));
    expect(issues).toEqual([
      { path: 'input.capabilities', message: expect.stringContaining(CONTRACT_MAX_BYTES.toLocaleString('en')) },
    ]);
  });
});
