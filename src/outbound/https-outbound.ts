import { type ClientRequest, Agent as HttpAgent, request as requestByHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestByHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Outbound, OutboundError, type OutboundProblem } from '../application/ports/outbound.ts';
import { byNameServers, byTheSystem, type FindAddresses } from './find-addresses.ts';
import { isPublicAddress } from './public-address.ts';

const URL_MAX_LENGTH = 2_048;
/** From the look-up of the name to the end of the answer. */
const WITHIN_MS = 10_000;
/** What is read of an answer. */
const ANSWER_MAX_BYTES = 16 * 1_024;
/** Connections at once, of all that is called. */
const CONNECTIONS_MAX = 64;

type Settings = {
  /** Lets calls go to private addresses, and without TLS. */
  readonly allowPrivate: boolean;
  /** @default name servers; with private addresses the system */
  readonly findAddresses?: FindAddresses;
  readonly withinMs?: number;
};

/**
 * Calls by HTTPS, and to public addresses only. The address is checked where the connection is made: the one that was found
 * and checked is the one that is connected to, so a name cannot stand for another one a moment later. Each call has its own
 * connection. Nothing of the environment, such as a proxy, has a say.
 */
export function createHttpsOutbound({ allowPrivate, findAddresses, withinMs = WITHIN_MS }: Settings): Outbound {
  const find = findAddresses ?? (allowPrivate ? byTheSystem : byNameServers());
  const isAllowed = (address: string) => allowPrivate || isPublicAddress(address);
  const limits = { keepAlive: false, maxTotalSockets: CONNECTIONS_MAX };
  const [https, http] = [new HttpsAgent(limits), new HttpAgent(limits)];

  const lookup: LookupFunction = (hostname, { all }, done) => {
    find(hostname).then(
      (addresses) => {
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const [first] = found;
        if (first === undefined) return done(new OutboundError('unknown-name'), '');
        if (!addresses.every(isAllowed)) return done(new OutboundError('private'), '');
        return all === true ? done(null, found) : done(null, first.address, first.family);
      },
      (error: Error) => done(new OutboundError('unknown-name', { cause: error }), ''),
    );
  };

  function problemOf(text: string): string | null {
    if (text.length > URL_MAX_LENGTH) return `must be at most ${URL_MAX_LENGTH} characters long`;
    // URLs are read without some of them, so that one would be shown as another than it is.
    if (/\p{Cc}/u.test(text)) return 'must not contain control characters';
    const url = URL.parse(text);
    const schemes = allowPrivate ? ['https:', 'http:'] : ['https:'];
    if (url === null || !schemes.includes(url.protocol)) {
      return allowPrivate
        ? 'must be a URL that begins with https:// or http://'
        : 'must be a URL that begins with https://';
    }
    if (url.username !== '' || url.password !== '') return 'must not hold a name or a password';
    const address = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !isAllowed(address)) {
      return 'must not be a private address; an operator can allow them with WEBHOOKS_ALLOW_PRIVATE';
    }
    return null;
  }

  function begin(url: URL, headers: Readonly<Record<string, string>>, body: string): ClientRequest {
    const options = {
      method: 'POST',
      headers: { 'user-agent': 'Clawcierge', ...headers, 'content-length': Buffer.byteLength(body) },
      lookup,
    };
    return url.protocol === 'https:'
      ? requestByHttps(url, { ...options, agent: https })
      : requestByHttp(url, { ...options, agent: http });
  }

  return {
    problemOf,

    post(text, headers, body, signal) {
      // What was allowed when it was set may not be so any more. Of an address nothing is looked up.
      if (problemOf(text) !== null) return Promise.reject(new OutboundError('address'));
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const deadline = AbortSignal.timeout(withinMs);
      const call = begin(new URL(text), headers, body);
      const stop = () => call.destroy(new OutboundError('timeout'));
      for (const each of [deadline, signal]) each?.addEventListener('abort', stop, { once: true });
      call.on('error', (error) => reject(error instanceof OutboundError ? error : problemIn(error)));
      call.once('close', () => {
        for (const each of [deadline, signal]) each?.removeEventListener('abort', stop);
        reject(new OutboundError('unreachable'));
      });
      call.once('response', (response) => {
        // It has said what became of it: whatever happens to the rest changes nothing.
        response.on('error', () => {});
        resolve(response.statusCode ?? 0);
        let bytes = 0;
        response.on('data', (data: Buffer) => {
          bytes += data.length;
          if (bytes > ANSWER_MAX_BYTES) call.destroy();
        });
      });
      if (signal?.aborted) stop();
      call.end(body);
      return promise;
    },
  };
}

function problemIn(error: Error): OutboundError {
  const code = 'code' in error ? String(error.code) : '';
  const problem: OutboundProblem = isOfTls(code) ? 'tls' : 'unreachable';
  return new OutboundError(problem, { cause: error });
}

/** As OpenSSL and Node call what is wrong with a certificate, or with what was to be a TLS connection. */
const isOfTls = (code: string): boolean =>
  /^(ERR_(TLS|SSL)_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)|EPROTO/.test(code);
