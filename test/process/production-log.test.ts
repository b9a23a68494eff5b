import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { agentAndSender, submit } from '../testkit/actors.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { startServerProcess, temporaryFolder } from '../testkit/server-process.ts';

/** The password that a start has put into the folder, for its user alone. */
function passwordIn(folder: string): string {
  const file = join(folder, 'admin-password');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const password = readFileSync(file, 'utf8').trim();
  expect(password).toMatch(/^[\w-]{24}$/);
  return password;
}

it('in production everything is JSON, a line each, and the generated password is in none of them', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const DATA_DIR = join(temporaryFolder(), 'data');
  const server = await startServerProcess({
    APP_ENV: 'production',
    DATABASE_URL: databaseUrl,
    DATA_DIR,
    ADMIN_PASSWORD: '',
  });
  const { agent, sender } = await agentAndSender(server);
  await submit(server, agent, sender, { whenOffline: 'QUEUE' });
  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  const [told = '', ...more] = server.stdout().trim().split('\n');
  expect(more).toEqual([]);
  expect(told).toContain(`password at ${server.url}/admin/ is in ${join(DATA_DIR, 'admin-password')} `);
  const password = passwordIn(DATA_DIR);

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
    settings: {
      logLevel: 'info',
      databaseUrl: `postgresql://${host}${pathname}`,
      adminPassword: null,
      adminPasswordLogin: 'auto',
      securityPolicyUrl: [],
    },
  });
  expect(lines.filter(({ operation }) => operation === 'mutation submitRequest')).toMatchObject([
    { message: 'answered', status: 200, caller: 'sender', callerId: sender.id, agentId: agent.id },
  ]);
  expect(lines.map(({ message }) => message)).toEqual(expect.arrayContaining(['stopping', 'stopped']));
  for (const secret of [password, databasePassword, agent.apiKey, sender.apiKey]) {
    if (secret) expect(server.output()).not.toContain(secret);
  }
});

it('a log that nobody reads holds up no request', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const server = await startServerProcess({
    APP_ENV: 'production',
    DATABASE_URL: databaseUrl,
    // So many calls at once are more than a stranger may make, and than a busy machine answers at once.
    COST_BUDGET_ANONYMOUS_PER_MINUTE: '600000',
    SEATS_MAX: '2048',
    SEAT_WAIT_MS: '10000',
    OVERLOAD_DELAY_MS: '10000',
  });
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
