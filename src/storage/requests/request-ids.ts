/**
 * The lowest id of a request that was created at that time, or later: ids are UUIDs of version 7 (RFC 9562), which begin
 * with the milliseconds since 1970.
 */
export function firstIdAt(time: Date): string {
  const text = Math.min(Math.max(time.getTime(), 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0');
  return `${text.slice(0, 8)}-${text.slice(8)}-0000-0000-000000000000`;
}

/**
 * An id's time and `created_at` are the same since ids are made of it; before, ids came from the clocks of the nodes. So
 * far those may have been off, in milliseconds.
 */
export const CLOCKS_DIFFER_MS = 10_000;
