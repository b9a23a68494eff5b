import pg from 'pg';
import { afterAll } from 'vitest';

/** Asks the database itself, behind the platform's back: over one connection, made when it is first used. */
export function databaseClient(url: () => string) {
  let connected: Promise<pg.Client> | null = null;
  afterAll(async () => (await connected)?.end());

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url() });
    // A database that a failed test leaves is dropped under it.
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  return async (text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> => {
    connected ??= connect();
    return (await (await connected).query(text, [...values])).rows;
  };
}
