import { choicesOf, mapOf, type Normal } from './assertions.ts';
import { type Place, type Problem, pathOf } from './problem.ts';
import { inJson, wordsOfChoices, wordsOfNoneOf } from './words.ts';

/** What an alternative finds wrong with the value. */
export type Attempt = {
  /** The alternative, its reference resolved. */
  readonly schema: Normal;
  /** At least one. */
  readonly problems: readonly Problem[];
};

/** Alternatives that are told one by one. */
const TOLD_MAX = 3;

/**
 * What to tell of a value that fits none of several alternatives: the problems of the one that was meant, where the
 * value's type or a member that tells the alternatives apart shows which; what they all find wrong; or else one
 * problem of the whole that says what each asks for.
 */
export function problemsOfUnion(attempts: readonly Attempt[], value: unknown, place: Place): readonly Problem[] {
  const ofKind = attempts.filter(({ problems }) => kindProblem(problems, place) === undefined);
  if (ofKind.length === 0) return [ofNoKind(attempts, value, place)];
  const name = discriminatorOf(ofKind, value);
  const meant = name === null ? ofKind : ofKind.filter(({ schema }) => mayBe(schema, name, value));
  if (name !== null && meant.length === 0) return [ofNoName(ofKind, name, value, place)];
  const [first, ...others] = meant;
  if (first === undefined || others.length === 0) return first?.problems ?? [];
  const shared = first.problems.filter((one) =>
    others.every(({ problems }) => problems.some((each) => isSame(one, each))),
  );
  return shared.length > 0 ? shared : [summary(meant, place)];
}

/** It is another kind of value altogether, or none of the values that are allowed. */
const kindProblem = (problems: readonly Problem[], place: Place): Problem | undefined =>
  problems.find((each) => each.place === place && (each.keyword === 'type' || each.keyword === 'enum'));

function ofNoKind(attempts: readonly Attempt[], value: unknown, place: Place): Problem {
  const kinds = attempts.flatMap(({ problems }) => kindProblem(problems, place) ?? []);
  const allowedBy = (keyword: string) => [
    ...new Set(kinds.flatMap((each) => (each.keyword === keyword ? (each.allowed ?? []) : []))),
  ];
  const types = allowedBy('type').map(String);
  const choices = allowedBy('enum');
  if (types.length === 0) return { place, keyword: 'enum', says: wordsOfChoices(choices, value), allowed: choices };
  return { place, keyword: 'type', says: wordsOfNoneOf(types, choices.map(inJson), value), allowed: types };
}

/** The member that tells the alternatives apart: each of them lists the values that it may have. */
function discriminatorOf(attempts: readonly Attempt[], value: unknown): string | null {
  if (attempts.length < 2 || typeof value !== 'object' || value === null) return null;
  const names = Object.keys(mapOf(attempts[0]?.schema.properties));
  return names.find((name) => attempts.every(({ schema }) => valuesOf(schema, name).length > 0)) ?? null;
}

const valuesOf = (schema: Normal, name: string): readonly unknown[] =>
  choicesOf(mapOf(mapOf(schema.properties)[name])).flat();

const mayBe = (schema: Normal, name: string, value: unknown): boolean =>
  Object.hasOwn(Object(value), name) && valuesOf(schema, name).includes(Reflect.get(Object(value), name));

/** The member that tells them apart is not there, or is none of the values that any of them lists. */
function ofNoName(attempts: readonly Attempt[], name: string, value: unknown, place: Place): Problem {
  const allowed = [...new Set(attempts.flatMap(({ schema }) => valuesOf(schema, name)))];
  const isThere = Object.hasOwn(Object(value), name);
  const says = wordsOfChoices(allowed, isThere ? Reflect.get(Object(value), name) : undefined);
  return { place: { within: place, name }, keyword: 'enum', says: isThere ? says : `is required and ${says}`, allowed };
}

const isSame = (one: Problem, other: Problem): boolean =>
  one.says === other.says && pathOf(one.place) === pathOf(other.place);

function summary(attempts: readonly Attempt[], place: Place): Problem {
  const prefix = pathOf(place).length + 1;
  const told = attempts.slice(0, TOLD_MAX).map(({ problems: [first] }, index) => {
    const within = first === undefined ? '' : pathOf(first.place).slice(prefix);
    return `${index + 1}. ${within === '' ? '' : `${within} `}${first?.says}`;
  });
  const rest = attempts.length > TOLD_MAX ? '; and so on' : '';
  return {
    place,
    keyword: 'anyOf',
    says: `must fit one of ${attempts.length} alternatives: ${told.join('; ')}${rest}`,
  };
}
