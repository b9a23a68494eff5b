import { expect, it } from 'vitest';
import { registerAgent, registerSender } from '../testkit/actors.ts';
import { platformForFile } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

const platform = platformForFile();

/** As many lists in each other as a body may have brackets. */
const NESTED = '['.repeat(1_000_000);
const STOPPED = 'expected no more than 256 levels at line 1, column 257';

it.each([
  ['/v1/agents', 400],
  ['/v1/directory/resolve', 400],
  ['/graphql', 400],
  ['/mcp/HANDLE', 400],
])('a body of nothing but brackets to %s is not read beyond 256 of them', async (path, status) => {
  const agent = await registerAgent(platform);
  const { apiKey } = await registerSender(platform);
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const response = await fetch(`${platform.url}${path.replace('HANDLE', agent.handle)}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: NESTED,
      });
      return { status: response.status, text: await response.text() };
    }),
  );
  for (const answer of answers) {
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(STOPPED);
  }
});

it('nor is a message on a GraphQL socket', async () => {
  const socket = await RawSocket.open(platform, null);
  socket.sendText(NESTED.slice(0, 60_000));
  expect(await socket.messages.ended()).toMatchObject({ code: 4400, reason: expect.stringContaining('256 levels') });
});
