import { type BareItem, type List, serializeList } from 'structured-headers';
import type { NotedLimit } from '../../application/ports/call.ts';
import { sha256 } from '../../application/sha256.ts';

/** So much of a digest tells whose share it is apart from others, and tells nothing of them. */
const PARTITION_KEY_BYTES = 6;

/** RateLimit-Policy and RateLimit, by draft-ietf-httpapi-ratelimit-headers: what a caller may, and what is left of it. */
export function rateLimitFields(limits: readonly NotedLimit[]): Readonly<Record<string, string>> {
  const policies: List = [];
  const states: List = [];
  for (const { policy, partition, quota, windowSeconds, remaining, resetSeconds, at } of limits) {
    const secondsLeft = Math.max(1, Math.ceil(resetSeconds - (performance.now() - at) / 1_000));
    const key = partition === null ? {} : { pk: partitionKey(partition) };
    policies.push([policy, parameters({ q: quota, w: windowSeconds, ...key })]);
    states.push([policy, parameters({ r: remaining, t: secondsLeft, ...key })]);
  }
  return { 'ratelimit-policy': serializeList(policies), ratelimit: serializeList(states) };
}

const parameters = (of: Readonly<Record<string, BareItem>>): Map<string, BareItem> => new Map(Object.entries(of));

const partitionKey = (partition: string) => new Uint8Array(sha256(partition).subarray(0, PARTITION_KEY_BYTES));
