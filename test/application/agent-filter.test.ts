import { describe, expect, it } from 'vitest';
import { agentFilterOf, searchWords } from '../../src/application/agents/agent-filter.ts';

describe('searchWords', () => {
  it('tells words apart by any space, each once, the longest first', () => {
    expect(searchWords('  a\tlonger \n longest\u00a0a  longer')).toEqual(['longest', 'longer', 'a']);
    expect(searchWords('')).toEqual([]);
  });

  it('leaves out what is inside another word', () => {
    expect(searchWords('ordinary din ordinary dinar Din')).toEqual(['ordinary', 'Din']);
  });

  it('takes five words at most, of 64 characters at most, from the first 200 characters', () => {
    expect(searchWords('one two three four five six')).toEqual(['three', 'four', 'five', 'one', 'two']);
    expect(searchWords('x'.repeat(1_000))).toEqual(['x'.repeat(64)]);
    expect(searchWords(`${' '.repeat(200)}beyond`)).toEqual([]);
  });

  it('cuts no character in two', () => {
    expect(searchWords('🦀'.repeat(300))).toEqual(['🦀'.repeat(64)]);
    expect(searchWords(`x${'🦀'.repeat(300)}`).every((word) => word.isWellFormed())).toBe(true);
  });
});

describe('agentFilterOf', () => {
  it('matches nothing for a text that no database holds', () => {
    for (const text of ['\u0000', '\ud800']) {
      expect(agentFilterOf({ search: text }, new Date())).toBeNull();
      expect(agentFilterOf({ action: text }, new Date())).toBeNull();
    }
  });
});
