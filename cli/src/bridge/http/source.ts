import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ActionError, type CapabilityInput } from '@clawcierge/agent-sdk';
import { messageFor, resultIn } from '../message.ts';
import type { BridgeCall, BridgeSource, CallIo, Say } from '../source.ts';
import { type Answer, exchange } from './exchange.ts';
import { signatureHeaders } from './signature.ts';

export interface HttpSourceOptions {
  readonly url: URL;
  readonly capabilities: readonly CapabilityInput[];
  /** What is sent besides, such as an authorization. */
  readonly headers: Readonly<Record<string, string>>;
  /** What requests are signed with. */
  readonly secret?: Buffer;
  readonly resultMaxBytes: number;
  readonly checkEveryMs: number;
  readonly say: Say;
}

const CONNECT_WITHIN_MS = 10_000;
const CHECKS_MISSED = 2;
const POLL_FIRST_MS = 500;
const POLL_MOST_MS = 5_000;
const RETRY_AFTER_MOST_MS = 60_000;
/** What a job that is polled may answer meanwhile: asking again changes nothing. */
const PASSING = new Set([429, 502, 503, 504]);

/** An address that does what is posted to it. */
export class HttpSource implements BridgeSource {
  readonly #options: HttpSourceOptions;
  #endListener: (reason: string) => void = () => {};
  #checks: NodeJS.Timeout | undefined;

  constructor(options: HttpSourceOptions) {
    this.#options = options;
  }

  async open(signal: AbortSignal): Promise<void> {
    const { url, checkEveryMs } = this.#options;
    await canConnect(url, signal);
    let missed = 0;
    this.#checks = setInterval(() => {
      canConnect(url).then(
        () => {
          missed = 0;
        },
        (error: Error) => {
          missed += 1;
          if (missed >= CHECKS_MISSED) this.#endListener(error.message);
        },
      );
    }, checkEveryMs);
  }

  async describe(): Promise<readonly CapabilityInput[]> {
    return this.#options.capabilities;
  }

  onChange(): () => void {
    return () => {};
  }

  onEnd(listener: (reason: string) => void): void {
    this.#endListener = listener;
  }

  async perform(call: BridgeCall, { signal }: CallIo): Promise<unknown> {
    const { url, secret, say } = this.#options;
    const body = messageFor(call);
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': call.id,
      ...(secret && signatureHeaders(body, call.id, new Date(), secret)),
    };
    try {
      const answer = await this.#exchange({ method: 'POST', url, headers, body, signal });
      return resultOf(answer.status === 202 ? await this.#poll(answer, signal) : answer);
    } catch (error) {
      if (error instanceof ActionError || signal.aborted) throw error;
      say(`${call.action}: ${(error as Error).message}`);
      throw new ActionError('upstream_error', 'The address did not answer. What was asked for may have happened.');
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#checks);
  }

  /** Asks at the place that a 202 names until there is an answer, or the request's time is over. */
  async #poll(accepted: Answer, signal: AbortSignal): Promise<Answer> {
    let waitMs = POLL_FIRST_MS;
    let url = this.#placeOf(accepted, this.#options.url);
    for (let answer = accepted; ; ) {
      await pause(retryAfterMs(answer) ?? waitMs, undefined, { signal });
      waitMs = Math.min(waitMs * 2, POLL_MOST_MS);
      const next = await this.#exchange({ method: 'GET', url, headers: {}, signal }).catch((error: Error) => {
        if (error instanceof ActionError || signal.aborted) throw error;
        return null;
      });
      if (next === null || PASSING.has(next.status)) continue;
      if (next.status !== 202) return next;
      if (next.headers.location !== undefined) url = this.#placeOf(next, url);
      answer = next;
    }
  }

  /** Headers that are meant for one place go to no other, so a job is where it was begun. */
  #placeOf({ headers: { location } }: Answer, base: URL): URL {
    if (location === undefined) throw new ActionError('http_202', 'The address answered 202 without a Location.');
    const place = URL.canParse(location, base.href) ? new URL(location, base.href) : null;
    if (place?.origin !== this.#options.url.origin) {
      throw new ActionError('http_202', 'The Location of the 202 is at another origin.');
    }
    return place;
  }

  #exchange(parts: Omit<Parameters<typeof exchange>[0], 'maxBytes'>): Promise<Answer> {
    const { headers, resultMaxBytes: maxBytes } = this.#options;
    const own = { accept: 'application/json', 'user-agent': 'clawcierge-bridge' };
    return exchange({ ...parts, maxBytes, headers: { ...own, ...headers, ...parts.headers } });
  }
}

function resultOf({ status, headers, body }: Answer): unknown {
  if (status >= 200 && status < 300) return resultIn(body, 'address');
  if (status >= 300 && status < 400) {
    throw new ActionError(`http_${status}`, `The address answered ${status}; redirects are not followed.`);
  }
  throw new ActionError(`http_${status}`, detailIn(headers['content-type'], body) ?? `The address answered ${status}.`);
}

/** What a problem document (RFC 9457) says is wrong. */
function detailIn(contentType: string | undefined, body: Buffer): string | undefined {
  if (!/^application\/problem\+json\b/i.test(contentType ?? '')) return undefined;
  try {
    const { detail, title } = JSON.parse(body.toString('utf8'));
    return [detail, title].find((text) => typeof text === 'string' && text.trim() !== '');
  } catch {
    return undefined;
  }
}

function retryAfterMs({ headers }: Answer): number | undefined {
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return seconds > 0 ? Math.min(seconds * 1_000, RETRY_AFTER_MOST_MS) : undefined;
}

/** Whether somebody listens there; nothing is sent. */
function canConnect({ hostname, port, protocol }: URL, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || (protocol === 'https:' ? 443 : 80)),
      timeout: CONNECT_WITHIN_MS,
      ...(signal && { signal }),
    });
    const settle = (done: () => void) => {
      socket.destroy();
      done();
    };
    socket.once('connect', () => settle(resolve));
    socket.once('timeout', () => settle(() => reject(new Error('the address does not answer'))));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      settle(() => reject(new Error(`the address does not answer: ${error.code ?? error.message}`)));
    });
  });
}
