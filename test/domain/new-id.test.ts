import { version } from 'uuid';
import { expect, it } from 'vitest';
import { newId, newSecretId } from '../../src/domain/new-id.ts';
import { isUuid } from '../../src/domain/uuid.ts';

it('makes UUIDs of version 7, each greater than the one before, also of one millisecond', () => {
  const begun = Date.now();
  const ids = Array.from({ length: 10_000 }, newId);
  for (const id of ids) expect(isUuid(id) && version(id)).toBe(7);
  expect(ids).toEqual([...new Set(ids)].sort());
  const first = Number.parseInt((ids[0] ?? '').replace('-', '').slice(0, 12), 16);
  expect(first).toBeGreaterThanOrEqual(begun);
  expect(first).toBeLessThanOrEqual(Date.now());
});

it('makes UUIDs of version 7 of which all but the time is random, also of one millisecond', () => {
  const time = Date.parse('2026-11-30T05:00:00.123Z');
  const ids = Array.from({ length: 1_000 }, () => newSecretId(time));
  expect(new Set(ids).size).toBe(1_000);
  const bits = ids.map((id) => BigInt(`0x${id.replaceAll('-', '')}`));
  for (const id of ids) expect(isUuid(id) && version(id)).toBe(7);
  for (const bit of bits) expect(bit >> 80n).toBe(BigInt(time));
  const vary = Array.from({ length: 128 }, (_, at) => new Set(bits.map((bit) => (bit >> BigInt(at)) & 1n)).size === 2);
  expect(vary.filter(Boolean)).toHaveLength(73);
});
