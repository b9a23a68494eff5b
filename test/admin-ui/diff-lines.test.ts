import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changesInContext,
  type DiffLine,
  diffLines,
  documentLines,
} from '../../admin-ui/src/pages/agent/diff-lines.ts';

const textOf = (lines: readonly DiffLine[], ...kinds: readonly DiffLine['kind'][]) =>
  lines.filter(({ kind }) => kinds.includes(kind)).map(({ text }) => text);

describe('diffLines', () => {
  it('leads from the one text to the other', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const difference = diffLines(before, after);
        expect(textOf(difference, 'same', 'removed')).toEqual(before);
        expect(textOf(difference, 'same', 'added')).toEqual(after);
      }),
    );
  });

  it('keeps what both have', () => {
    expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([
      { kind: 'same', text: 'a' },
      { kind: 'removed', text: 'b' },
      { kind: 'added', text: 'x' },
      { kind: 'same', text: 'c' },
    ]);
  });

  it('does not stall on long texts: it looks for nothing that they have in common', () => {
    // Each line compared with each would take more memory than there is.
    const [before, after] = ['b', 'a'].map((letter) => Array.from({ length: 100_000 }, (_, i) => letter + i));
    expect(diffLines(before ?? [], after ?? [])).toHaveLength(200_000);
  });
});

describe('changesInContext', () => {
  it('leaves out what is far from any change, and says how much', () => {
    const before = Array.from({ length: 20 }, (_, i) => String(i));
    const after = before.with(10, 'x');
    expect(changesInContext(diffLines(before, after)).map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'skipped 7 lines as before',
      'same 7',
      'same 8',
      'same 9',
      'removed 10',
      'added x',
      'same 11',
      'same 12',
      'same 13',
      'skipped 6 lines as before',
    ]);
  });

  it('of no change is nothing but that', () => {
    expect(changesInContext(diffLines(['a', 'b'], ['a', 'b']))).toEqual([
      { kind: 'skipped', text: '2 lines as before' },
    ]);
  });
});

const UNSAID = {
  title: null,
  description: null,
  resultFormat: 'JSON',
  resultSchema: null,
  hints: { readOnly: null, destructive: null, idempotent: null, openWorld: null },
  textParam: null,
} as const;

describe('documentLines', () => {
  it('say what the author wrote, and nothing of what is left out', () => {
    const hints = { ...UNSAID.hints, idempotent: false };
    const capabilities = [{ ...UNSAID, hints, action: 'x', title: 'X', paramsSchema: {}, constraints: {} }];
    const lines = documentLines({ capabilities });
    expect(JSON.parse(lines.join(''))).toEqual({
      x: { title: 'X', paramsSchema: {}, constraints: {}, hints: { idempotent: false } },
    });
  });

  it('do not depend on the order in which a schema was written', () => {
    const version = (paramsSchema: Record<string, unknown>) => ({
      id: '1',
      version: 1,
      isActive: true,
      createdAt: '2026-01-01T00:00:00Z',
      capabilities: [{ ...UNSAID, action: 'x', paramsSchema, constraints: {} }],
    });
    expect(documentLines(version({ type: 'object', title: 't' }))).toEqual(
      documentLines(version({ title: 't', type: 'object' })),
    );
  });
});
