import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter, type Turn } from '../../agent-sdk/src/limiter.ts';
import { settled } from './fake-clock.ts';

const SENDERS = ['a', 'b', 'c', 'd'];

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

  /** One slot that is taken; `begun` says whose turns have come since, and `next` frees the slot again. */
  function behindOne(limit = 1) {
    const limiter = new Limiter(limit);
    const begun: string[] = [];
    const leaving: (() => void)[] = [];
    const take = (whose: string, name = whose) => {
      const turn = limiter.turn(whose);
      let isLeft = false;
      void Promise.resolve(turn.coming).then(() => {
        if (isLeft) return;
        begun.push(name);
        leaving.push(turn.leave);
      });
      return () => {
        isLeft = true;
        turn.leave();
      };
    };
    const next = async (turns = 1) => {
      for (let each = 0; each < turns; each += 1) {
        await settled();
        leaving.shift()?.();
      }
      await settled();
      return begun.splice(0);
    };
    return { limiter, take, next };
  }

  it('goes round those who wait, and keeps the order of each', async () => {
    const { take, next } = behindOne();
    take('x');
    for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) take(name.charAt(0), name);
    await expect(next(6)).resolves.toEqual(['x', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('has whoever comes anew next, before those who had a turn', async () => {
    const { take, next } = behindOne();
    for (let each = 0; each < 200; each += 1) take('stranger');
    await next(3);
    take('honest');
    await expect(next()).resolves.toEqual(['honest']);
    await expect(next()).resolves.toEqual(['stranger']);
    take('honest');
    await expect(next(3)).resolves.toEqual(['honest', 'stranger', 'stranger']);
  });

  it('comes round to everybody, whoever comes anew meanwhile', async () => {
    const { take, next } = behindOne();
    take('patient', 'first');
    take('patient', 'second');
    const turns: string[] = [];
    for (let each = 0; each < 10; each += 1) {
      take(`new ${each}`);
      turns.push(...(await next()));
    }
    expect(turns.indexOf('second')).toBeGreaterThan(0);
    expect(turns.indexOf('second')).toBeLessThan(4);
  });

  it('does not let two who take turns at it keep a third waiting', async () => {
    const { take, next } = behindOne();
    take('a');
    take('b');
    take('c', 'c1');
    take('c', 'c2');
    const turns: string[] = [];
    for (let each = 0; each < 8; each += 1) {
      const begun = await next();
      turns.push(...begun);
      for (const whose of begun) if (whose === 'a' || whose === 'b') take(whose);
    }
    expect(turns).toContain('c2');
  });

  it('forgets what was left while it waited', async () => {
    const { limiter, take, next } = behindOne();
    take('x');
    const left = take('a', 'left');
    take('a', 'stays');
    take('b');
    await settled();
    left();
    left();
    expect([limiter.waiting, limiter.waitingOf('a'), limiter.waitingOf('b')]).toEqual([2, 1, 1]);
    await expect(next(2)).resolves.toEqual(['x', 'stays', 'b']);
    expect([limiter.waiting, limiter.waitingOf('a')]).toEqual([0, 0]);
    await next();
    expect(limiter.hasSlot).toBe(true);
  });

  it('never has more turns than slots, none lost and none kept waiting for long, whatever comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(
          fc.oneof(
            fc.record({ take: fc.constantFrom(...SENDERS) }),
            fc.record({ end: fc.nat(5) }),
            fc.record({ giveUp: fc.nat(20) }),
          ),
          { maxLength: 60 },
        ),
        async (limit, steps) => {
          const limiter = new Limiter(limit);
          type Taken = { whose: string; turn: Turn; state: 'waiting' | 'running' };
          /** Turns of others since who waits had one. */
          const passedBy = new Map<string, number>();
          const taken: Taken[] = [];
          const those = (state: Taken['state']) => taken.filter((each) => each.state === state);
          const leave = (each: Taken | undefined) => {
            each?.turn.leave();
            if (each) taken.splice(taken.indexOf(each), 1);
          };
          const apply = async (step: (typeof steps)[number]) => {
            if ('take' in step) {
              const each: Taken = { whose: step.take, turn: limiter.turn(step.take), state: 'waiting' };
              taken.push(each);
              void Promise.resolve(each.turn.coming).then(() => {
                each.state = 'running';
                for (const [whose, turns] of passedBy) passedBy.set(whose, whose === each.whose ? 0 : turns + 1);
              });
            } else if ('end' in step) leave(those('running')[step.end]);
            else leave(those('waiting')[step.giveUp]);
            await settled();
            expect(those('running').length).toBe(Math.min(limit, taken.length));
            expect(limiter.waiting).toBe(those('waiting').length);
            for (const whose of SENDERS) {
              const own = those('waiting').filter((each) => each.whose === whose).length;
              expect(limiter.waitingOf(whose)).toBe(own);
              passedBy.set(whose, own === 0 ? 0 : (passedBy.get(whose) ?? 0));
              // Each of the others has one turn in what is left of a round, and one in the next.
              expect(passedBy.get(whose)).toBeLessThanOrEqual(2 * (SENDERS.length - 1));
            }
          };
          for (const step of steps) await apply(step);
          while (taken.length > 0) await apply({ end: 0 });
          expect(limiter.hasSlot).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
