import { describe, expect, it } from 'vitest';
import { Backoff } from '../../agent-sdk/src/backoff.ts';

const highest = () => 1 - Number.EPSILON;

describe('Backoff', () => {
  it('doubles the bound up to the cap', () => {
    const backoff = new Backoff({ baseMs: 250, capMs: 30_000, random: highest });
    const bounds = Array.from({ length: 9 }, () => backoff.next() + 1);
    expect(bounds).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('draws each delay from the whole range below the bound', () => {
    const draws = [0, 0.5, 0.25];
    const backoff = new Backoff({ baseMs: 100, capMs: 1_000, random: () => draws.shift() ?? 0 });
    expect([backoff.next(), backoff.next(), backoff.next()]).toEqual([0, 100, 100]);
  });

  it('begins again after a reset', () => {
    const backoff = new Backoff({ baseMs: 100, capMs: 1_000, random: highest });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.next()).toBe(99);
  });
});
