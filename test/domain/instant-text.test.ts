import { expect, it } from 'vitest';
import { instantText } from '../../src/domain/instant-text.ts';

const SECOND_MS = 1_000;

it('writes moments as toISOString does, whatever was written before', () => {
  const now = Date.now();
  const moments = [0, 1, -1, -62_000, -999_999, now, now + 64 * SECOND_MS, now - 64 * SECOND_MS, 8.64e15, -8.64e15];
  for (const moment of [...moments, ...moments.toReversed()]) {
    for (const ms of [moment, moment + (moment < 0 ? 7 : -7)]) {
      expect(instantText(new Date(ms))).toBe(new Date(ms).toISOString());
    }
  }
  expect(() => instantText(new Date(Number.NaN))).toThrow(RangeError);
});
