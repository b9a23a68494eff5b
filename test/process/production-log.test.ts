import { expect, it } from 'vitest';
import { agentAndSender, submit } from '../testkit/actors.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { startServerProcess } from '../testkit/server-process.ts';

it('in production everything is JSON, a line each, and the generated password is in none of them', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const server = await startServerProcess({ APP_ENV: 'production', DATABASE_URL: databaseUrl, ADMIN_PASSWORD: '' });
  const { agent, sender } = await agentAndSender(server);
  await submit(server, agent, sender, { whenOffline: 'QUEUE' });
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  const [told = '', ...more] = server.stdout().trim().split('\n');
  expect(more).toEqual([]);
  const password = /password at .* is (\S+) /.exec(told)?.[1];
  expect(password).toMatch(/^[\w-]{24}$/);

  const lines = server
    .stderr()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const line of lines) {
    expect(line).toMatchObject({
      level: expect.stringMatching(/^(info|warn)$/),
      time: expect.stringMatching(/Z$/),
      node: lines[0].node,
      message: expect.any(String),
    });
  }
  const { password: databasePassword, host, pathname } = new URL(databaseUrl);
  expect(lines.find(({ message }) => message === 'started')).toMatchObject({
    url: server.url,
    version: expect.any(String),
    databaseVersion: expect.stringMatching(/^\d+\.\d+/),
    settings: { logLevel: 'info', databaseUrl: `postgresql://${host}${pathname}`, adminPassword: null },
  });
  expect(lines.filter(({ operation }) => operation === 'mutation submitRequest')).toMatchObject([
    { message: 'answered', status: 200, caller: 'sender', callerId: sender.id, agentId: agent.id },
  ]);
  expect(lines.map(({ message }) => message)).toEqual(expect.arrayContaining(['stopping', 'stopped']));
  for (const secret of [password, databasePassword, agent.apiKey, sender.apiKey]) {
    if (secret) expect(server.stderr()).not.toContain(secret);
  }
});

it('a log that nobody reads holds up no request', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const server = await startServerProcess({ APP_ENV: 'production', DATABASE_URL: databaseUrl });
  server.leaveUnread();
  // More than a pipe takes.
  const ask = () => fetch(`${server.url}/v1/info`, { headers: { 'x-request-id': 'x'.repeat(128) } });
  for (let round = 0; round < 40; round += 1) {
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    for (const answer of answers) expect(answer.status).toBe(200);
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  }
  await server.end('SIGKILL');
});
