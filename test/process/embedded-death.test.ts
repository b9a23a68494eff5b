import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isPostmasterOf } from '../../src/storage/embedded/postmaster-file.ts';
import { agentAndSender, readRequest, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { startServerProcess, temporaryFolder } from '../testkit/server-process.ts';

const RECOVERED_WITHIN_MS = 20_000;

/** Kills the platform's database server, and answers its process id. */
async function killDatabase(dataDir: string, but?: number): Promise<number> {
  const cluster = join(dataDir, 'postgres', 'data');
  const pid = await eventually(() => {
    const [named] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    expect(Number(named)).not.toBe(but);
    expect(isPostmasterOf(Number(named), cluster)).toBe(true);
    return Number(named);
  }, RECOVERED_WITHIN_MS);
  process.kill(pid, 'SIGKILL');
  return pid;
}

describe('the embedded database server', () => {
  it('is started again when it dies, and nothing is lost', async () => {
    const dataDir = temporaryFolder();
    const server = await startServerProcess({ DATA_DIR: dataDir });
    const { agent, sender } = await agentAndSender(server);
    const before = await submitAccepted(server, agent, sender, { whenOffline: 'QUEUE' });
    await killDatabase(dataDir);
    await eventually(async () => expect(server.output()).toContain('started again'), RECOVERED_WITHIN_MS);
    await eventually(
      async () =>
        expect(await readRequest(server, before.id, sender)).toMatchObject({
          status: 'PENDING',
          params: before.params,
        }),
      RECOVERED_WITHIN_MS,
    );
    await submitAccepted(server, agent, sender, { whenOffline: 'QUEUE' });
    expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  });

  it('stops the platform with 1 and says so when it dies over and over', async () => {
    const dataDir = temporaryFolder();
    const server = await startServerProcess({ DATA_DIR: dataDir });
    let pid: number | undefined;
    for (let kills = 0; kills < 4; kills++) pid = await killDatabase(dataDir, pid);
    expect(await server.ended()).toEqual({ code: 1, signal: null });
    expect(server.output()).toMatch(/embedded PostgreSQL .* ended 4 times/);
  });
});
