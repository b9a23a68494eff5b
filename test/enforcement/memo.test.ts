import { expect, test, vi } from 'vitest';
import { Memo } from '../../src/enforcement/memo.ts';

type Source = { readonly text: string };

function memo(weightMax: number) {
  const make = vi.fn(({ text }: Source) => ({ made: text }));
  const isSame = (one: Source, other: Source) => one.text === other.text;
  return {
    make,
    kept: new Memo<Source, { made: string }>({ weightMax, make, weigh: ({ made }) => made.length, isSame }),
  };
}

test('a document is made something of once, also when it is loaded again', () => {
  const { make, kept } = memo(10);
  const first = kept.get('a', { text: 'x' });
  expect(kept.get('a', { text: 'x' })).toBe(first);
  expect(make).toHaveBeenCalledTimes(1);
});

test('another document with the same id is another document', () => {
  const { kept } = memo(10);
  kept.get('a', { text: 'x' });
  expect(kept.get('a', { text: 'y' })).toEqual({ made: 'y' });
});

test('what is kept never weighs more than it may; the least recently used goes first', () => {
  const { make, kept } = memo(10);
  const documents = { a: { text: 'aaaa' }, b: { text: 'bbbb' }, c: { text: 'cccc' } };
  kept.get('a', documents.a);
  kept.get('b', documents.b);
  kept.get('a', documents.a);
  kept.get('c', documents.c);
  make.mockClear();
  kept.get('a', documents.a);
  expect(make).not.toHaveBeenCalled();
  kept.get('b', documents.b);
  expect(make).toHaveBeenCalledTimes(1);
});

test('what weighs too much alone is made each time, and pushes nothing out', () => {
  const { make, kept } = memo(3);
  kept.get('a', { text: 'a' });
  kept.get('big', { text: 'large' });
  kept.get('big', { text: 'large' });
  make.mockClear();
  kept.get('a', { text: 'a' });
  expect(make).not.toHaveBeenCalled();
});
