import { saidOf } from '../../components/said.ts';
import type { ContractFragment } from '../../generated/graphql.ts';

export type DiffLine = { readonly kind: 'same' | 'added' | 'removed' | 'skipped'; readonly text: string };

/** Unchanged lines that are shown around each change. */
const CONTEXT = 3;

/** Longer documents are compared from here on as wholes, so that comparing never stalls the page. */
const CELLS_MAX = 4_000_000;

type Written =
  | Pick<ContractFragment, 'capabilities'>
  | { readonly defaultAction: string; readonly rules: readonly object[] };

/** What a version says, as lines: only what its author wrote, always in the same order. */
export function documentLines(version: Written): readonly string[] {
  const content =
    'capabilities' in version
      ? Object.fromEntries(version.capabilities.map(saidOf).map(({ action, ...rest }) => [action, sorted(rest)]))
      : {
          defaultAction: version.defaultAction,
          rules: version.rules.map(written),
        };
  return JSON.stringify(content, null, 2).split('\n');
}

/** Without the name of the type that the client adds to what it reads. */
const written = (record: object) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== '__typename'));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/** The shortest way from one text to the other, by their longest common subsequence of lines. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  if (before.length * after.length > CELLS_MAX) {
    return [...before.map(line('removed')), ...after.map(line('added'))];
  }
  const width = after.length + 1;
  // How many lines the rests have in common, by where they begin.
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [left, right] = [before[i], after[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left });
      i += 1;
      j += 1;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'removed', text: left });
      i += 1;
    } else if (right !== undefined) {
      lines.push({ kind: 'added', text: right });
      j += 1;
    }
  }
  return lines;
}

/** Leaves out what is far from any change. */
export function changesInContext(lines: readonly DiffLine[]): readonly DiffLine[] {
  const isNear = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== 'same'),
  );
  const shown: DiffLine[] = [];
  for (let index = 0; index < lines.length; ) {
    const current = lines[index];
    if (current && isNear[index]) {
      shown.push(current);
      index += 1;
      continue;
    }
    const next = isNear.indexOf(true, index);
    const count = (next < 0 ? lines.length : next) - index;
    shown.push({ kind: 'skipped', text: count === 1 ? '1 line as before' : `${count} lines as before` });
    index += count;
  }
  return shown;
}

const line = (kind: DiffLine['kind']) => (text: string) => ({ kind, text });
