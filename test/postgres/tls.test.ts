import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { certificate, type NetworkPostgres, networkPostgres } from '../testkit/network-postgres.ts';

const RULES = [
  'hostssl all certified all cert',
  'hostssl only_tls all all scram-sha-256',
  'hostnossl only_plain all all scram-sha-256',
  'host postgres all all scram-sha-256',
];
/** Every character that a URL has a meaning for, and others. */
const PASSWORD = ` p@ss:w/o?r#d%2F&='"\\$\`+ä€\u{1f511}`;

describe('TLS to the database', () => {
  let server: NetworkPostgres;
  beforeAll(async () => {
    server = await networkPostgres({ rules: RULES });
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query('create database only_tls');
    await admin.query('create database only_plain');
    await admin.query('create role certified login');
    await admin.query(`create role typed login password ${admin.escapeLiteral(PASSWORD)}`);
    await admin.end();
  });
  afterAll(() => server.remove());

  const authority = `sslrootcert=${certificate('authority.crt')}`;
  const stranger = `sslrootcert=${certificate('stranger.crt')}`;

  /** Whether the connection speaks TLS. */
  const connect = async (parameters: string, { host = 'localhost', database = 'postgres', user = '' } = {}) => {
    const who = user || `postgres:${server.password}`;
    const link = createDatabaseLink(`postgresql://${who}@${host}:${server.port}/${database}?${parameters}`);
    const client = link.client({ applicationName: 'test', parameters: { timezone: 'UTC' } });
    try {
      await client.connect();
      const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
      return rows[0]?.ssl;
    } finally {
      await client.end();
    }
  };

  it.each([
    ['', true],
    ['sslmode=disable', false],
    ['sslmode=allow', false],
    ['sslmode=prefer', true],
    ['sslmode=require', true],
    [`sslmode=require&${authority}`, true],
    [`sslmode=verify-ca&${authority}`, true],
    [`sslmode=verify-full&${authority}`, true],
    [`sslmode=verify-full&sslnegotiation=direct&${authority}`, true],
    // Verified where an authority is named, and without TLS where that fails: as libpq has it.
    [`sslmode=prefer&${stranger}`, false],
  ])('is spoken as "%s" says', async (parameters, isTls) => {
    expect(await connect(parameters)).toBe(isTls);
  });

  it.each([
    ['sslmode=allow', 'only_tls', true],
    ['sslmode=prefer', 'only_plain', false],
  ])('is as the server wants it where "%s" leaves that open: %s', async (parameters, database, isTls) => {
    expect(await connect(parameters, { database })).toBe(isTls);
  });

  it.each([
    ['sslmode=disable', 'only_tls', /no pg_hba.conf entry/],
    ['sslmode=require', 'only_plain', /no pg_hba.conf entry/],
  ])('is not given up or taken up against "%s"', async (parameters, database, message) => {
    await expect(connect(parameters, { database })).rejects.toThrow(message);
  });

  it.each([
    [
      `sslmode=require&${stranger}`,
      'localhost',
      /^The certificate of localhost is not of the authority in \S+stranger.crt \(\w+\)/,
    ],
    [`sslmode=verify-ca&${stranger}`, 'localhost', /is not of the authority in/],
    [`sslmode=verify-full`, 'localhost', /is not of an authority that this machine trusts/],
    [`sslrootcert=system`, 'localhost', /is not of an authority that this machine trusts/],
    [`sslmode=verify-full&${authority}`, '127.0.0.1', /^The certificate of 127.0.0.1 is for other names/],
  ])('is refused with "%s" by %s', async (parameters, host, message) => {
    await expect(connect(parameters, { host })).rejects.toThrow(message);
  });

  it('looks at no name where only the authority counts', async () => {
    expect(await connect(`sslmode=verify-ca&${authority}`, { host: '127.0.0.1' })).toBe(true);
  });

  it('shows a certificate of its own, also with a key that is encrypted', async () => {
    const own = `sslmode=verify-full&${authority}&sslcert=${certificate('client.crt')}`;
    const as = { user: 'certified' };
    expect(await connect(`${own}&sslkey=${certificate('client.key')}`, as)).toBe(true);
    expect(await connect(`${own}&sslkey=${certificate('client-encrypted.key')}&sslpassword=test`, as)).toBe(true);
    await expect(connect(`sslmode=verify-full&${authority}`, as)).rejects.toThrow(/certificate/);
  });

  it('takes a password of any characters, from the URL or beside it', async () => {
    expect(await connect('', { user: `typed:${encodeURIComponent(PASSWORD)}` })).toBe(true);
    const link = createDatabaseLink(`postgresql://typed@localhost:${server.port}/postgres`, { password: PASSWORD });
    const client = link.client({ applicationName: 'test' });
    await client.connect();
    await client.end();
    await expect(connect('', { user: 'typed' })).rejects.toThrow(
      'The server asks for a password, and DATABASE_URL has none.',
    );
  });

  it('is not asked of a Unix socket', async () => {
    const link = createDatabaseLink(
      `postgresql://postgres@localhost/postgres?host=${server.socketFolder}&port=${server.port}&sslmode=verify-full`,
    );
    const client = link.client({ applicationName: 'test' });
    await client.connect();
    await client.end();
  });

  it.each([
    [
      'sslmode=verify-full&sslrootcert=/nowhere/ca.pem',
      'DATABASE_URL: sslrootcert names /nowhere/ca.pem, which does not exist.',
    ],
    [`sslrootcert=${certificate('')}`, 'which is a folder.'],
    [`sslrootcert=${certificate('make.sh')}`, 'which holds no certificate in PEM form'],
    [
      `sslcert=${certificate('client.crt')}&sslkey=${certificate('client-encrypted.key')}`,
      'sslpassword is for one that is encrypted',
    ],
    [`sslcert=${certificate('client.crt')}&sslkey=${certificate('server.key')}`, 'is not that of the certificate in'],
  ])('names the file and what is wrong with it: %s', (parameters, message) => {
    expect(() => createDatabaseLink(`postgresql://u:secret@h/db?${parameters}`)).toThrow(message);
    expect(() => createDatabaseLink(`postgresql://u:secret@h/db?${parameters}`)).not.toThrow(/secret/);
  });
});
