import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError, parse, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { ClawciergeClient, PlatformError } from '../../agent-sdk/src/index.ts';
import { agentUnderTest } from './platform/agent-under-test.ts';

const SCHEMA = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');

/** A schema without two of the fields that the SDK asks for. */
const OLDER = buildSchema(SCHEMA.replace('  traceparent:', '  other:').replace('  replayed:', '  other:'));

const problemsOf = (query: string) =>
  validate(OLDER, parse(query)).map(({ message }) => ({ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }));

/** Answers what an older platform answers to a document that does not fit its schema. Ended when the test is over. */
async function olderPlatform(): Promise<{ readonly url: string }> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const data of request) body += String(data);
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ errors: problemsOf(JSON.parse(body).query) }));
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer(
    {
      schema: OLDER,
      onSubscribe(_context, _id, { query }) {
        const problems = problemsOf(query).map(({ message, extensions }) => new GraphQLError(message, { extensions }));
        // What does fit, the agent's look at itself, has an answer that is of no matter here.
        return problems.length > 0 ? problems : undefined;
      },
    },
    sockets,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

it('an agent on a platform that is older than its SDK tries again slowly, and says what to do', async () => {
  const { agent, losses, log } = agentUnderTest(await olderPlatform(), { apiKey: 'clw_agent_any' }, 'graphql');
  const running = agent.run();
  const reason = /^Cannot query field "traceparent".*upgrade the platform before its agents/;
  expect(await losses.take()).toMatchObject({
    retry: 'slowly',
    code: 'GRAPHQL_VALIDATION_FAILED',
    reason: expect.stringMatching(reason),
  });
  expect(log.join()).toContain('upgrade the platform before its agents');
  await agent.stop();
  await running;
});

it('and so does a sender’s call', async () => {
  const client = new ClawciergeClient({ url: (await olderPlatform()).url, apiKey: 'clw_sender_any' });
  onTestFinished(() => client.close());
  const refused = client.submit({ handle: 'someone', action: 'anything.do', params: {} });
  await expect(refused).rejects.toThrow(/^Cannot query field "replayed".*upgrade the platform before its agents/);
  await expect(refused).rejects.toBeInstanceOf(PlatformError);
});
