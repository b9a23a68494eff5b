import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import type { Verdict } from '../../agent-sdk/src/closure.ts';
import { ConnectionLoop } from '../../agent-sdk/src/connection-loop.ts';
import { endpointsOf } from '../../agent-sdk/src/endpoints.ts';
import { AgentStoppedError } from '../../agent-sdk/src/errors.ts';
import { PlatformUrls } from '../../agent-sdk/src/platform-urls.ts';
import { WebSocketTransport } from '../../agent-sdk/src/websocket-channel.ts';
import { exampleOf } from '../../src/domain/domain-error.ts';
import { ERRORS } from '../../src/domain/error-registry.ts';
import { CLOSE_CODE_RANGES, CLOSE_CODES, closeOf } from '../../src/transport/close-codes.ts';
import { FakeClock } from './fake-clock.ts';

/** A peer on a real port that closes each channel with the code, and an agent's loop that dials it. */
async function closedWith(code: number) {
  const peer = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(peer, 'listening');
  onTestFinished(() => void peer.close());
  peer.on('connection', (socket) => socket.close(code));
  const clock = new FakeClock();
  const { port } = peer.address() as AddressInfo;
  const endpoints = endpointsOf(`ws://127.0.0.1:${port}/v1/agents/a1/ws`);
  const apiKey = 'clw_agent_x';
  const lost = Promise.withResolvers<{ verdict: Verdict; retryInMs: number }>();
  const transport = new WebSocketTransport({
    agentId: endpoints.agentId,
    channelOf: endpoints.channelOf,
    http: {
      urls: new PlatformUrls(endpoints.base),
      apiKey,
      fetch: globalThis.fetch,
      timeoutMs: 1_000,
      maxAnswerBytes: 65_536,
    },
    apiKey,
    clock,
    keepAliveMs: 15_000,
    silenceMs: 60_000,
    maxMessageBytes: 65_536,
    infoUrl: 'http://127.0.0.1:1/v1/info',
  });
  const loop = new ConnectionLoop({
    transports: [{ base: endpoints.base, transport }],
    clock,
    random: () => 1 - Number.EPSILON,
    backoffBaseMs: 250,
    backoffCapMs: 30_000,
    openTimeoutMs: 30_000,
    stableAfterMs: 10_000,
    listener: {
      opened() {},
      lost: (verdict, retryInMs) => lost.resolve({ verdict, retryInMs }),
      received() {},
      cancelled() {},
      answered() {},
    },
  });
  const running = loop.run();
  running.catch(() => {});
  onTestFinished(() => loop.stop());
  return { running, lost: lost.promise };
}

describe('a code that the SDK does not know', () => {
  it('of the first range is a reason to connect again with backoff', async () => {
    const { verdict, retryInMs } = await (await closedWith(4150)).lost;
    expect(verdict).toMatchObject({ code: 4150, retry: 'backoff' });
    expect(retryInMs).toBe(249);
  });

  it('of the second range is a reason to connect again slowly', async () => {
    const { verdict, retryInMs } = await (await closedWith(4250)).lost;
    expect(verdict).toMatchObject({ code: 4250, retry: 'slowly' });
    expect(retryInMs).toBe(29_999);
  });

  it('of the third range is a reason to stop', async () => {
    const error = await (await closedWith(4350)).running.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AgentStoppedError);
    expect(error).toMatchObject({ closeCode: 4350 });
  });

  it('of no range is a reason to connect again with backoff', async () => {
    const { verdict } = await (await closedWith(4950)).lost;
    expect(verdict).toMatchObject({ code: 4950, retry: 'backoff' });
  });
});

describe('close codes', () => {
  const page = readFileSync(new URL('../../schema/agent-protocol.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## Close codes'), page.indexOf("## A request's way"));

  it('of the platform are on the protocol page, each once, and no others', () => {
    const documented = [...section.matchAll(/^\| (\d{4}) \|/gm)].map(([, code]) => Number(code));
    expect(documented).toEqual(Object.keys(CLOSE_CODES).map(Number));
  });

  it('have ranges, and those are on the protocol page', () => {
    const documented = [...section.matchAll(/^\| (\d{4})–(\d{4}) \|/gm)].map(([, from, to]) => [
      Number(from),
      Number(to),
    ]);
    expect(documented).toEqual(CLOSE_CODE_RANGES.map(({ from, to }) => [from, to]));
  });

  it('do in a range what the range says', () => {
    for (const [code, { reconnect }] of Object.entries(CLOSE_CODES)) {
      const range = CLOSE_CODE_RANGES.find(({ from, to }) => Number(code) >= from && Number(code) <= to);
      if (range) expect(reconnect, code).toBe(range.reconnect);
    }
  });

  it('of errors have a reason', () => {
    for (const errorClass of ERRORS) {
      if (errorClass.row.closeCode !== undefined) {
        expect(closeOf(exampleOf(errorClass))).toMatchObject({ code: errorClass.row.closeCode });
      }
    }
  });
});
