import { once } from 'node:events';
import { get } from 'node:http';
import { connect } from 'node:net';
import pg from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { eventually, PROCESS_WITHIN_MS, within } from '../testkit/eventually.ts';
import { freePort } from '../testkit/free-port.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { startServerProcess } from '../testkit/server-process.ts';

/**
 * A node that listens and gets ready until it is let: another one, which is the test, holds what migrates the tables.
 */
async function nodeThatGetsReady() {
  const { url: databaseUrl, drop } = await createTestDatabase(inject('postgresUrl'), { migrated: false });
  onTestFinished(() => drop());
  const migrating = new pg.Client({ connectionString: databaseUrl });
  await migrating.connect();
  await migrating.query(`select pg_advisory_lock($1, hashtext('clawcierge'))`, [0x636c6177]);
  const port = await freePort();
  const starting = startServerProcess({ DATABASE_URL: databaseUrl, PORT: String(port) });
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect(await asked(`${url}/health`)).toBe(503), PROCESS_WITHIN_MS);
  return {
    port,
    url,
    async letItBeReady() {
      await migrating.end();
      await starting;
    },
  };
}

/** One request over a connection of its own: its status, or how the connection failed. */
const asked = (url: string): Promise<number | string> =>
  new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', ({ message }) => resolve(message));
    }).on('error', ({ message }) => resolve(message));
  });

it('probes are answered while the tables are migrated: neither alive, nor started, nor ready', async () => {
  const { url, letItBeReady } = await nodeThatGetsReady();
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

  await letItBeReady();
  expect((await fetch(`${url}/health/startup`)).status).toBe(200);
  await eventually(async () => expect((await fetch(`${url}/health/ready`)).status).toBe(200));
});

it('once the port is open it stays open: whoever connects while the node gets ready is answered', async () => {
  const { url, letItBeReady } = await nodeThatGetsReady();
  const answers: (number | string)[] = [];
  const askAlways = async () => {
    while (answers.at(-1) !== 200 && answers.length < 100_000) answers.push(await asked(`${url}/health`));
  };
  await Promise.all([letItBeReady(), askAlways(), askAlways(), askAlways(), askAlways()]);
  expect(new Set(answers)).toEqual(new Set([503, 200]));
});

it('a connection that was opened ahead while the node got ready is served by the node that is ready', async () => {
  const { port, letItBeReady } = await nodeThatGetsReady();
  const ahead = connect(port, '127.0.0.1');
  onTestFinished(() => void ahead.destroy());
  await within(once(ahead, 'connect'), 'connection');
  await letItBeReady();
  ahead.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = await within(once(ahead, 'data'), 'answer');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
  await within(once(ahead, 'close'), 'end of the connection');
});
