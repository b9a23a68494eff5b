import { beforeEach, describe, expect, it } from 'vitest';
import { FairShare } from '../../src/application/admission/fair-share.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { createVirtualClock, type VirtualClock } from '../testkit/virtual-clock.ts';

const FINE = 0;
const LATE = 10;
const VERY_LATE = 60;

describe('what there is for anybody of a node', () => {
  let clock: VirtualClock;
  let share: FairShare;
  let isLate: number;
  beforeEach(() => {
    clock = createVirtualClock();
    share = new FairShare();
    isLate = FINE;
    share.watch({ clock, log: createRecordingLog(), latenessMs: () => isLate, lateMs: 5 });
  });
  /** A look for each: how late the node was before it. */
  const look = (...lateness: readonly number[]) => {
    for (const each of lateness) {
      isLate = each;
      clock.advance(50);
    }
    isLate = FINE;
  };
  const afterSeconds = (seconds: number) => {
    clock.advance(seconds * 1_000);
    return share.part;
  };

  it('is all of it after one pause, however long', () => {
    look(VERY_LATE, FINE, VERY_LATE, FINE);
    expect(share.part).toBe(1);
  });

  it('is halved as long as the node is late, down to a sixteenth', () => {
    look(LATE, LATE);
    expect(share.part).toBe(1 / 2);
    look(LATE, LATE, LATE, LATE, LATE);
    expect(share.part).toBe(1 / 16);
  });

  it('is a sixteenth at once where the node is very late twice on end, and not where it was so once', () => {
    look(VERY_LATE, LATE);
    expect(share.part).toBe(1 / 2);
    look(FINE, VERY_LATE, VERY_LATE);
    expect(share.part).toBe(1 / 16);
  });

  it('comes back quickly, then slowly about half of what was too much, and then quickly again', () => {
    look(VERY_LATE, VERY_LATE);
    const [first, second] = [afterSeconds(10), afterSeconds(10)];
    expect(first).toBeGreaterThan(0.3);
    expect(second).toBeGreaterThan(0.45);
    expect(afterSeconds(20)).toBeLessThan(0.55);
    expect(afterSeconds(20)).toBeLessThan(1);
    expect(afterSeconds(10)).toBe(1);
  });

  it('comes back to half of what was too much at first, though the node is late again meanwhile', () => {
    look(VERY_LATE, VERY_LATE, FINE, LATE, LATE, FINE, VERY_LATE, VERY_LATE);
    expect(afterSeconds(33)).toBeCloseTo(0.5, 1);
    expect(afterSeconds(20)).toBeLessThan(0.75);
  });

  it('comes back to less where the node is late with what there was by then', () => {
    look(VERY_LATE, VERY_LATE);
    const tooMuch = afterSeconds(20);
    look(VERY_LATE, VERY_LATE);
    expect(afterSeconds(26)).toBeCloseTo(tooMuch / 2, 1);
    expect(afterSeconds(10)).toBeLessThan(tooMuch);
  });
});
