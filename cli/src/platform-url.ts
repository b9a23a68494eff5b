import { UsageError } from './errors.ts';

/** The platform's own address, whichever of its addresses was said; null where it is none. */
export function platformUrl(url: string): URL | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url.replace(/^ws/, 'http'));
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return null;
  parsed.pathname = parsed.pathname.replace(/(\/graphql|\/v1\/agents\/[^/]+\/ws)?\/*$/, '');
  return parsed;
}

/** Something below the platform's address. */
export function belowPlatform(url: string | URL, path: string): URL {
  const base = typeof url === 'string' ? platformUrl(url) : url;
  if (base === null) throw new UsageError(`${url} is no address of a platform.`, 'As in https://agents.example.com');
  return new URL(`${base.href.replace(/\/+$/, '')}${path}`);
}
