import { expect, it } from 'vitest';
import { MessageLimit } from '../../agent-sdk/src/message-limit.ts';

const closed = (code: number) => ({ kind: 'closed', code, reason: '' }) as const;

it('admits what it was told, and below what ended a connection with 1009', () => {
  const limit = new MessageLimit(1_000);
  expect([1_001, 1_000, 600].map((bytes) => limit.admits(bytes))).toEqual([false, true, true]);
  limit.learn(closed(1006));
  expect(limit.admits(800)).toBe(true);
  limit.learn(closed(1009));
  expect(limit.bytes).toBe(799);
  expect([800, 799].map((bytes) => limit.admits(bytes))).toEqual([false, true]);
});

it('never admits more than the platform said that it takes, or refused', () => {
  const limit = new MessageLimit(1_000);
  limit.told(5_000);
  expect(limit.bytes).toBe(1_000);
  limit.told(800);
  limit.refused(500);
  expect([500, 499].map((bytes) => limit.admits(bytes))).toEqual([false, true]);
});

it('learns nothing from a 1009 on a connection on which nothing was sent', () => {
  const limit = new MessageLimit(1_000);
  limit.learn(closed(1009));
  expect(limit.bytes).toBe(1_000);
});
