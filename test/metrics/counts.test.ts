import { describe, expect, it } from 'vitest';
import { Counter, Histogram, Labelled } from '../../src/application/ports/metrics.ts';

describe('what is counted', () => {
  it('falls into the bucket of its bound, or the last one', () => {
    const spread = new Histogram([1, 5]);
    for (const value of [0, 1, 1.5, 5, 6]) spread.observe(value);
    expect(spread.counts).toEqual([2, 2, 1]);
    expect(spread.sum).toBe(13.5);
  });

  it('by labels that turn out to have no end is counted as "other"', () => {
    const counts = new Labelled(['a', 'b'], () => new Counter(), [], 3);
    for (let at = 0; at < 100; at += 1) counts.of(String(at), 'x').add();
    const all = [...counts.all()].map(({ values, cell }) => [...values, cell.value]);
    expect(all).toEqual([
      ['0', 'x', 1],
      ['1', 'x', 1],
      ['2', 'x', 1],
      ['other', 'other', 97],
    ]);
  });
});
