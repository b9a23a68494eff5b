/** Longer names are not compared, and of more names only the first: what strangers send must stay cheap to answer. */
const LENGTH_MAX = 64;
const NAMES_MAX = 256;
/** How much of a name may differ for it to be taken for a slip of the pen. */
const DIFFERENT_MAX = 0.34;
/** So much of a name that begins or ends another one is enough to mean it. */
const PART_MIN = 4;

/**
 * Which of the names was probably meant by one that is none of them, or null if none is near. Case, `_`, `-`, `.` and
 * spaces do not tell names apart; letters that are missing, superfluous, wrong or swapped do, a little.
 */
export function closestName(name: string, names: Iterable<string>): string | null {
  if (name.length > LENGTH_MAX) return null;
  const given = plain(name);
  let closest: string | null = null;
  let least = DIFFERENT_MAX;
  let left = NAMES_MAX;
  for (const each of names) {
    left -= 1;
    if (left < 0) break;
    if (each === name || each.length > LENGTH_MAX) continue;
    const difference = differenceOf(given, plain(each));
    if (difference > least || (difference === least && closest !== null)) continue;
    closest = each;
    least = difference;
  }
  return closest;
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_.-]/g, '');

/** From 0, the same, to 1, nothing in common. */
function differenceOf(one: string, other: string): number {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (long.length === 0) return 1;
  const share = distance(short, long) / long.length;
  const isPart = short.length >= PART_MIN && (long.startsWith(short) || long.endsWith(short));
  return isPart ? Math.min(share, DIFFERENT_MAX) : share;
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours that lead from one to the other. */
function distance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + (isSame ? 0 : 1),
          isSwap ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  return at(last, other.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
