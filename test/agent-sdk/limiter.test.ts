import { describe, expect, it } from 'vitest';
import { Limiter } from '../../agent-sdk/src/limiter.ts';
import { settled } from './fake-clock.ts';

describe('Limiter', () => {
  it('never runs more than its limit, and starts the waiting in their order', async () => {
    const limiter = new Limiter(2);
    const started: number[] = [];
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const runs = gates.map((gate, index) =>
      limiter.run(() => {
        started.push(index);
        return gate.promise;
      }),
    );
    await settled();
    expect(started).toEqual([0, 1]);
    expect(limiter.waiting).toBe(3);
    gates[1]?.resolve();
    await settled();
    expect(started).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve();
    await Promise.all(runs);
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it('passes the slot on when a task fails', async () => {
    const limiter = new Limiter(1);
    const failing = limiter.run(async () => {
      throw new Error('no');
    });
    const next = limiter.run(async () => 'yes');
    await expect(failing).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });

  it('lets nobody slip in while a slot passes to the next task', async () => {
    const limiter = new Limiter(1);
    let active = 0;
    const task = async () => {
      active += 1;
      expect(active).toBe(1);
      await settled();
      active -= 1;
    };
    const first = limiter.run(task);
    const second = limiter.run(task);
    await first;
    await Promise.all([second, limiter.run(task)]);
    expect(limiter.waiting).toBe(0);
  });
});
