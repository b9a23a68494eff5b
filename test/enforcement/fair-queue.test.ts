import { describe, expect, test } from 'vitest';
import { FairQueue } from '../../src/isolate/fair-queue.ts';

/** Everything that waits, in the order in which it is served. */
function served(queue: FairQueue<string>): string[] {
  const items: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) items.push(item);
  return items;
}

const filled = (max: number, ...items: string[]) => {
  const queue = new FairQueue<string>(max);
  for (const item of items) queue.add(item.charAt(0), item);
  return queue;
};

describe('a fair queue', () => {
  test('serves the owners in turn, each in its order', () => {
    expect(served(filled(9, 'a1', 'a2', 'a3', 'b1', 'b2', 'c1'))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('serves whoever comes late after one of each owner that waits', () => {
    const queue = filled(9, 'a1', 'a2', 'a3', 'a4');
    expect(queue.take()).toBe('a1');
    queue.add('b', 'b1');
    expect(served(queue)).toEqual(['a2', 'b1', 'a3', 'a4']);
  });

  test('that is full makes room for others at the cost of whoever has most waiting', () => {
    const queue = filled(3, 'a1', 'a2', 'a3');
    expect(queue.add('b', 'b1')).toBe('a3');
    expect(queue.size).toBe(3);
    expect(queue.add('a', 'a4')).toBe('a4');
    expect(queue.add('b', 'b2')).toBe('b2');
    expect(queue.add('c', 'c1')).toBe('a2');
    expect(served(queue)).toEqual(['a1', 'b1', 'c1']);
  });

  test('lets go of what is taken out', () => {
    const queue = filled(3, 'a1', 'a2', 'b1');
    queue.remove('a', 'a1');
    queue.remove('a', 'nothing');
    queue.remove('b', 'b1');
    expect(queue.size).toBe(1);
    expect(queue.add('c', 'c1')).toBeNull();
    expect(queue.clear()).toEqual(['a2', 'c1']);
    expect(served(queue)).toEqual([]);
  });
});
