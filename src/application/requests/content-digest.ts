import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../domain/contract.ts';

/** A digest of what a request asks for: the same for the same content, whatever the order of its keys. */
export function contentDigest(handle: string, action: string, params: JsonObject): Buffer {
  return createHash('sha256')
    .update(canonical([handle, action, params]))
    .digest();
}

/** JSON with sorted keys. The payload's depth is bounded before it comes here. */
function canonical(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(',')}}`;
}
