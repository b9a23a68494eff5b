import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { PROCESS_WITHIN_MS, within } from '../testkit/eventually.ts';
import { createTestDatabase } from '../testkit/postgres.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

it('npm start hands SIGTERM on: the server stops, and npm only after it', async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const { PATH = '', HOME = '' } = process.env;
  const npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env: {
      PATH,
      HOME,
      PORT: '0',
      ADMIN_PASSWORD: 'for the test',
      DATABASE_URL: databaseUrl,
      APP_ENV: 'production',
      SHUTDOWN_DRAIN_SECONDS: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid } = npm;
  onTestFinished(() => {
    if (pid !== undefined && npm.exitCode === null && npm.signalCode === null) process.kill(-pid, 'SIGKILL');
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (data) => (output += String(data)));
  // When its streams are read to their end as well.
  const exited = once(npm, 'close');
  const url = await within(
    new Promise<string>((resolve) => {
      npm.stderr.on('data', () => {
        const listening = /"url":"(http:[^"]+)".*"started"/.exec(output)?.[1];
        if (listening) resolve(listening);
      });
    }),
    'welcome of the server',
    PROCESS_WITHIN_MS,
  );
  npm.kill('SIGTERM');
  await within(exited, 'end of npm', PROCESS_WITHIN_MS);
  expect(output).toContain('"message":"stopped"');
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});
