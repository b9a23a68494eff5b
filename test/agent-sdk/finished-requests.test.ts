import { describe, expect, it } from 'vitest';
import { FinishedRequests } from '../../agent-sdk/src/finished-requests.ts';
import type { Outcome } from '../../agent-sdk/src/outcome.ts';

const completed = (json: string): Outcome => ({ status: 'completed', json });

describe('FinishedRequests', () => {
  it('forgets the least recently used beyond its number', () => {
    const memory = new FinishedRequests({ maxEntries: 2, maxCharacters: 1_000 });
    memory.remember('a', completed('1'));
    memory.remember('b', completed('2'));
    memory.get('a');
    memory.remember('c', completed('3'));
    expect([memory.has('a'), memory.has('b'), memory.has('c')]).toEqual([true, false, true]);
  });

  it('forgets beyond its size, and never the newest', () => {
    const memory = new FinishedRequests({ maxEntries: 10, maxCharacters: 10 });
    memory.remember('a', completed('"aaaa"'));
    memory.remember('b', completed('"bbbb"'));
    expect([memory.has('a'), memory.has('b')]).toEqual([false, true]);
    memory.remember('large', completed('"larger than all"'));
    expect([memory.has('b'), memory.has('large')]).toEqual([false, true]);
  });

  it('knows which outcomes the platform may not have', () => {
    const memory = new FinishedRequests({ maxEntries: 2, maxCharacters: 1_000 });
    memory.remember('a', completed('1'));
    memory.remember('b', completed('2'));
    memory.settle('a');
    expect([...memory.unsettled]).toEqual(['b']);
    memory.remember('c', completed('3'));
    memory.remember('d', completed('4'));
    expect([...memory.unsettled]).toEqual(['c', 'd']);
  });

  it('counts a replaced outcome once', () => {
    const memory = new FinishedRequests({ maxEntries: 10, maxCharacters: 10 });
    for (let time = 0; time < 20; time += 1) memory.remember('a', completed('"aaa"'));
    memory.remember('b', completed('"bbb"'));
    expect([memory.has('a'), memory.has('b')]).toEqual([true, true]);
  });
});
