import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage } from '../../src/storage/create-storage.ts';
import { runMigrateCommand } from '../../src/storage/schema/migrate-command.ts';
import { migrateDatabase } from '../../src/storage/schema/prepare-database.ts';
import { stored } from '../storage/fixtures.ts';
import { eventually } from '../testkit/eventually.ts';
import { freePort } from '../testkit/free-port.ts';
import { type NetworkPostgres, networkPostgres } from '../testkit/network-postgres.ts';
import { silentLog } from '../testkit/postgres.ts';

describe('several hosts of one database', () => {
  let primary: NetworkPostgres;
  let standby: NetworkPostgres;
  let nobody: number;
  beforeAll(async () => {
    primary = await networkPostgres();
    await primary.stop();
    standby = await primary.standby();
    await primary.start();
    nobody = await freePort();
  });
  afterAll(async () => {
    await primary.remove();
    await standby.remove();
  });

  const urlOf = (ports: readonly number[], parameters: string) => {
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
    return `postgresql://postgres:${primary.password}@${hosts}/postgres?${parameters}`;
  };

  /** The port of the server that is connected to. */
  const connect = async (ports: readonly number[], parameters = ''): Promise<number> => {
    const client = createDatabaseLink(urlOf(ports, parameters)).client({ applicationName: 'test' });
    try {
      await client.connect();
      const { rows } = await client.query("select current_setting('port')::int as port");
      return rows[0]?.port;
    } finally {
      await client.end();
    }
  };

  const migrate = (databaseUrl: string) =>
    runMigrateCommand(
      {
        databaseUrl,
        databaseSchema: undefined,
        migrateOnStart: false,
        nodeTimeoutSeconds: 10,
        link: createDatabaseLink(databaseUrl),
        log: silentLog,
      },
      { onlyPlan: true, print: () => undefined },
    );

  it('are tried in their order, past those that are gone', async () => {
    expect(await connect([nobody, standby.port, primary.port], 'target_session_attrs=any')).toBe(standby.port);
  });

  it.each(['read-write', 'primary'])('are passed over unless they are what is asked for: %s', async (kind) => {
    expect(await connect([standby.port, primary.port], `target_session_attrs=${kind}`)).toBe(primary.port);
  });

  it.each(['read-only', 'standby', 'prefer-standby'])('may be asked to take no writes: %s', async (kind) => {
    expect(await connect([primary.port, standby.port], `target_session_attrs=${kind}`)).toBe(standby.port);
  });

  it('are any where none is preferred', async () => {
    expect(await connect([nobody, primary.port], 'target_session_attrs=prefer-standby')).toBe(primary.port);
  });

  it('must take writes where nothing else is said', async () => {
    expect(await connect([standby.port, primary.port])).toBe(primary.port);
  });

  it('is said not to be reached where it is the only one', async () => {
    await expect(migrate(urlOf([nobody], ''))).rejects.toThrow(
      'The database of DATABASE_URL cannot be used: The database cannot be reached (ECONNREFUSED).',
    );
  });

  it('are named with what is wrong with each when none will do', async () => {
    await expect(connect([nobody, standby.port])).rejects.toThrow(
      `No host of DATABASE_URL can be used: 127.0.0.1:${nobody} cannot be reached (ECONNREFUSED); 127.0.0.1:${standby.port} is a standby.`,
    );
  });

  it('are taken in any order where the load is to be balanced', async () => {
    const seen = new Set<number>();
    await eventually(async () => {
      seen.add(await connect([primary.port, standby.port], 'load_balance_hosts=random&target_session_attrs=any'));
      expect(seen.size).toBe(2);
    }, 30_000);
  });

  it('that are to take no writes are not for the platform', async () => {
    const link = createDatabaseLink(urlOf([primary.port], 'target_session_attrs=standby'));
    await expect(createStorage({ link, poolSize: 1, log: silentLog })).rejects.toThrow(
      'DATABASE_URL has target_session_attrs=standby, and the platform writes: it can be read-write, primary, any.',
    );
  });

  it('are told from the primary by the start, which needs that one', async () => {
    const link = createDatabaseLink(urlOf([standby.port], 'target_session_attrs=any'));
    await expect(migrateDatabase({ link, nodeTimeoutMs: 10_000, log: silentLog })).rejects.toThrow(
      'the server is a standby, where nothing can be written. Use the primary, or promote this one.',
    );
  });

  it('are followed by the node when another one becomes the primary', async () => {
    const link = createDatabaseLink(urlOf([nobody, primary.port, standby.port], ''));
    const storage = await createStorage({ link, poolSize: 4, log: silentLog });
    try {
      await storage.ping();
      await primary.stop();
      await expect(storage.ping()).rejects.toThrow('The platform cannot reach its database');
      const client = new pg.Client({ connectionString: standby.url });
      await client.connect();
      await client.query('select pg_promote()');
      await client.end();
      await eventually(() => storage.ping(), 30_000);
      await migrateDatabase({ link, nodeTimeoutMs: 10_000, log: silentLog });
      expect(await stored(storage)).toMatchObject({ status: 'PENDING' });
    } finally {
      await storage.close();
    }
  });
});
