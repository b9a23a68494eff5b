import { describe, expect, test } from 'vitest';
import { closestName } from '../../src/domain/closest-name.ts';

const FIELDS = ['title', 'duration_minutes', 'start', 'end', 'attendees', 'expires_in_seconds', 'params'];

describe('which name was meant', () => {
  test.each([
    ['titel', 'title'],
    ['durationMinutes', 'duration_minutes'],
    ['duration_min', 'duration_minutes'],
    ['duration-minutes', 'duration_minutes'],
    ['attendes', 'attendees'],
    ['expires_in', 'expires_in_seconds'],
    ['parms', 'params'],
    ['Start', 'start'],
  ])('%s is probably %s', (name, meant) => {
    expect(closestName(name, FIELDS)).toBe(meant);
  });

  test.each(['x', '', 'colour', 'constructor', 'weather'])('%j is none of them', (name) => {
    expect(closestName(name, FIELDS)).toBeNull();
  });

  test('the nearest of several, and the first of two that are as near', () => {
    expect(closestName('max_lenght', ['max_length', 'min_length'])).toBe('max_length');
    expect(closestName('cat', ['car', 'can'])).toBe('car');
  });

  test('names without a bound cost no more than names with one', () => {
    expect(closestName('a'.repeat(100_000), FIELDS)).toBeNull();
    expect(closestName('titel', ['t'.repeat(100_000), 'title'])).toBe('title');
    expect(
      closestName(
        'titel',
        (function* () {
          for (;;) yield 'nothing like it';
        })(),
      ),
    ).toBeNull();
  });
});
