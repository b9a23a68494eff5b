// What honest senders and agents do meanwhile, at a pace of its own, and whoever asks how the node is.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';
import { serveOrders } from '../clients/client-process.ts';
import { type HttpAnswer, HttpConnection } from '../clients/http-connection.ts';
import { ACTION } from '../parties.ts';
import { bearer } from './flood.ts';
import type { CallMade, HonestFigures, HonestOrder, HonestTask } from './messages.ts';

/** What has no answer by then is lost. */
const LOST_AFTER_MS = 30_000;
const HEALTH_EVERY_MS = 50;
const SHED_EVERY_MS = 100;
const CHANNEL_EVERY_MS = 1_000;
/** Of so many submissions one comes over a new connection. */
const NEW_CONNECTION_EVERY = 4;
/** What begins later tells how it goes on once the platform knows that it is flooded. */
const ONSET_MS = 2_000;
/** Each sender calls from a network of its own, as in life. */
const addressOf = (place: number) => `127.1.${place}.1`;
const HEALTH: CallMade = { method: 'GET', path: '/health', headers: '', body: '' };

serveOrders(async ({ url, pairs, returning, rate }: HonestTask) => {
  /** Of each sender, connections that have nothing under way. */
  const idle: readonly HttpConnection[][] = pairs.map(() => []);
  let number = 0;

  async function over(connection: HttpConnection, { method, path, headers, body }: CallMade): Promise<HttpAnswer> {
    const late = new AbortController();
    const isLost = wait(LOST_AFTER_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error('lost: no answer');
    });
    isLost.catch(() => {});
    try {
      return await Promise.race([connection.request(method, path, headers, body), isLost]);
    } finally {
      late.abort();
    }
  }

  /** One call on a connection of its own, as probes and callers that come once make it. */
  async function callOnce(call: CallMade, address?: string): Promise<HttpAnswer> {
    const connection = await HttpConnection.open(url, address);
    try {
      return await over(connection, call);
    } finally {
      connection.close();
    }
  }

  function openOne(place: number): HttpConnection | undefined {
    for (;;) {
      const connection = idle[place]?.pop();
      if (connection === undefined || connection.isOpen) return connection;
    }
  }

  async function lifecycle(): Promise<void> {
    number += 1;
    const own = number;
    const place = own % pairs.length;
    const pair = pairs[place];
    if (!pair) throw new Error('there are no senders');
    const call: CallMade = {
      method: 'POST',
      path: `/v1/agents/${pair.handle}/requests`,
      headers: `${bearer(pair.senderKey)}Prefer: wait=30\r\n`,
      body: JSON.stringify({ action: ACTION, params: { number: own, at: 0, think_ms: 0 } }),
    };
    const isNew = Math.floor(own / pairs.length) % NEW_CONNECTION_EVERY === 0;
    const connection = isNew ? undefined : openOne(place);
    const used = connection ?? (await HttpConnection.open(url, addressOf(place)));
    const { status, body } = await over(used, call).catch((error) => {
      used.close();
      throw error;
    });
    if (isNew) used.close();
    else idle[place]?.push(used);
    if (status !== 200) throw new Error(`refused: a submission was answered ${status}`);
    const told = JSON.parse(body) as { status: string; result: { number?: number } | null };
    if (told.status !== 'completed') throw new Error(`lost: a request ended as ${told.status}`);
    if (told.result?.number !== own) throw new Error("wrong: another's result");
  }

  async function openChannel(): Promise<void> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/agents/${returning.id}/ws`, {
      headers: { authorization: `Bearer ${returning.apiKey}` },
      perMessageDeflate: false,
      handshakeTimeout: LOST_AFTER_MS,
    });
    try {
      await once(socket, 'open');
    } catch (error) {
      throw new Error(`refused: an agent’s channel: ${error instanceof Error ? error.message : error}`);
    } finally {
      socket.terminate();
    }
  }

  async function health(): Promise<void> {
    const { status } = await callOnce(HEALTH);
    if (status !== 200) throw new Error(`refused: /health was answered ${status}`);
  }

  return async ({ seconds, shed }: HonestOrder): Promise<HonestFigures> => {
    const samples = {
      whole: [] as number[],
      later: [] as number[],
      channel: [] as number[],
      health: [] as number[],
      shed: [] as number[],
    };
    const failures: Record<string, number> = {};
    const underWay = new Set<Promise<void>>();
    const begun = performance.now();
    const until = begun + seconds * 1_000;

    /** Begins one in each interval, whether the ones before are over or not, so that none waits for another unseen. */
    async function atPace(everyMs: number, into: number[], one: () => Promise<unknown>): Promise<void> {
      const timed = async () => {
        const at = performance.now();
        try {
          if ((await one()) === false) return;
          const took = performance.now() - at;
          into.push(took);
          if (into === samples.whole && at - begun > ONSET_MS) samples.later.push(took);
        } catch (error) {
          const what = error instanceof Error ? error.message : String(error);
          failures[what] = (failures[what] ?? 0) + 1;
        }
      };
      for (let next = performance.now(); next < until; next += everyMs) {
        await wait(Math.max(0, next - performance.now()));
        const timedOne = timed();
        underWay.add(timedOne);
        void timedOne.finally(() => underWay.delete(timedOne));
      }
    }

    const askToBeShed = async () => {
      if (shed === null) return false;
      const answer = await callOnce(shed.call, shed.address).catch(() => null);
      return answer?.status === 429 || answer?.status === 503;
    };
    await Promise.all([
      atPace(1_000 / rate, samples.whole, lifecycle),
      atPace(CHANNEL_EVERY_MS, samples.channel, openChannel),
      atPace(HEALTH_EVERY_MS, samples.health, health),
      atPace(SHED_EVERY_MS, samples.shed, askToBeShed),
    ]);
    await Promise.all(underWay);
    return {
      wholeMs: Float64Array.from(samples.whole),
      laterMs: Float64Array.from(samples.later),
      channelMs: Float64Array.from(samples.channel),
      healthMs: Float64Array.from(samples.health),
      shedMs: Float64Array.from(samples.shed),
      failures,
    };
  };
});
