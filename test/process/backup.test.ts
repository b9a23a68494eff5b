import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { agentAndSender, readRequest, submitAccepted } from '../testkit/actors.ts';
import { backUp, databaseForTest, everythingIn, KEPT_TABLES } from '../testkit/backups.ts';
import { PROCESS_WITHIN_MS, within } from '../testkit/eventually.ts';
import { platformForTest } from '../testkit/platform.ts';
import { startServerProcess, temporaryFolder } from '../testkit/server-process.ts';

/** Runs `npm run backup` or `npm run restore`, without npm. */
async function run(
  name: 'backup' | 'restore',
  args: readonly string[],
  { cwd, env, input = Buffer.alloc(0) }: { cwd: string; env: Readonly<Record<string, string>>; input?: Buffer },
) {
  const { PATH = '', HOME = '' } = process.env;
  const script = fileURLToPath(new URL(`../../scripts/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script, ...args], { cwd, env: { PATH, HOME, ...env } });
  child.stdin.on('error', () => undefined).end(input);
  const ended = Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'exit')]);
  const [stdout, stderr, [code]] = await within(ended, `end of ${name}`, PROCESS_WITHIN_MS);
  return { stdout, stderr, code: code as number | null };
}

it('takes the data of the embedded database, while its platform runs, to another server and back', {
  timeout: 180_000,
}, async () => {
  const folder = temporaryFolder();
  const embedded = { DATA_DIR: join(folder, 'first') };
  const file = join(folder, 'clawcierge.backup');
  const platform = await startServerProcess(embedded);
  const { agent, sender } = await agentAndSender(platform);
  const request = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  const asked = await readRequest(platform, request.id, sender);

  writeFileSync(file, 'something else');
  const refused = await run('backup', [file], { cwd: folder, env: embedded });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`${file} is there already`) });
  expect(readFileSync(file, 'utf8')).toBe('something else');
  const made = await run('backup', [file, '--force'], { cwd: folder, env: embedded });
  expect(made, made.stderr).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`to ${file}: ${KEPT_TABLES} tables, `),
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).sort()).toEqual(['clawcierge.backup', 'first']);
  const inUse = await run('restore', [file, '--replace'], { cwd: folder, env: embedded });
  expect(inUse).toMatchObject({ code: 1, stderr: expect.stringContaining('A node is working on the database') });
  await platform.end('SIGTERM');

  // The other server's settings come from a file, as they may for the platform.
  const databaseUrl = await databaseForTest();
  writeFileSync(join(folder, '.env'), `DATABASE_URL=${databaseUrl}\n`);
  const there = await run('restore', [file], { cwd: folder, env: {} });
  expect(there, there.stderr).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Restored into DATABASE_URL.'),
  });
  expect((await everythingIn(databaseUrl)).requests).toHaveLength(1);
  const back = await run('backup', ['-'], { cwd: folder, env: {} });
  expect(back.code, back.stderr).toBe(0);
  const home = { ...embedded, DATABASE_URL: '' };
  const again = await run('restore', ['-', '--replace'], { cwd: folder, env: home, input: back.stdout });
  expect(again, again.stderr).toMatchObject({ code: 0, stderr: expect.stringContaining('Restored into the embedded') });
  expect(again.stderr).toContain('Replacing 1 agent, 1 sender and 1 request.');
  const moved = await startServerProcess(home);
  expect(await readRequest(moved, request.id, sender)).toEqual(asked);
});

it('says how it is used, and makes nothing where there is nothing', async () => {
  const cwd = temporaryFolder();
  const env = { DATA_DIR: join(cwd, 'none') };
  expect(await run('backup', [], { cwd, env })).toMatchObject({ code: 2, stderr: expect.stringContaining('-- FILE') });
  expect(await run('backup', ['a.backup'], { cwd, env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`There is no database in ${env.DATA_DIR}: set DATA_DIR, or DATABASE_URL.`),
  });
  expect(await run('restore', ['a.backup'], { cwd, env })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no file a.backup.'),
  });
  expect(existsSync(env.DATA_DIR)).toBe(false);
  expect(readdirSync(cwd)).toEqual([]);
});

it('puts a new database in the place of one that an older PostgreSQL made, and keeps that', {
  timeout: 180_000,
}, async () => {
  const cwd = temporaryFolder();
  const databaseUrl = await databaseForTest();
  const platform = await platformForTest({ databaseUrl });
  const { agent, sender } = await agentAndSender(platform);
  const request = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
  await platform.stop();
  writeFileSync(join(cwd, 'a.backup'), await backUp(databaseUrl));
  const env = { DATA_DIR: join(cwd, 'data') };
  const root = join(env.DATA_DIR, 'postgres');
  mkdirSync(join(root, 'data'), { recursive: true });
  writeFileSync(join(root, 'data', 'PG_VERSION'), '12\n');

  const old = await run('backup', ['b.backup'], { cwd, env });
  expect(old).toMatchObject({ code: 1, stderr: expect.stringContaining('are of PostgreSQL 12') });
  writeFileSync(join(cwd, 'damaged.backup'), 'nothing');
  const refused = await run('restore', ['damaged.backup'], { cwd, env });
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('not a backup') });
  expect(readdirSync(join(root, 'data'))).toEqual(['PG_VERSION']);

  const kept = join(root, 'data.postgresql-12');
  const done = await run('restore', ['a.backup'], { cwd, env });
  expect(done, done.stderr).toMatchObject({ code: 0, stderr: expect.stringContaining(`are kept in ${kept}: delete`) });
  expect(readdirSync(kept)).toEqual(['PG_VERSION']);
  expect(readdirSync(root).sort()).toEqual(['application-password', 'data', 'data.postgresql-12', 'lock', 'password']);

  // As if it had been killed between its last steps: the next start goes on with them.
  renameSync(join(root, 'data'), join(root, 'data.restored'));
  renameSync(kept, join(root, 'data'));
  const moved = await startServerProcess(env);
  expect(await readRequest(moved, request.id, sender)).toMatchObject({ status: 'PENDING' });
  expect(readdirSync(kept)).toEqual(['PG_VERSION']);
});
