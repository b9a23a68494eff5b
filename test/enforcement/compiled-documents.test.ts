import { expect, test, vi } from 'vitest';
import { CompiledDocuments } from '../../src/enforcement/compiled-documents.ts';

type Source = { readonly text: string };

function cache(weightMaxKib: number) {
  const compile = vi.fn(({ text }: Source) => ({ made: text }));
  const isSame = (one: Source, other: Source) => one.text === other.text;
  const documents = new CompiledDocuments({ weightMaxKib });
  const weighKib = ({ made }: { readonly made: string }) => made.length;
  return {
    compile,
    of: documents.of<Source, { made: string }>({ name: 'text', compile, weighKib, isSame }),
    lengthOf: documents.of<Source, { length: number }>({
      name: 'length',
      compile: ({ text }) => ({ length: text.length }),
      weighKib: ({ length }) => length,
      isSame,
    }),
  };
}

test('a document is compiled once, also when it is loaded again', () => {
  const { compile, of } = cache(10);
  const first = of('a', { text: 'x' });
  expect(of('a', { text: 'x' })).toBe(first);
  expect(compile).toHaveBeenCalledTimes(1);
});

test('another document with the same id is another document', () => {
  const { of } = cache(10);
  of('a', { text: 'x' });
  expect(of('a', { text: 'y' })).toEqual({ made: 'y' });
});

test('what is kept never weighs more than it may; the least recently used goes first', () => {
  const { compile, of } = cache(10);
  const documents = { a: { text: 'aaaa' }, b: { text: 'bbbb' }, c: { text: 'cccc' } };
  of('a', documents.a);
  of('b', documents.b);
  of('a', documents.a);
  of('c', documents.c);
  compile.mockClear();
  of('a', documents.a);
  expect(compile).not.toHaveBeenCalled();
  of('b', documents.b);
  expect(compile).toHaveBeenCalledTimes(1);
});

test('what weighs too much alone is compiled each time, and pushes nothing out', () => {
  const { compile, of } = cache(3);
  of('a', { text: 'a' });
  of('big', { text: 'large' });
  of('big', { text: 'large' });
  compile.mockClear();
  of('a', { text: 'a' });
  expect(compile).not.toHaveBeenCalled();
});

test('documents of different kinds share the bound, and never their ids', () => {
  const { compile, of, lengthOf } = cache(10);
  expect(of('a', { text: 'aaaa' })).toEqual({ made: 'aaaa' });
  expect(lengthOf('a', { text: 'aaaa' })).toEqual({ length: 4 });
  lengthOf('b', { text: 'bbbb' });
  compile.mockClear();
  of('a', { text: 'aaaa' });
  expect(compile).toHaveBeenCalledTimes(1);
});
