import { version } from 'uuid';
import { expect, it } from 'vitest';
import { newId } from '../../src/domain/new-id.ts';
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
