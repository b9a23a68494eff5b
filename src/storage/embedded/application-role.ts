import pg from 'pg';
import { WrongPasswordError } from './passwords.ts';
import type { Place } from './place.ts';

/** The role that the platform works as, and its database. */
export const APPLICATION = 'clawcierge';

/** PostgreSQL's code. */
const INVALID_PASSWORD = '28P01';

/**
 * Makes the role and its database, or brings those of an earlier release to what they are now. The role owns what it makes
 * in the database and nothing else, has a password of its own, and is let into no other database.
 */
export const ensureApplication = async (place: Place, superuserUrl: string, password: string): Promise<void> => {
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 10_000 });
  await client.connect().catch((error) => {
    throw error instanceof pg.DatabaseError && error.code === INVALID_PASSWORD ? new WrongPasswordError(place) : error;
  });
  try {
    const roles = await client.query('select from pg_roles where rolname = $1', [APPLICATION]);
    if (roles.rowCount === 0) await client.query(`create role ${APPLICATION}`);
    // Each time: whatever happened to the file or the role, they agree afterwards.
    await client.query(
      `alter role ${APPLICATION} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${client.escapeLiteral(password)}`,
    );
    const { rows } = await client.query<{ owner: string }>(
      'select pg_get_userbyid(datdba) as owner from pg_database where datname = $1',
      [APPLICATION],
    );
    if (rows[0] === undefined) await client.query(`create database ${APPLICATION} owner ${APPLICATION}`);
    if (rows[0] === undefined || rows[0].owner === APPLICATION) await takeDatabase(client, superuserUrl);
  } finally {
    await client.end();
  }
};

/** Makes the database the superuser's: whoever owns one may drop it. What its owner may make there the role still may. */
const takeDatabase = async (client: pg.Client, superuserUrl: string): Promise<void> => {
  const address = new URL(superuserUrl);
  address.pathname = `/${APPLICATION}`;
  const inside = new pg.Client({ connectionString: address.href, connectionTimeoutMillis: 10_000 });
  await inside.connect();
  try {
    // Where releases before DATABASE_SCHEMA have their tables.
    const { rowCount } = await inside.query(`select from pg_namespace where nspname = 'public'`);
    if (rowCount !== 0) await inside.query(`grant usage, create on schema public to ${APPLICATION}`);
  } finally {
    await inside.end();
  }
  // In one transaction; until it is done the next start begins here again. What an owner was granted goes to the next one.
  await client.query(`
    alter database ${APPLICATION} owner to current_user;
    grant create, connect, temporary on database ${APPLICATION} to ${APPLICATION};
    revoke connect, temporary on database ${APPLICATION}, postgres, template1 from public`);
};
