import { describe, expect, it } from 'vitest';
import { FreshCache } from '../../src/application/fresh-cache.ts';

/** A cache whose loads a test answers one by one. */
function cacheWithLoads() {
  let now = 0;
  const loads: { key: string; answer: (value: string) => void; fail: (error: Error) => void }[] = [];
  const cache = new FreshCache<string>({
    max: 2,
    lifeMs: () => 1_000,
    now: () => now,
    load: (key) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      loads.push({ key, answer: resolve, fail: reject });
      return promise;
    },
  });
  return {
    cache,
    loads,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

describe('FreshCache', () => {
  it('keeps no more than may be weighed together, and what is too heavy alone not at all', async () => {
    const loads: string[] = [];
    const cache = new FreshCache<string>({
      max: 100,
      weight: { max: 10, of: (value) => value.length },
      lifeMs: () => 1_000,
      now: () => 0,
      load: async (key) => {
        loads.push(key);
        return key;
      },
    });
    for (const key of ['aaaa', 'bbbb', 'aaaa', 'bbbb']) expect(await cache.get(key)).toBe(key);
    expect(loads.splice(0)).toEqual(['aaaa', 'bbbb']);
    for (const key of ['cccc', 'bbbb', 'aaaa']) await cache.get(key);
    expect(loads.splice(0)).toEqual(['cccc', 'aaaa']);
    for (const key of ['dddddddddddd', 'dddddddddddd', 'aaaa']) await cache.get(key);
    expect(loads).toEqual(['dddddddddddd', 'dddddddddddd']);
  });

  it('loads a key once for all who ask at once, and keeps it for its life', async () => {
    const { cache, loads, advance } = cacheWithLoads();
    const asked = [cache.get('a'), cache.get('a')];
    loads[0]?.answer('first');
    expect(await Promise.all(asked)).toEqual(['first', 'first']);
    advance(999);
    expect(await cache.get('a')).toBe('first');
    expect(loads).toHaveLength(1);
    advance(1);
    const again = cache.get('a');
    loads[1]?.answer('second');
    expect(await again).toBe('second');
  });

  it.each([
    ['drop', (cache: FreshCache<string>) => cache.drop('a')],
    ['dropWhere', (cache: FreshCache<string>) => cache.dropWhere(() => true)],
    ['clear', (cache: FreshCache<string>) => cache.clear()],
  ])('answers nothing that was loaded before a %s: a key revoked meanwhile opens nothing', async (_name, drop) => {
    const { cache, loads } = cacheWithLoads();
    const asked = cache.get('a');
    drop(cache);
    loads[0]?.answer('live');
    await Promise.resolve();
    await Promise.resolve();
    loads[1]?.answer('revoked');
    expect(await asked).toBe('revoked');
    expect(await cache.get('a')).toBe('revoked');
    expect(loads).toHaveLength(2);
  });

  it('keeps no failure', async () => {
    const { cache, loads } = cacheWithLoads();
    const asked = cache.get('a');
    loads[0]?.fail(new Error('away'));
    await expect(asked).rejects.toThrow('away');
    const again = cache.get('a');
    loads[1]?.answer('back');
    expect(await again).toBe('back');
  });

  it('forgets the oldest beyond its bound', async () => {
    const { cache, loads } = cacheWithLoads();
    for (const key of ['a', 'b', 'c']) {
      const asked = cache.get(key);
      loads.at(-1)?.answer(key);
      await asked;
    }
    void cache.get('a');
    expect(loads.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'a']);
  });
});
