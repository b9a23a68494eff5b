import { describe, expect, it } from 'vitest';
import { createLook } from '../../src/metrics/look.ts';

function looking(withinMs = 30_000) {
  const asked: PromiseWithResolvers<number>[] = [];
  const clock = { now: 0 };
  const failures = { count: 0 };
  const look = createLook({
    look: () => {
      const next = Promise.withResolvers<number>();
      asked.push(next);
      return next.promise;
    },
    freshMs: 5_000,
    withinMs,
    monotonic: () => clock.now,
    onFailure: () => {
      failures.count += 1;
    },
  });
  return { look, asked, clock, failures };
}

describe('a look', () => {
  it('is taken once for all who ask meanwhile, and is good for a while', async () => {
    const { look, asked, clock } = looking();
    const both = Promise.all([look(), look()]);
    asked[0]?.resolve(7);
    expect(await both).toEqual([7, 7]);
    clock.now = 4_999;
    expect(await look()).toBe(7);
    expect(asked).toHaveLength(1);
    clock.now = 5_000;
    const again = look();
    asked[1]?.resolve(8);
    expect(await again).toBe(8);
  });

  it('that fails is told once to whoever counts, and taken anew by who asks next', async () => {
    const { look, asked, failures } = looking();
    const both = Promise.allSettled([look(), look()]);
    asked[0]?.reject(new Error('away'));
    expect(await both).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(failures.count).toBe(1);
    const again = look();
    asked[1]?.resolve(1);
    expect(await again).toBe(1);
  });

  it('that takes too long keeps nobody, begins no second one, and is there for who asks when it has come', async () => {
    const { look, asked, failures } = looking(1);
    await expect(look()).rejects.toThrow();
    await expect(look()).rejects.toThrow();
    expect(asked).toHaveLength(1);
    expect(failures.count).toBe(1);
    asked[0]?.resolve(3);
    await asked[0]?.promise;
    expect(await look()).toBe(3);
  });
});
