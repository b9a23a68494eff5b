import { parseList } from 'structured-headers';
import { expect } from 'vitest';

/** What one of the fields says of each limit, read by a parser that is not ours. */
const read = (headers: Headers, name: string) =>
  parseList(headers.get(name) ?? '').map(([policy, parameters]) => [policy, Object.fromEntries(parameters)] as const);

/** What the two RateLimit fields of an answer say, by the names of the limits. */
export const limitsTold = (headers: Headers) => ({
  policies: Object.fromEntries(read(headers, 'ratelimit-policy')),
  states: Object.fromEntries(read(headers, 'ratelimit')),
});

/** An answer of something that is limited: both fields tell of the same limits, and nobody is to come again too early. */
export function expectLimitsTold({ status, headers }: { readonly status: number; readonly headers: Headers }): void {
  const [policies, states] = [read(headers, 'ratelimit-policy'), read(headers, 'ratelimit')];
  expect(policies.length, `a limit is told with ${status}`).toBeGreaterThan(0);
  expect(states.map(([name, { pk }]) => [name, pk])).toEqual(policies.map(([name, { pk }]) => [name, pk]));
  for (const [at, [, { r, t }]] of states.entries()) {
    const { q, w } = policies[at]?.[1] ?? {};
    for (const number of [q, w, r, t]) expect(Number.isSafeInteger(number)).toBe(true);
    expect(Number(r)).toBeLessThanOrEqual(Number(q));
    expect(Number(t)).toBeLessThanOrEqual(Number(w));
    if (status === 429 && r === 0) expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(Number(t));
  }
}
