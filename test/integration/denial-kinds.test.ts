import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClawciergeClient, RequestRejectedError } from '../../agent-sdk/src/index.ts';
import { DENIAL_KINDS } from '../../src/domain/verdict.ts';
import { rest } from '../rest/rest-client.ts';
import {
  type Agent,
  agentAndSender,
  publishPolicies,
  readRequest,
  registerAgent,
  registerSender,
  type Sender,
  STANDUP,
  submit,
} from '../testkit/actors.ts';
import { ask } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

type Case = { readonly agent: Agent; readonly sender: Sender; readonly input?: object };

/** A denial as it was recorded before denials had kinds. */
const NO = { stage: 'capability_sandbox', passed: false, reason: 'No.', durationMs: 1 };

/** No request ends so by the contracts that are published today, and what is too much is no denial. */
const OLDER = ['STAGE_FAILED', 'BUSY'];

const LATEST = `{ requests(first: 1) { edges { node { pipelineLog { stage passed kind reason durationMs } } } } }`;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

const cases: Readonly<Record<string, () => Promise<Case>>> = {
  NO_CONTRACT: async () => ({ agent: await registerAgent(platform), sender: await registerSender(platform) }),
  UNKNOWN_ACTION: async () => ({ ...(await agentAndSender(platform)), input: { action: 'email.send' } }),
  INVALID_PARAMS: async () => ({ ...(await agentAndSender(platform)), input: { params: { title: 'Sync' } } }),
  BROKEN_CONSTRAINT: async () => ({
    ...(await agentAndSender(platform)),
    input: { params: { ...STANDUP.params, duration_minutes: 999 } },
  }),
  POLICY: async () => {
    const { agent, sender } = await agentAndSender(platform);
    await publishPolicies(platform, agent, { rules: [{ condition: 'true', action: 'REJECT', reason: 'Closed' }] });
    return { agent, sender };
  },
};

const overRest = ({ agent, sender, input }: Case) =>
  rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, { key: sender.apiKey, body: { ...STANDUP, ...input } });

describe('the kind of a denial', () => {
  it.each(Object.keys(cases))('%s is told over GraphQL and REST, and kept with the request', async (kind) => {
    const denied = await (cases[kind] ?? cases.POLICY)?.();
    if (!denied) throw new Error('there is no such case');
    const answer = await submit(platform, denied.agent, denied.sender, denied.input);
    expect(answer).toMatchObject({ __typename: 'RequestRejectedError', kind });
    const { pipelineLog } = await readRequest(platform, answer.requestId, denied.sender);
    expect(pipelineLog.at(-1)).toMatchObject({ passed: false, kind, reason: answer.reason });
    expect(pipelineLog.slice(0, -1).every(({ kind }: { kind: unknown }) => kind === null)).toBe(true);

    const problem = await overRest(denied);
    expect(problem).toMatchObject({ status: 422, body: { type: '/docs#problem-request-rejected' } });
    expect(problem.body).toMatchObject({ kind: kind.toLowerCase(), reason: answer.reason, stage: answer.stage });
  });

  it.each(OLDER)('%s, of an older request, is told over GraphQL and REST as the request has it', async (kind) => {
    const { graphql, pipelineLog, problem } = await againWith([{ ...NO, kind }]);
    expect(graphql).toMatchObject({ reason: 'No.', kind });
    expect(pipelineLog).toEqual([{ ...NO, kind }]);
    expect(problem.body).toMatchObject({ reason: 'No.', kind: kind.toLowerCase() });
  });

  it('is one of those that are documented', () => {
    // What is not approved, and what is approved of a sender who was blocked since, are no cases of the pipeline alone: test/approval.
    expect([...Object.keys(cases), ...OLDER, 'APPROVAL_DENIED', 'BLOCKED'].sort()).toEqual([...DENIAL_KINDS].sort());
  });

  it('is a field of the error that the SDK throws', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await using client = new ClawciergeClient({ url: platform.url, apiKey: sender.apiKey });
    const error = await client
      .submit({ handle: agent.handle, action: 'email.send' })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RequestRejectedError);
    expect(error).toMatchObject({ kind: 'UNKNOWN_ACTION', stage: 'capability_sandbox' });
  });

  it('is not told of a request that was rejected before denials had kinds, and its log is still read', async () => {
    const { graphql, pipelineLog, problem } = await againWith([NO]);
    expect(graphql).toMatchObject({ reason: 'No.', kind: null });
    expect(pipelineLog).toEqual([{ ...NO, kind: null }]);
    expect(problem.body).toMatchObject({ reason: 'No.' });
    expect(problem.body).not.toHaveProperty('kind');
  });
});

/** What a rejected request that has the log is answered with when it is submitted again with the same key. */
async function againWith(log: readonly object[]) {
  const { agent, sender } = await agentAndSender(platform);
  const input = { action: 'email.send', idempotencyKey: 'the-same' };
  const { requestId } = await submit(platform, agent, sender, input);
  const client = new pg.Client({ connectionString: platform.databaseUrl });
  await client.connect();
  await client.query('update requests set pipeline_log = $2 where id = $1', [requestId, JSON.stringify(log)]);
  await client.end();
  const graphql = await submit(platform, agent, sender, input);
  // From a list, which reads the database: the node that finished a request answers it from memory for a minute.
  const { requests } = await ask(platform, LATEST, {}, sender);
  const [
    {
      node: { pipelineLog },
    },
  ] = requests.edges;
  const problem = await rest(platform, 'POST', `/v1/agents/${agent.handle}/requests`, {
    key: sender.apiKey,
    headers: { 'idempotency-key': input.idempotencyKey },
    body: { ...STANDUP, action: input.action },
  });
  expect(graphql.requestId).toBe(requestId);
  expect(problem.body.request_id).toBe(requestId);
  return { graphql, pipelineLog, problem };
}
