import type { FastifyRequest } from 'fastify';

/** No handler asks where it is mounted, and what is there is not to be told apart by it. */
const ADDRESS = 'http://door.invalid/';

/**
 * What Fastify read as a web `Request`, for handlers that take one: without its body, which is passed parsed, and without
 * the caller's credential. `gone` is aborted when the caller goes before the answer is out.
 */
export function webRequestOf({ method, headers }: FastifyRequest, gone: AbortSignal): Request {
  const copied = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name !== 'authorization' && name !== 'cookie' && typeof value === 'string') copied.append(name, value);
  }
  return new Request(ADDRESS, { method, headers: copied, signal: gone });
}
