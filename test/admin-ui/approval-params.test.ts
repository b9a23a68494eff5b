import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../admin-ui/src/pages/approval/changes.ts';
import { paramRows } from '../../admin-ui/src/pages/approval/param-rows.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    title: { type: 'string', description: 'What it is about' },
    place: { type: 'object', properties: { city: { type: 'string' } } },
    minutes: { type: 'integer' },
  },
};

describe('params for whoever decides', () => {
  it('come in the order of the contract, with what it does not name marked, and nested ones below', () => {
    const params = { extra: [1, 2], minutes: 30, title: 'Standup', place: { room: 3, city: 'Graz' } };
    const rows = paramRows({ params, schema: SCHEMA, before: null });
    expect(rows.map(({ path, depth, type, isKnown }) => [path, depth, type, isKnown])).toEqual([
      ['title', 0, 'text', true],
      ['place', 0, 'object', true],
      ['place.city', 1, 'text', true],
      ['place.room', 1, 'number', false],
      ['minutes', 0, 'number', true],
      ['extra', 0, 'list', false],
    ]);
    expect(rows[0]?.description).toBe('What it is about');
    expect(rows.every(({ change }) => change === null)).toBe(true);
  });

  it('say which were changed, added and removed', () => {
    const before = { title: 'Standup', minutes: 30, place: { city: 'Graz' }, gone: null };
    const params = { title: 'Standup', minutes: 60, place: { city: 'Graz', room: 1 } };
    const changed = paramRows({ params, schema: SCHEMA, before }).filter(({ change }) => change !== null);
    expect(changed.map(({ path, change, before: old, value }) => [path, change, old, value])).toEqual([
      ['place', 'changed', { city: 'Graz' }, { city: 'Graz', room: 1 }],
      ['place.room', 'added', undefined, 1],
      ['minutes', 'changed', 30, 60],
      ['gone', 'removed', null, undefined],
    ]);
  });

  it('survive names that objects have by themselves', () => {
    const params = JSON.parse('{"__proto__": 1, "constructor": "x", "toString": null}');
    const rows = paramRows({ params, schema: SCHEMA, before: {} });
    expect(rows.map(({ name, isKnown, change }) => [name, isKnown, change])).toEqual([
      ['__proto__', false, 'added'],
      ['constructor', false, 'added'],
      ['toString', false, 'added'],
    ]);
  });
});

describe('what changed since an approval was shown', () => {
  const shown = {
    request: { action: 'calendar.schedule', params: { title: 'Standup', minutes: 30 } },
    effectiveParams: null,
    policyVersion: 3,
    contractVersion: 1,
    quorum: 1,
    expiresAt: '2030-01-01T00:00:00.000Z',
    holdReasons: [{ stage: 'policy_engine', rule: 0, reason: 'Long' }],
    decisions: [],
  } as unknown as Parameters<typeof changesBetween>[0];

  it('is said part by part', () => {
    const now = { ...shown, policyVersion: 4, quorum: 2, effectiveParams: { title: 'Standup', minutes: 60 } };
    expect(changesBetween(shown, now)).toEqual([
      { what: 'Param minutes', before: '30', after: '60' },
      { what: 'Policies', before: 'version 3', after: 'version 4' },
      { what: 'Approvals needed', before: '1', after: '2' },
    ]);
  });

  it('is nothing where nothing did, whatever the order of the members', () => {
    expect(changesBetween(shown, { ...shown, effectiveParams: { minutes: 30, title: 'Standup' } })).toEqual([]);
  });
});
