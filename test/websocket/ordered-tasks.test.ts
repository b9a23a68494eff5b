import { describe, expect, it } from 'vitest';
import { OrderedTasks } from '../../src/transport/websocket/ordered-tasks.ts';

function setUp(max = 10) {
  const events: string[] = [];
  const tasks = new OrderedTasks({ max, onFull: () => events.push('full'), onRoom: () => events.push('room') });
  const gates: Record<string, () => void> = {};
  const run = (key: string, name: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gates[name] = resolve;
    tasks.run(key, async () => {
      events.push(`${name} begins`);
      await promise;
      events.push(`${name} ends`);
    });
  };
  const finish = async (name: string) => {
    gates[name]?.();
    await new Promise(setImmediate);
  };
  return { tasks, events, run, finish };
}

describe('tasks', () => {
  it('of one key run in their order, those of different keys side by side', async () => {
    const { events, run, finish } = setUp();
    run('a', 'a1');
    run('a', 'a2');
    run('b', 'b1');
    await finish('b1');
    await finish('a1');
    await finish('a2');
    expect(events).toEqual(['a1 begins', 'b1 begins', 'b1 ends', 'a1 ends', 'a2 begins', 'a2 ends']);
  });

  it('tell once when there are too many, and once when half of them are done', async () => {
    const { tasks, events, run, finish } = setUp(4);
    for (const name of ['1', '2', '3', '4', '5']) run(name, name);
    expect(tasks.size).toBe(5);
    for (const name of ['1', '2', '3', '4', '5']) await finish(name);
    expect(events.filter((each) => each === 'full' || each === 'room')).toEqual(['full', 'room']);
    expect(events.indexOf('room')).toBe(events.indexOf('3 ends') + 1);
    expect(tasks.size).toBe(0);
  });

  it('may let the next of their key begin, whose turn comes when they have ended', async () => {
    const { tasks, events, run, finish } = setUp();
    const first = Promise.withResolvers<void>();
    tasks.run('a', () => first.promise, { letsNextBegin: true });
    tasks.run('a', async (turn) => {
      events.push('second begins');
      await turn;
      events.push('second has its turn');
    });
    run('a', 'third');
    await finish('none');
    expect(events).toEqual(['second begins']);
    first.resolve();
    await finish('third');
    expect(events).toEqual(['second begins', 'second has its turn', 'third begins', 'third ends']);
    expect(tasks.size).toBe(0);
  });

  it('leave nothing behind', async () => {
    const { tasks, run, finish } = setUp();
    for (let n = 0; n < 100; n++) {
      run(`key ${n}`, 'task');
      await finish('task');
    }
    expect(tasks.size).toBe(0);
  });
});
