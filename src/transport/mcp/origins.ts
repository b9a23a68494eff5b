import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../domain/loopback.ts';
import type { McpSettings } from './exchange.ts';

/** What is wrong with where a request says that it comes from and goes to; null for nothing. */
export type CheckOrigin = (request: Pick<FastifyRequest, 'headers' | 'host'>) => string | null;

/**
 * Pages of other sites must not reach the door through a browser, not even by a name of theirs that leads to this machine
 * (DNS rebinding). Clients that are no browser send no Origin.
 */
export function createOriginCheck({
  host,
  publicUrl,
  corsOrigins,
}: Pick<McpSettings, 'host' | 'publicUrl' | 'corsOrigins'>): CheckOrigin {
  const publicAddress = publicUrl === undefined ? null : new URL(publicUrl);
  const origins = new Set([...corsOrigins, ...(publicAddress === null ? [] : [publicAddress.origin])]);
  const isBoundToLoopback = isLoopback(host);

  return ({ headers, host: askedHost }) => {
    const named = hostnameOf(headers.host);
    if (isBoundToLoopback && named !== publicAddress?.hostname && (named === null || !isLoopback(named))) {
      return 'The Host is none of this platform. It listens on a loopback address: ask it by one, or set PUBLIC_URL.';
    }
    const { origin } = headers;
    if (origin === undefined || origins.has(origin)) return null;
    const isOwn = URL.canParse(origin) && new URL(origin).host === askedHost;
    return isOwn ? null : 'Pages of this origin may not call. CORS_ORIGINS names those that may.';
  };
}

/** Without its port, and an IPv6 address without its brackets. */
function hostnameOf(host: string | undefined): string | null {
  return host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null;
}
