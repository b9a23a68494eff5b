import { describe, expect, it } from 'vitest';
import { labelled, ticksUpTo } from '../../admin-ui/src/charts/scale.ts';

describe('ticksUpTo', () => {
  it.each([
    [0, true, [0, 1]],
    [1, true, [0, 1]],
    [3, true, [0, 1, 2, 3]],
    [21, true, [0, 10, 20, 30]],
    [1_000, true, [0, 250, 500, 750, 1_000]],
    [0.9, false, [0, 0.25, 0.5, 0.75, 1]],
  ] as const)('covers %d (whole: %s) in round steps', (maximum, whole, ticks) => {
    expect(ticksUpTo(maximum, whole)).toEqual(ticks);
  });
});

describe('labelled', () => {
  it('leaves room between labels', () => {
    expect(labelled(60, 840, 84)).toHaveLength(10);
    expect(labelled(3, 1_000, 84)).toEqual([0, 1, 2]);
    expect(labelled(60, 0, 84)).toEqual([0]);
  });
});
