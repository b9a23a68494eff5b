import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import {
  AnswerTooLargeError,
  ClawciergeAgent,
  ClawciergeClient,
  identify,
  silentLogger,
} from '../../agent-sdk/src/index.ts';
import { boundedFetch } from '../../cli/src/bounded-fetch.ts';
import { homeForTest } from '../cli/run-cli.ts';
import { eventually } from '../testkit/eventually.ts';

const BOUND = 65_536;
const KEY = 'clw_agent_test';
/** More than what lies on the way between two processes. */
const TOO_MUCH = 64 * 1024 * 1024;

/** What looks like a platform, and never comes to the end of what it says. */
async function endlessPlatform({ isPacked = false, status = 200, type = 'application/json', word = 'x' } = {}) {
  const told = { bytes: 0, isOver: false };
  function* words() {
    for (yield '{"data":{"viewer":"'; ; told.bytes += 16_384) yield word.repeat(16_384 / word.length);
  }
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': type, ...(isPacked && { 'content-encoding': 'gzip' }) });
    const over = () => {
      told.isOver = true;
    };
    if (isPacked) pipeline(Readable.from(words()), createGzip(), response, over);
    else pipeline(Readable.from(words()), response, over);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.send(`"${'x'.repeat(2 * BOUND)}"`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    sockets.close();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told };
}

describe('a platform that answers without end', () => {
  it.each([{ isPacked: false }, { isPacked: true }, { status: 500 }])(
    'is not read beyond the bound: %o',
    async (how) => {
      const { url, told } = await endlessPlatform(how);
      const options = { url, apiKey: KEY, maxAnswerBytes: BOUND };
      const calls = [identify(options), new ClawciergeClient({ ...options, audit: false }).read('r')];
      // Either may be refused first.
      for (const error of await Promise.all(calls.map((call) => call.catch((each: unknown) => each)))) {
        expect(error).toBeInstanceOf(AnswerTooLargeError);
        expect(error).toMatchObject({ code: 'answer_too_large', maxAnswerBytes: BOUND, retryable: false });
        expect(String(error)).toContain('65536 bytes that are taken (maxAnswerBytes)');
      }
      await eventually(() => expect(told.isOver).toBe(true));
      // Packed, a little is a lot.
      if (!how.isPacked) expect(told.bytes).toBeLessThan(TOO_MUCH);
      expect(() => new ClawciergeClient({ ...options, maxAnswerBytes: 1 })).toThrow(/maxAnswerBytes/);
    },
  );

  it.each(['', '/v1/agents/3b241101-e2bb-4255-8caf-4136c566a962/ws'])(
    'has no message taken of it at “%s”',
    async (path) => {
      const { url } = await endlessPlatform();
      const reason = await new Promise<string>((resolve) => {
        const agent = new ClawciergeAgent({
          ...{ url: path === '' ? url : `${url.replace('http', 'ws')}${path}`, apiKey: KEY, maxAnswerBytes: BOUND },
          onDisconnected: (verdict) => resolve(verdict.reason),
          ...{ audit: false, logger: silentLogger, backoffBaseMs: 60_000, backoffCapMs: 60_000 },
        });
        agent.onAny(() => null);
        agent.run().catch(() => {});
        onTestFinished(() => agent.stop());
      });
      expect(reason).toBe(`the platform sent a message of more than ${BOUND} bytes (maxAnswerBytes)`);
    },
  );

  it('has its events read for as long as each is within the bound', async () => {
    const events = { type: 'text/event-stream', word: `data: ${'x'.repeat(1_016)}\n\n` };
    const read = async (url: string) => {
      let bytes = 0;
      for await (const part of (await boundedFetch(BOUND)(url)).body ?? []) {
        bytes += part.byteLength;
        if (bytes > 10 * BOUND) break;
      }
      return bytes;
    };
    expect(await read((await endlessPlatform(events)).url)).toBeGreaterThan(10 * BOUND);
    await expect(read((await endlessPlatform({ ...events, word: 'data: x\n' })).url)).rejects.toThrow(/65536 bytes/);
  });

  it('fills no memory of the command line', async () => {
    const { url } = await endlessPlatform();
    const home = homeForTest();
    const env = { CLAWCIERGE_URL: url, CLAWCIERGE_KEY: KEY, CLAWCIERGE_MAX_ANSWER_BYTES: String(BOUND) };
    const [listed, looked, registered, opened, wrong] = await Promise.all([
      home.run(['requests', 'list'], { env }),
      home.run(['doctor'], { env }),
      home.run(['register', '--sender', '--name', 'Ben'], { env }),
      home.run(['mcp', 'someone'], { env }),
      home.run(['requests', 'list'], { env: { ...env, CLAWCIERGE_MAX_ANSWER_BYTES: 'many' } }),
    ]);
    expect(listed).toMatchObject({ code: 1, stderr: expect.stringContaining('more than the 65536 bytes') });
    expect(looked.stdout).toMatch(/^failed +version/m);
    expect(looked.stdout).toMatch(/^failed +key +.* 65536 bytes/m);
    expect(registered).toMatchObject({ code: 1, stderr: expect.stringContaining('more than the 65536 bytes') });
    expect(opened).toMatchObject({ code: 4, stderr: expect.stringContaining('does not open') });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('CLAWCIERGE_MAX_ANSWER_BYTES must be') });
  });
});
