import { lookup } from 'node:dns/promises';
import { connect } from 'node:tls';
import { boundedFetch } from './bounded-fetch.ts';
import type { Connection } from './connection.ts';
import { explain } from './errors.ts';
import { belowPlatform, platformUrl } from './platform-url.ts';
import { tryUpgrade } from './upgrade.ts';
import { version } from './version.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

const TIMEOUT_MS = 10_000;
/** The header `Date` is in whole seconds; keys and requests end to the second. */
const SKEW_MS = 10_000;
const CERTIFICATE_DAYS = 14;
const DAY_MS = 86_400_000;

const ok = (name: string, detail: string): Check => ({ name, state: 'ok', detail });
const warning = (name: string, detail: string, advice: string): Check => ({ name, state: 'warning', detail, advice });
const failed = (name: string, detail: string, advice: string): Check => ({ name, state: 'failed', detail, advice });

/** Looks at one thing after the other, and no further than makes sense. */
export async function* examine(connection: Connection, signal: AbortSignal): AsyncGenerator<Check> {
  const base = platformUrl(connection.url);
  if (base === null) {
    yield failed('address', `${connection.url} (${connection.from.url}) is no address of a platform`, ADDRESS);
    return;
  }
  yield addressCheck(base, connection);
  yield* proxyChecks(base);
  const name = await nameCheck(base);
  yield name;
  if (name.state === 'failed') return;
  if (base.protocol === 'https:') {
    const tls = await tlsCheck(base);
    yield tls;
    if (tls.state === 'failed') return;
  }
  const health = await healthCheck(base, signal);
  yield* health.checks;
  if (!health.isReached) return;
  yield* await infoChecks(base, signal);
  yield await socketCheck(base, signal);
  yield* await keyChecks(connection);
}

const ADDRESS = 'It must be like https://agents.example.com: see --url, CLAWCIERGE_URL and the profile.';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function addressCheck(base: URL, { from }: Connection): Check {
  const said = `${base.href} (${from.url})`;
  if (base.protocol === 'https:' || LOOPBACK.test(base.hostname)) return ok('address', said);
  return warning('address', `${said} is not encrypted`, 'Whoever is on the way can read keys: use https.');
}

function* proxyChecks(base: URL): Generator<Check> {
  const name = base.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const isSet = process.env[name] || process.env[name.toLowerCase()];
  if (!isSet || LOOPBACK.test(base.hostname) || process.env.NODE_USE_ENV_PROXY === '1') return;
  yield warning('proxy', `${name} is set, and is not used`, 'If it is needed, set NODE_USE_ENV_PROXY=1.');
}

async function nameCheck(base: URL): Promise<Check> {
  const host = base.hostname.replace(/^\[|\]$/g, '');
  try {
    const addresses = await lookup(host, { all: true });
    return ok('name', addresses.map(({ address }) => address).join(', '));
  } catch (error) {
    return failed('name', `${host} is not found (${codeOf(error)})`, 'Is it spelled right? Is there a network, a VPN?');
  }
}

function tlsCheck(base: URL): Promise<Check> {
  return new Promise((resolve) => {
    const host = base.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({ host, port: Number(base.port || 443), servername: host, timeout: TIMEOUT_MS });
    const end = (check: Check) => {
      socket.destroy();
      resolve(check);
    };
    socket.on('secureConnect', () => {
      const { valid_to: until } = socket.getPeerCertificate();
      const days = Math.floor((Date.parse(until) - Date.now()) / DAY_MS);
      const said = `${socket.getProtocol()}, its certificate ends in ${days} days`;
      end(days >= CERTIFICATE_DAYS ? ok('tls', said) : warning('tls', said, 'Tell the operator of the platform.'));
    });
    socket.on('timeout', () => end(failed('tls', `no answer within ${TIMEOUT_MS / 1_000} s`, REACH)));
    socket.on('error', (error) => {
      const code = codeOf(error);
      end(failed('tls', `cannot be agreed upon (${code})`, code.startsWith('ERR_SSL') ? NO_TLS : TRUST));
    });
  });
}

const REACH = 'Is the platform running, and the port right? Does a firewall stand between?';
const NO_TLS = 'Does it speak TLS at this port at all, or is its address one of http?';
const TRUST = 'With a certificate authority of your own: NODE_EXTRA_CA_CERTS=ca.pem.';

interface Health {
  readonly isReached: boolean;
  readonly checks: readonly Check[];
}

async function healthCheck(base: URL, signal: AbortSignal): Promise<Health> {
  const began = Date.now();
  let response: Response;
  try {
    response = await get(belowPlatform(base, '/health'), signal);
  } catch (error) {
    signal.throwIfAborted();
    const check = failed('health', `${belowPlatform(base, '/health')} does not answer (${codeOf(error)})`, REACH);
    return { isReached: false, checks: [check] };
  }
  const tookMs = Date.now() - began;
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    const to = headers.get('location') ?? 'somewhere else';
    return { isReached: false, checks: [failed('health', `it leads to ${to}`, 'Use the address that it leads to.')] };
  }
  if (status !== 200) {
    const advice = status === 401 || status === 403 || status === 407 ? OTHER : 'Look at the platform’s log.';
    return { isReached: false, checks: [failed('health', `HTTP ${status}`, advice)] };
  }
  const ready = await get(belowPlatform(base, '/health/ready'), signal).catch(() => null);
  const checks = [ok('health', `answered in ${tookMs} ms`)];
  if (ready?.status !== 200) {
    checks.push(
      warning(
        'ready',
        `HTTP ${ready?.status ?? 'none'}: ${await shortText(ready)}`,
        'It starts, or stops, or lacks its database: try again.',
      ),
    );
  }
  checks.push(...clockChecks(headers.get('date'), tookMs));
  return { isReached: true, checks };
}

const OTHER = 'Something in front of the platform wants a login of its own.';

const shortText = async (response: Response | null): Promise<string> =>
  (await response?.text().catch(() => ''))?.slice(0, 200) ?? '';

function clockChecks(date: string | null, tookMs: number): readonly Check[] {
  const there = Date.parse(date ?? '');
  if (Number.isNaN(there)) return [];
  const skew = Date.now() - tookMs / 2 - there;
  const said = `${Math.abs(Math.round(skew / 1_000))} s`;
  if (Math.abs(skew) < SKEW_MS) return [ok('clock', `${said} apart`)];
  const here = `this machine’s is ${said} ${skew > 0 ? 'ahead of' : 'behind'} the platform’s`;
  return [warning('clock', here, 'Set it by the network: times in its output are off, and signatures may be refused.')];
}

async function infoChecks(base: URL, signal: AbortSignal): Promise<readonly Check[]> {
  try {
    const info = (await (await get(belowPlatform(base, '/v1/info'), signal)).json()) as {
      readonly version?: unknown;
    } | null;
    if (typeof info?.version !== 'string') throw new Error('no version');
    const [here, there] = [version(), info.version];
    if (releaseOf(here) === releaseOf(there)) return [ok('version', `${there} there, ${here} here`)];
    const advice = 'Upgrade the platform before its agents and tools.';
    return [warning('version', `${there} there, ${here} here`, advice)];
  } catch {
    signal.throwIfAborted();
    return [
      failed('version', `${belowPlatform(base, '/v1/info')} does not say what a platform says`, 'Is this its address?'),
    ];
  }
}

/** What must be alike: before 1.0 the first two numbers, and then the first. */
const releaseOf = (text: string): string => text.split('.', text.startsWith('0.') ? 2 : 1).join('.');

async function socketCheck(base: URL, signal: AbortSignal): Promise<Check> {
  const outcome = await tryUpgrade(belowPlatform(base, '/graphql'), TIMEOUT_MS, signal);
  if (outcome === 101) return ok('websocket', 'comes through');
  const said = typeof outcome === 'number' ? `the upgrade was answered with HTTP ${outcome}` : outcome;
  return failed('websocket', said, 'Agents need it: have the proxy in front pass WebSocket upgrades on.');
}

async function keyChecks({ url, key, bounds, from }: Connection): Promise<readonly Check[]> {
  if (key === undefined)
    return [warning('key', 'there is none', 'Set CLAWCIERGE_KEY, or use --key-file or --profile.')];
  const { identify, listKeys } = await import('@clawcierge/agent-sdk');
  const keyed = { url, apiKey: key, ...bounds };
  try {
    const who = await identify(keyed);
    const name = 'handle' in who ? who.handle : 'displayName' in who ? who.displayName : who.id;
    const checks = [ok('key', `${who.__typename.toLowerCase()} ${name} (${from.key})`)];
    const keys = await listKeys(keyed).catch(() => []);
    const used = keys.find(({ prefix, revokedAt }) => revokedAt === null && key.startsWith(prefix));
    if (used) checks.push(...stateOf(used));
    return checks;
  } catch (error) {
    return [
      failed('key', `${explain(error).message} (${from.key})`, 'Is it of this platform, whole, and not revoked?'),
    ];
  }
}

function stateOf({ scopes, expiresAt }: { scopes: readonly string[]; expiresAt: string | null }): readonly Check[] {
  const checks = [ok('scopes', scopes.join(', '))];
  if (expiresAt === null) return checks;
  const days = Math.floor((Date.parse(expiresAt) - Date.now()) / DAY_MS);
  const said = `the key ends at ${expiresAt}`;
  const advice = '`clawcierge keys rotate` makes its successor.';
  return [...checks, days >= CERTIFICATE_DAYS ? ok('expiry', said) : warning('expiry', said, advice)];
}

/** What a platform says there is a few hundred bytes. */
const ANSWER_MAX_BYTES = 65_536;
const fetchShort = boundedFetch(ANSWER_MAX_BYTES);

const get = (url: URL, signal: AbortSignal): Promise<Response> =>
  fetchShort(url, { redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });

/** What the innermost cause is called. */
function codeOf(error: unknown): string {
  let last = error as { cause?: unknown; code?: unknown; name?: unknown };
  while (last.cause instanceof Error) last = last.cause;
  return String(last.code ?? last.name);
}
