import pg from 'pg';
import type { TestPlatform } from './platform.ts';

/** Deletes an agent as another node does whose hint got lost: the database knows, and this platform does not. */
export async function deleteUnheard({ databaseUrl }: TestPlatform, { id }: { readonly id: string }): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('delete from agents where id = $1', [id]);
  } finally {
    await client.end();
  }
}
