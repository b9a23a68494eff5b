import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import pg from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { eventually, within } from '../testkit/eventually.ts';
import { freePort } from '../testkit/free-port.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { startServerProcess } from '../testkit/server-process.ts';

const WITHIN_MS = 30_000;

it('probes are answered while the tables are migrated: neither alive, nor started, nor ready', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase(inject('postgresUrl'), { migrated: false });
  onTestFinished(() => drop());
  // As another node that migrates.
  const migrating = new pg.Client({ connectionString: databaseUrl });
  await migrating.connect();
  await migrating.query(`select pg_advisory_lock($1, hashtext('clawcierge'))`, [0x636c6177]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const starting = startServerProcess({ DATABASE_URL: databaseUrl, PORT: String(port) });

  await eventually(() => fetch(`${url}/health`), WITHIN_MS);
  // Many wait for liveness and then send what they have.
  for (const path of ['/health', '/health/startup', '/health/ready', '/v1/info']) {
    const response = await fetch(url + path);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ status: 503, detail: 'Not ready: node (starting).' });
  }
  const refused = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const [, { statusCode }] = await new Promise<[unknown, { readonly statusCode: number }]>((resolve) => {
    refused.on('error', () => {});
    refused.on('unexpected-response', (...answer) => resolve(answer as never));
  });
  expect(statusCode).toBe(503);

  await migrating.end();
  await starting;
  expect((await fetch(`${url}/health/startup`)).status).toBe(200);
  await eventually(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200));
});

/** One request over a connection of its own: its status, or how the connection failed. */
const asked = (url: string): Promise<number | string> =>
  new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', ({ message }) => resolve(message));
    }).on('error', ({ message }) => resolve(message));
  });

it('once the port is open it stays open: whoever connects while the node gets ready is answered', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/health`;
  const starting = startServerProcess({ DATABASE_URL: databaseUrl, PORT: String(port) });
  await eventually(async () => expect(await asked(url)).toBe(503), WITHIN_MS);
  const answers: (number | string)[] = [];
  const askAlways = async () => {
    while (answers.at(-1) !== 200 && answers.length < 100_000) answers.push(await asked(url));
  };
  await Promise.all([askAlways(), askAlways(), askAlways(), askAlways()]);
  await starting;
  expect(new Set(answers)).toEqual(new Set([503, 200]));
});

it('a connection that was opened ahead while the node got ready is served by the node that is ready', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  const port = await freePort();
  const starting = startServerProcess({ DATABASE_URL: databaseUrl, PORT: String(port) });
  await eventually(async () => expect(await asked(`http://127.0.0.1:${port}/health`)).toBe(503), WITHIN_MS);
  const ahead = connect(port, '127.0.0.1');
  onTestFinished(() => void ahead.destroy());
  await within(once(ahead, 'connect'), 'connection');
  await starting;
  ahead.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = await within(once(ahead, 'data'), 'answer');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
  await within(once(ahead, 'close'), 'end of the connection');
});
