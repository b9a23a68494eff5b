import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readDatabaseUrl } from '../../src/postgres/database-url.ts';

/** Every character that can be typed, and some that cannot. */
const ANY_PASSWORD = `${String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index))}äß€\u{1f511}`;

const hosts = (...list: readonly (readonly [string, number])[]) => list.map(([host, port]) => ({ host, port }));

describe('a database URL', () => {
  it.each([
    ['postgres://u:p@h:5433/db', { user: 'u', password: 'p', database: 'db', hosts: hosts(['h', 5433]) }],
    ['POSTGRESQL://u@h/db', { user: 'u', password: null, hosts: hosts(['h', 5432]) }],
    ['postgresql+asyncpg://u:p@h/db?ssl=require', { tls: { mode: 'require' } }],
    ['postgresql+asyncpg://u:p@h/db?ssl=true', { tls: { mode: 'verify-full' } }],
    ['postgresql://u:@h/db', { password: '' }],
    ['postgresql://u%40x:p%2F%3A%3F%23%25@h/d%2Fb', { user: 'u@x', password: 'p/:?#%', database: 'd/b' }],
    ['postgresql://u:a@b:c@h/db', { user: 'u', password: 'a@b:c', hosts: hosts(['h', 5432]) }],
    ['postgresql://u@a,b:5433,[::1]:5434/db', { hosts: hosts(['a', 5432], ['b', 5433], ['::1', 5434]) }],
    ['postgresql://u@%2Frun%2Fpg:5433/db', { hosts: hosts(['/run/pg', 5433]) }],
    ['postgresql://u:p@localhost/db?host=%2Frun%2Fpg', { hosts: hosts(['/run/pg', 5432]) }],
    [
      'postgresql:///db?host=/run/pg&user=u&password=p+q',
      { user: 'u', password: 'p+q', hosts: hosts(['/run/pg', 5432]) },
    ],
    ['postgresql://u@/db?host=a,b&port=1,2', { hosts: hosts(['a', 1], ['b', 2]) }],
    ['postgresql://u@/db?host=a,b&port=7', { hosts: hosts(['a', 7], ['b', 7]) }],
    ['postgresql://u@/db', { hosts: hosts(['localhost', 5432]) }],
    ['postgresql://u@h?dbname=db', { database: 'db' }],
    ['postgresql://u@h/db?sslmode=&connect_timeout=1', { tls: { mode: 'prefer' }, connectTimeoutMs: 2_000 }],
    ['postgresql://u@h/db?sslrootcert=system', { tls: { mode: 'verify-full' } }],
    [
      'postgresql://u@h/db?options=-c%20geqo%3Doff&application_name=x',
      { options: '-c geqo=off', applicationName: 'x' },
    ],
    [
      'postgresql://u@a,b/db?target_session_attrs=primary&load_balance_hosts=random',
      { serverKind: 'primary', isBalanced: true },
    ],
    ['postgresql://u@h/db?keepalives_idle=5&channel_binding=prefer', { tls: { mode: 'prefer' }, serverKind: 'any' }],
  ])('reads %s', (given, expected) => {
    expect(readDatabaseUrl(given)).toMatchObject(expected);
  });

  it('has a password of any characters, in the environment and in .env', () => {
    const url = `postgresql://u:${encodeURIComponent(ANY_PASSWORD)}@h/db`;
    expect(readDatabaseUrl(url).password).toBe(ANY_PASSWORD);
    expect(readDatabaseUrl(parseEnv(`DATABASE_URL=${url}`).DATABASE_URL ?? '').password).toBe(ANY_PASSWORD);
  });

  it.each([
    'mysql://root:secret@h/db',
    'sqlite:///secret.db',
    'secret@host/db',
    'secret:word@host/db',
    'postgresql:secret',
    'postgresql://u:secret@h:port/db',
    'postgresql://u:secret@h:65536/db',
    'postgresql://u:secret@h:0/db',
    'postgresql://u:secret@[::1/db',
    'postgresql://u:secret@h',
    'postgresql://u:100%secret@h/db',
    'postgresql://u:a/secret@h/db',
    'postgresql://u:a?secret@h/db',
    'postgresql://u:a#secret@h/db',
    'postgresql://u:a@b/c?secret&d@h/db',
    'postgresql://u:secret@h/db?sslmode=no',
    'postgresql://u:secret@h/db?sslmode=verify-ca',
    'postgresql://u:secret@h/db?sslmode=require&sslrootcert=system',
    'postgresql://u:secret@h/db?sslcert=/client.crt',
    'postgresql://u:secret@h/db?sslnegotiation=direct',
    'postgresql://u:secret@h/db?target_session_attrs=leader',
    'postgresql://u:secret@h/db?channel_binding=require',
    'postgresql://u:secret@h/db?connect_timeout=soon',
    'postgresql://u:secret@a,b,c/db?port=1,2&host=a,b,c',
    `postgresql://u:secret@${'h,'.repeat(32)}h/db`,
    '',
  ])('such as %s is refused in one line that names the setting and shows no secret', (given) => {
    expect(() => readDatabaseUrl(given)).toThrow(/^DATABASE_URL [^\n]+$/);
    expect(() => readDatabaseUrl(given)).not.toThrow(/secret/);
    expect(() => readDatabaseUrl(given, 'DATABASE_DIRECT_URL')).toThrow(/^DATABASE_DIRECT_URL /);
  });

  it('with a parameter that is not known is refused by its name', () => {
    expect(() => readDatabaseUrl('postgresql://u@h/db?sslcrl=/revoked.pem')).toThrow(
      'DATABASE_URL has a parameter "sslcrl" that is not known',
    );
  });
});
