import type { FastifyReply } from 'fastify';
import { serializeByteSequence, serializeString } from 'structured-headers';
import type { NotedLimit } from '../application/ports/call.ts';
import { sha256 } from '../application/sha256.ts';
import { retryAfter } from './failures.ts';

/** So much of a digest tells whose share it is apart from others, and tells nothing of them. */
const PARTITION_KEY_BYTES = 6;

/**
 * RateLimit-Policy and RateLimit, by draft-ietf-httpapi-ratelimit-headers: what a caller may, and what is left of it. Nobody is
 * asked to come again before a limit that is used up begins anew.
 */
export function tellLimits(reply: FastifyReply, limits: readonly NotedLimit[]): void {
  if (limits.length === 0) return;
  const policies: string[] = [];
  const states: string[] = [];
  let comeAgain = Number(reply.getHeader('retry-after') ?? 0);
  for (const { policy, partition, quota, windowSeconds, remaining, resetSeconds, at } of limits) {
    const secondsLeft = Math.max(1, Math.ceil(resetSeconds - (performance.now() - at) / 1_000));
    if (remaining === 0) comeAgain = Math.max(comeAgain, secondsLeft);
    const key = partition === null ? '' : partitionKey(partition);
    policies.push(`${nameOf(policy)};q=${quota};w=${windowSeconds}${key}`);
    states.push(`${nameOf(policy)};r=${remaining};t=${secondsLeft}${key}`);
  }
  reply.headers({ 'ratelimit-policy': policies.join(', '), ratelimit: states.join(', ') });
  if (reply.statusCode === 429) reply.headers(retryAfter(comeAgain));
}

/** Policies have names of ours, of which there are few. */
const names = new Map<string, string>();
function nameOf(policy: string): string {
  const known = names.get(policy);
  if (known !== undefined) return known;
  const name = serializeString(policy);
  names.set(policy, name);
  return name;
}

const partitionKey = (partition: string): string =>
  `;pk=${serializeByteSequence(new Uint8Array(sha256(partition).subarray(0, PARTITION_KEY_BYTES)))}`;
