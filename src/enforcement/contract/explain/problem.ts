import type { InputIssue } from '../../../domain/errors.ts';
import { printable } from '../../printable.ts';

/** A part of a value: each member of a list or an object leads to the one that it is in. */
export type Place = { readonly within: Place; readonly name: string } | null;

/** One thing that is wrong with a value, as somebody reads it who knows the place: `must be at least 15`. */
export type Problem = {
  readonly place: Place;
  /** The schema's keyword that says so. */
  readonly keyword: string;
  readonly says: string;
  /** What the value may be instead, where the keyword lists that: JSON Schema's types, or the allowed values. */
  readonly allowed?: readonly unknown[];
};

/** Everything that is wrong with a value, as far as it is told. */
export type ValueProblems = {
  /** At most DENIAL_ISSUES_MAX. */
  readonly issues: readonly InputIssue[];
  /** There are more than those. */
  readonly hasMore: boolean;
};

/** Each is stored with the request. */
const PATH_MAX = 160;
const MESSAGE_MAX = 240;

/** The place as a path that begins at `params`, lists counted from 0: `params.attendees.0.email`. */
export function pathOf(place: Place): string {
  const names: string[] = [];
  for (let at = place; at !== null; at = at.within) names.push(printable(at.name));
  return printable(['params', ...names.reverse()].join('.'), PATH_MAX);
}

export const issueOf = (path: string, message: string): InputIssue => ({
  path,
  message: printable(message, MESSAGE_MAX),
});

/** Collects problems up to a number of them; the same one is collected once. */
export class ProblemList {
  readonly #byText = new Map<string, Problem>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.#byText.size >= this.#max;
  }

  get all(): readonly Problem[] {
    return [...this.#byText.values()];
  }

  add(problem: Problem): void {
    if (this.isFull) return;
    const text = `${pathOf(problem.place)} ${problem.says}`;
    if (!this.#byText.has(text)) this.#byText.set(text, problem);
  }
}

/** The problems of a value that is elsewhere than in `params`: its paths begin at `root`. */
export const rootedAt = (root: string, { issues, hasMore }: ValueProblems): ValueProblems => ({
  issues: issues.map(({ path, message }) => ({ path: `${root}${path.slice('params'.length)}`, message })),
  hasMore,
});

/** The problems in one readable sentence: the first of them, and how many more there are. */
export function sentenceOf({ issues, hasMore }: ValueProblems): string {
  const [first] = issues;
  if (first === undefined) return 'params do not match the schema of the action';
  const others = issues.length - 1;
  const more = hasMore ? `at least ${others + 1} more, of which ${others} are listed` : `${others} more`;
  return `${first.path} ${first.message}${others === 0 && !hasMore ? '' : ` (and ${more})`}`;
}
