import { closestName } from '../../domain/closest-name.ts';
import type { PolicyAction } from '../../domain/policy.ts';
import { isUuid } from '../../domain/uuid.ts';
import { printable, quoted } from '../printable.ts';
import { type Listener, Reader, type Role, type Steps } from './meaning.ts';
import type { Offer, Offers } from './offer.ts';
import { isConstant, type Term, withinTerm } from './term.ts';
import { NOTHING, TRUE } from './types.ts';

export type RuleFinding = {
  readonly severity: 'error' | 'warning';
  /** It holds with the contract that it was checked against, and may not with another one. */
  readonly dependsOnContract: boolean;
  readonly message: string;
};

/** What is said of actions by name before it is "and 5 more". */
const ACTIONS_NAMED = 3;

/**
 * What there is to say about what one rule says, alone and with what the contract offers; null where there is no
 * contract. A warning only where there is no error.
 */
export function checkRule(term: Term, action: PolicyAction, offers: Offers | null, steps: Steps): RuleFinding[] {
  const constants = problemsOfConstants(term);
  if (constants.length > 0) return constants.map(alone('error'));
  const anywhere = new Tally();
  new Reader(null, anywhere, steps).readRule(term);
  const errors = anywhere.mismatches.map(alone('error'));
  if (offers === null || offers.all.length === 0) return errors.length > 0 ? errors : warningsAlone(term);
  const { everywhere, outcomes } = readForAll(term, offers, steps);
  const ofContract = everywhere.mismatchesBesides(anywhere).map(withContract('error'));
  if (errors.length + ofContract.length > 0) return [...errors, ...ofContract];
  const unknown = unknownParams(term, offers);
  return [
    ...warningsAlone(term),
    ...[
      ...unknownActions(term, offers),
      ...unknown.map(({ message }) => message),
      ...deniedActions(outcomes, action, new Set(unknown.map(({ name }) => name))),
    ].map(withContract('warning')),
  ];
}

type Severity = RuleFinding['severity'];
const alone = (severity: Severity) => (message: string) => ({ severity, dependsOnContract: false, message });
const withContract = (severity: Severity) => (message: string) => ({ severity, dependsOnContract: true, message });

const ROLES = ['value', 'truth'] as const satisfies readonly Role[];

/** Counts what was found in a rule, over several readings of it. */
class Tally implements Listener {
  readonly #mismatches = { value: new Map<Term, string>(), truth: new Map<Term, string>() };
  readonly #fitting = { value: new Set<Term>(), truth: new Set<Term>() };
  /** Of the latest reading. */
  why: Why | null = null;

  mismatch(term: Term, as: Role, problem: string): void {
    this.why ??= { problem };
    this.#mismatches[as].set(term, problem);
  }

  fits(term: Term, as: Role): void {
    this.#fitting[as].add(term);
  }

  absent({ path, shown }: Term & { readonly kind: 'param' }): void {
    this.why ??= { absent: path[0] ?? '', shown };
  }

  /** What did not fit in any reading. */
  get mismatches(): readonly string[] {
    const problems = ROLES.flatMap((as) =>
      [...this.#mismatches[as]].filter(([term]) => !this.#fitting[as].has(term)).map(([, problem]) => problem),
    );
    return [...new Set(problems)];
  }

  /** Those that the other one has not. */
  mismatchesBesides(other: Tally): readonly string[] {
    const known = new Set(other.mismatches);
    return this.mismatches.filter((each) => !known.has(each));
  }
}

type Why = { readonly problem: string } | { readonly absent: string; readonly shown: string };
type Outcome = {
  readonly offer: Offer;
  readonly isAlwaysTrue: boolean;
  readonly neverHolds: boolean;
  readonly why: Why | null;
};

function readForAll(term: Term, { all }: Offers, steps: Steps) {
  const everywhere = new Tally();
  const outcomes = all.map((offer): Outcome => {
    everywhere.why = null;
    const { types, mayFail } = new Reader(offer, everywhere, steps).readRule(term);
    return { offer, isAlwaysTrue: types === TRUE && !mayFail, neverHolds: types === NOTHING, why: everywhere.why };
  });
  return { everywhere, outcomes };
}

function problemsOfConstants(term: Term): readonly string[] {
  if (term.kind === 'literal' && typeof term.value === 'boolean') return [];
  if (isConstant(term)) return ['The rule says the same of every request; write True or False if that is meant'];
  const compared = [...withinTerm(term)].filter(
    (each) => (each.kind === 'compare' || each.kind === 'in') && isConstant(each),
  );
  return compared.length > 0 ? ['Two constants are compared, which says the same of every request'] : [];
}

/** What a variable is compared with: texts only. */
function textsComparedWith(term: Term, name: string): readonly string[] {
  const isIt = (each: Term) => each.kind === 'fact' && each.name === name;
  return [...withinTerm(term)].flatMap((each) => {
    if (each.kind === 'compare')
      return isIt(each.left) ? textsOf(each.right) : isIt(each.right) ? textsOf(each.left) : [];
    if (each.kind !== 'in' || !isIt(each.needle) || each.haystack.kind !== 'list') return [];
    return each.haystack.items.flatMap(textsOf);
  });
}

const textsOf = (term: Term): readonly string[] =>
  term.kind === 'literal' && typeof term.value === 'string' ? [term.value] : [];

function warningsAlone(term: Term): RuleFinding[] {
  const texts = ['sender_id', 'sender.id'].flatMap((name) => textsComparedWith(term, name));
  return [...new Set(texts)].flatMap((text) => {
    if (isUuid(text)) return [];
    const why = isUuid(text.toLowerCase())
      ? 'ids are written in lower case'
      : 'ids are UUIDs such as 019ab3c2-1b22-7d4f-9a32-6c7b1e0f5d22, no names and no handles';
    return [alone('warning')(`${quoted(text)} is the id of no sender: ${why}`)];
  });
}

function unknownActions(term: Term, { actions }: Offers): readonly string[] {
  const named = new Set(textsComparedWith(term, 'action'));
  return [...named]
    .filter((name) => !actions.has(name))
    .map((name) => `No capability has the action ${quoted(name)}${meant(name, actions)}`);
}

function unknownParams(term: Term, { all, names }: Offers): readonly { name: string; message: string }[] {
  if (!all.every(({ namesParams }) => namesParams)) return [];
  const named = new Map<string, string>();
  for (const each of withinTerm(term)) {
    if (each.kind === 'param' || each.kind === 'has') named.set(each.path[0] ?? '', each.shown);
  }
  return [...named.keys()]
    .filter((name) => !all.some((offer) => offer.of([name]).isDescribed))
    .map((name) => ({ name, message: `No capability has a param ${quoted(name)}${meant(name, names)}` }));
}

/** Actions whose every request the rule denies, or of which it waives nothing, and why. */
function deniedActions(
  outcomes: readonly Outcome[],
  action: PolicyAction,
  unknown: ReadonlySet<string>,
): readonly string[] {
  const byReason = new Map<string, string[]>();
  const deny = (reason: string, { offer }: Outcome) => {
    byReason.set(reason, [...(byReason.get(reason) ?? []), offer.action]);
  };
  for (const outcome of outcomes) {
    const { why } = outcome;
    if (action === 'REJECT' && outcome.isAlwaysTrue) deny('it is always true', outcome);
    else if (outcome.neverHolds && why !== null) {
      if ('problem' in why) deny(`it cannot be evaluated, as ${why.problem}`, outcome);
      else if (!unknown.has(why.absent)) deny(absence(why.shown), outcome);
    }
  }
  const all = outcomes.length;
  const does = action === 'WAIVE_APPROVAL' ? 'The rule waives nothing for' : 'The rule denies';
  return [...byReason].map(([reason, actions]) => {
    const which = actions.length === all ? 'every request' : `every request of ${inWords(actions)}`;
    return `${does} ${which}: ${reason}`;
  });
}

const absence = (shown: string): string =>
  `it reads ${printable(shown)}, which is not described there; name the actions first that have it`;

function inWords(actions: readonly string[]): string {
  const named = actions.slice(0, ACTIONS_NAMED).map((each) => quoted(each));
  const more = actions.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

/** What was probably meant, as the end of a sentence. */
export function meant(name: string, names: Iterable<string>): string {
  const closest = closestName(name, names);
  return closest === null ? '' : `; did you mean ${quoted(closest)}?`;
}
