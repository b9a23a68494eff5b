/** A line that both have, that is taken away, or that is added. */
export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added' | 'gap';
  readonly text: string;
}

/** More pairs of lines than these are not compared one by one: what is between the same beginning and end is replaced. */
const PAIRS_MAX = 4_000_000;
const CONTEXT = 3;

/** What makes the one into the other, with three lines around each change; empty where they are the same. */
export function diff(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const shorter = Math.min(before.length, after.length) - head;
  while (tail < shorter && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const changed = compared(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  if (changed.length === 0) return [];
  return withContext([...same(before.slice(0, head)), ...changed, ...same(before.slice(before.length - tail))]);
}

const same = (texts: readonly string[]): readonly DiffLine[] => texts.map((text) => ({ kind: 'same', text }));

/** By the longest common subsequence. */
function compared(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  const removed = (text: string): DiffLine => ({ kind: 'removed', text });
  const added = (text: string): DiffLine => ({ kind: 'added', text });
  if (before.length * after.length > PAIRS_MAX) return [...before.map(removed), ...after.map(added)];
  const width = after.length + 1;
  // How long the longest one of what is left of both is.
  const longest = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number) => longest[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const isSame = before[row] === after[column];
      longest[row * width + column] = isSame
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: DiffLine[] = [];
  for (let row = 0, column = 0; row < before.length || column < after.length; ) {
    const [old, fresh] = [before[row], after[column]];
    if (old !== undefined && old === fresh) {
      found.push({ kind: 'same', text: old });
      row += 1;
      column += 1;
    } else if (old !== undefined && (fresh === undefined || at(row + 1, column) >= at(row, column + 1))) {
      found.push(removed(old));
      row += 1;
    } else if (fresh !== undefined) {
      found.push(added(fresh));
      column += 1;
    }
  }
  return found;
}

function withContext(lines: readonly DiffLine[]): readonly DiffLine[] {
  const isNear = new Uint8Array(lines.length);
  for (const [index, { kind }] of lines.entries()) {
    if (kind !== 'same') isNear.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  }
  const shown: DiffLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (isNear[index]) shown.push(line);
    else if (shown.at(-1)?.kind !== 'gap') shown.push({ kind: 'gap', text: '' });
  }
  return shown;
}
