import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CountedKeys, type Release } from '../../src/application/counted-keys.ts';

describe('what is counted by key', () => {
  it('is bounded under one key and in all, and what is released is free again', () => {
    const counts = new CountedKeys({ max: 3, perKeyMax: 2 });
    const first = counts.acquire('a');
    expect(counts.acquire('a')).not.toBe(null);
    expect(counts.acquire('a')).toBe(null);
    expect(counts.acquire('b')).not.toBe(null);
    expect(counts.acquire('c')).toBe(null);
    first?.();
    first?.();
    expect(counts.total).toBe(2);
    expect(counts.acquire('c')).not.toBe(null);
    expect(counts.acquire('a')).toBe(null);
  });

  it('is what was acquired and not released, whatever the order; a key that holds nothing is forgotten', () => {
    const steps = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', '__proto__', ''), release: fc.option(fc.nat({ max: 20 })) }),
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 }), (all, max, perKeyMax) => {
        const counts = new CountedKeys({ max, perKeyMax });
        const held: { key: string; release: Release; isHeld: boolean }[] = [];
        for (const { key, release } of all) {
          const which = release === null ? undefined : held[release];
          if (which) {
            which.release();
            which.isHeld = false;
            continue;
          }
          const live = held.filter(({ isHeld }) => isHeld);
          const ofKey = live.filter((each) => each.key === key).length;
          const acquired = counts.acquire(key);
          expect(acquired === null).toBe(live.length >= max || ofKey >= perKeyMax);
          if (acquired) held.push({ key, release: acquired, isHeld: true });
        }
        const live = held.filter(({ isHeld }) => isHeld);
        expect(counts.total).toBe(live.length);
        expect(new Set(counts.keys())).toEqual(new Set(live.map(({ key }) => key)));
        expect(counts.size).toBe(counts.keys().length);
        for (const key of counts.keys()) expect(counts.count(key)).toBe(live.filter((each) => each.key === key).length);
        for (const { release } of held) release();
        expect([counts.total, counts.size]).toEqual([0, 0]);
      }),
    );
  });
});
