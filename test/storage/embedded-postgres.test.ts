import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { isPostmasterOf } from '../../src/storage/embedded/postmaster-file.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { silentLog } from '../testkit/postgres.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-embedded-'));
  chmodSync(folder, 0o755);
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

const start = async (dataDir: string, log = silentLog): Promise<EmbeddedPostgres> => {
  const server = await startEmbeddedPostgres({ dataDir, log });
  cleanUps.push(() => server.stop());
  return server;
};

const run = async (url: string, sql: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

/** Another platform, in a process of its own. */
const aPlatform = async (dataDir: string) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'embedded-holder.ts'), dataDir], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  cleanUps.push(async () => {
    child.stdin.destroy();
    await exited;
  });
  const [line] = await once(child.stdout, 'data');
  return { url: String(line).trim(), kill };
};

const clusterOf = (dataDir: string): string => join(dataDir, 'postgres', 'data');
const postmasterOf = (dataDir: string): number =>
  Number(readFileSync(join(clusterOf(dataDir), 'postmaster.pid'), 'utf8').split('\n')[0]);

describe('the embedded database', () => {
  it('keeps its data between starts, in UTF-8, for a role that is no superuser', async () => {
    const dataDir = aFolder();
    const first = await start(dataDir);
    await run(first.databaseUrl, "create table kept as select 'žlutý kůň 🐎' as text");
    await first.stop();
    const second = await start(dataDir);
    expect(second.databaseUrl).toBe(first.databaseUrl);
    expect(await run(second.databaseUrl, 'select text, lower(upper(text)) as folded from kept')).toEqual([
      { text: 'žlutý kůň 🐎', folded: 'žlutý kůň 🐎' },
    ]);
    expect(await run(second.databaseUrl, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
      { rolsuper: false },
    ]);
    expect(await run(second.databaseUrl, "select current_setting('fsync') as fsync")).toEqual([{ fsync: 'on' }]);
  });

  it('listens on no network port and lets nobody in without the password', async () => {
    const { databaseUrl, dataDir } = await start(aFolder());
    expect(await run(databaseUrl, "select current_setting('listen_addresses') as addresses")).toEqual([
      { addresses: '' },
    ]);
    const wrong = new URL(databaseUrl);
    wrong.password = 'guessed';
    await expect(run(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    for (const [name, mode] of [
      ['password', 0o600],
      ['application-password', 0o600],
      ['run', 0o700],
      ['data', 0o700],
    ] as const) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(mode);
    }
  });

  it('gives superuser and platform a password each, and the platform nothing but what it makes in its own database', async () => {
    const { databaseUrl, superuserUrl } = await start(aFolder());
    const [own, superuser] = [new URL(databaseUrl), new URL(superuserUrl)];
    expect(own.password).not.toBe(superuser.password);
    superuser.password = own.password;
    await expect(run(superuser.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    const elsewhere = new URL(databaseUrl);
    for (const name of ['postgres', 'template1']) {
      elsewhere.pathname = `/${name}`;
      await expect(run(elsewhere.href, 'select 1')).rejects.toThrow(/permission denied for database/);
    }
    for (const sql of ['drop database clawcierge', "select pg_read_file('pg_hba.conf')", 'create role another']) {
      await expect(run(databaseUrl, sql)).rejects.toThrow(/must be owner|permission denied/);
    }
    await run(databaseUrl, 'create schema own; create table own.made (id int); create table public.made (id int)');
  });

  it('moves data with one password for both over, and loses none, also where that was cut short', async () => {
    const dataDir = aFolder();
    const before = await start(dataDir);
    await run(before.databaseUrl, 'create table kept as select 1 as one');
    const file = join(dataDir, 'postgres', 'application-password');
    // As releases left them that had one.
    const shared = new URL(before.superuserUrl).password;
    await run(before.superuserUrl, `alter role clawcierge password '${shared}'`);
    await run(before.superuserUrl, 'alter database clawcierge owner to clawcierge');
    await before.stop();
    rmSync(file);
    writeFileSync(`${file}.new`, 'cut short', { mode: 0o600 });
    const after = await start(dataDir);
    expect(await run(after.databaseUrl, 'select one from kept')).toEqual([{ one: 1 }]);
    expect(new URL(after.databaseUrl).password).toBe(readFileSync(file, 'utf8'));
    const old = new URL(after.databaseUrl);
    old.password = shared;
    await expect(run(old.href, 'select 1')).rejects.toThrow(/password authentication failed/);
    await expect(run(after.databaseUrl, 'drop database clawcierge')).rejects.toThrow(/must be owner/);
    await run(after.databaseUrl, 'drop table kept; create table public.made (id int)');
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it('refuses a folder that another live platform uses, in one line, and does it no harm', async () => {
    const dataDir = aFolder();
    const other = await aPlatform(dataDir);
    await expect(start(dataDir)).rejects.toThrow(/^Another platform is running on [^\n]+$/);
    expect(await run(other.url, 'select 1 as alive')).toEqual([{ alive: 1 }]);
    const { databaseUrl, stop } = await start(aFolder());
    await expect(run(databaseUrl, 'select 1')).resolves.toHaveLength(1);
    await stop();
  });

  it('ends with its platform, even by kill -9, and loses nothing that was committed', async () => {
    const dataDir = aFolder();
    const killed = await aPlatform(dataDir);
    await run(killed.url, 'create table kept as select 1 as one');
    const pid = postmasterOf(dataDir);
    await killed.kill();
    await eventually(() => expect(isPostmasterOf(pid, clusterOf(dataDir))).toBe(false));
    const { databaseUrl } = await start(dataDir);
    expect(await run(databaseUrl, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('takes over from a killed platform at once, whose server is still going', async () => {
    const dataDir = aFolder();
    const killed = await aPlatform(dataDir);
    await run(killed.url, 'create table kept as select 1 as one');
    const pid = postmasterOf(dataDir);
    // The watcher that would end the server: the only other process of its session besides the server itself.
    const watchers = sessionOf(pid).filter((each) => each !== pid && commandOf(each).match(/^(cat|sh|\/bin\/sh)\b/));
    for (const watcher of watchers) process.kill(watcher, 'SIGKILL');
    await killed.kill();
    expect(isPostmasterOf(pid, clusterOf(dataDir))).toBe(true);
    const { databaseUrl } = await start(dataDir);
    expect(isPostmasterOf(pid, clusterOf(dataDir))).toBe(false);
    expect(await run(databaseUrl, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('recovers when server and platform were both killed by force', async () => {
    const dataDir = aFolder();
    const killed = await aPlatform(dataDir);
    await run(killed.url, 'create table kept as select 1 as one');
    process.kill(postmasterOf(dataDir), 'SIGKILL');
    await killed.kill();
    const { databaseUrl } = await start(dataDir);
    expect(await run(databaseUrl, 'select one from kept')).toEqual([{ one: 1 }]);
  });

  it('is not fooled by a pid file that names a stranger', async () => {
    const dataDir = aFolder();
    const first = await start(dataDir);
    const file = join(clusterOf(dataDir), 'postmaster.pid');
    const left = readFileSync(file, 'utf8').split('\n');
    await first.stop();
    writeFileSync(file, [String(process.pid), ...left.slice(1)].join('\n'), { mode: 0o600 });
    const { databaseUrl } = await start(dataDir);
    expect(await run(databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('starts over when the first start was killed in the middle', async () => {
    const dataDir = aFolder();
    mkdirSync(join(dataDir, 'postgres', 'data.new-1'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'data.new-1', 'PG_VERSION'), '18\n');
    const { databaseUrl } = await start(dataDir);
    expect(await run(databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(existsSync(join(dataDir, 'postgres', 'data.new-1'))).toBe(false);
  });

  it('refuses data of another major version, with the commands that move them over', async () => {
    const dataDir = aFolder();
    mkdirSync(clusterOf(dataDir), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '12\n');
    await expect(start(dataDir)).rejects.toThrow(
      /are of PostgreSQL 12, and the embedded server of this version is 18\.[\s\S]*npm run backup -- FILE .* server is 12\n[\s\S]*npm run restore -- FILE .* server is 18;/,
    );
  });

  it('refuses data whose password is lost, and makes no other', async () => {
    const dataDir = aFolder();
    mkdirSync(clusterOf(dataDir), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'data', 'PG_VERSION'), '18\n');
    const file = join(dataDir, 'postgres', 'password');
    await expect(start(dataDir)).rejects.toThrow(
      `The data in ${join(dataDir, 'postgres')} have a password, and the file ${file} that keeps it is gone.`,
    );
    expect(existsSync(file)).toBe(false);
  });

  it('refuses data that have another password than its file says, by the name of the file, and takes the right one', async () => {
    const dataDir = aFolder();
    await (await start(dataDir)).stop();
    const file = join(dataDir, 'postgres', 'password');
    const right = readFileSync(file, 'utf8');
    writeFileSync(file, 'of@another/folder');
    await expect(start(dataDir)).rejects.toThrow(
      `The data in ${join(dataDir, 'postgres')} have another password than the file ${file} says.`,
    );
    writeFileSync(file, right);
    await start(dataDir);
  });

  it('refuses a folder that cannot be made, by its path, its settings and what the system says', async () => {
    const file = join(aFolder(), 'file');
    writeFileSync(file, '');
    await expect(startEmbeddedPostgres({ dataDir: join(file, 'data'), log: silentLog })).rejects.toThrow(
      /^The embedded PostgreSQL cannot keep its data in \S+\/file\/data \(ENOTDIR: .*\)\. Set DATA_DIR to a folder that may be made and written, or DATABASE_URL to a PostgreSQL of your own\.$/,
    );
  });

  it('works in a folder whose path is too long for a socket', async () => {
    const dataDir = join(aFolder(), 'x'.repeat(60), 'y'.repeat(60));
    const server = await start(dataDir);
    expect(await run(server.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('stops soon although somebody is in the middle of a transaction', async () => {
    const { databaseUrl, stop } = await start(aFolder());
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await within(stop(), 'end of the server');
    await client.end().catch(() => undefined);
  });

  it.runIf(process.getuid?.() === 0)('keeps the data where its user can reach them, and says where', async () => {
    const closed = aFolder();
    chmodSync(closed, 0o700);
    const first = await start(closed);
    cleanUps.unshift(() => rmSync(first.dataDir, { recursive: true, force: true }));
    expect(first.dataDir.startsWith(closed)).toBe(false);
    expect(first.note).toContain(first.dataDir);
    await first.stop();
    const second = await start(closed);
    expect(second.dataDir).toBe(first.dataDir);
  });
});

/** Processes of the session that the pid leads. */
const sessionOf = (leader: number): readonly number[] =>
  processes()
    .filter(({ session }) => session === leader)
    .map(({ pid }) => pid);

const commandOf = (pid: number): string => processes().find((each) => each.pid === pid)?.command ?? '';

const processes = (): readonly { pid: number; session: number; command: string }[] => {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,sess=,args='], { encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, session, ...command]) => ({ pid: Number(pid), session: Number(session), command: command.join(' ') }));
};
