import type { Scalar } from '../policy/expression.ts';
import { printable } from '../printable.ts';
import { type Offer, typesOfParam } from './offer.ts';
import type { Term } from './term.ts';
import {
  ANYTHING,
  BOOLEAN,
  DURATION,
  FALSE,
  kinds,
  LIST,
  NOTHING,
  NULL,
  NUMBER,
  OBJECT,
  TEXT,
  TIMESTAMP,
  TRUE,
  type Types,
  typeOfJson,
  typesInWords,
} from './types.ts';

/** What a term can come to. */
export type Meaning = {
  /** Nothing where it can never be evaluated. */
  readonly types: Types;
  /** Whether it may also be impossible to evaluate. */
  readonly mayFail: boolean;
  /** Its value, where it is the same for every request. */
  readonly constant?: Scalar;
};

/** What a term is asked for: its own value, or whether it is true. */
export type Role = 'value' | 'truth';

/** What is found while a rule is read for requests of one action. */
export type Listener = {
  /** The term can never be evaluated: what it needs is not what it gets. */
  mismatch(term: Term, as: Role, problem: string): void;
  /** The term can be evaluated. */
  fits(term: Term, as: Role): void;
  /** The param is not there. */
  absent(term: Term & { readonly kind: 'param' }): void;
};

/** A rule took more steps to read than there are. */
export class TooManySteps extends Error {}

/** Steps for all rules and all actions of a publication: some tens of milliseconds. */
const STEPS_MAX = 400_000;

export class Steps {
  #left = STEPS_MAX;
  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new TooManySteps();
  }
}

const FAILS: Meaning = { types: NOTHING, mayFail: true };

/**
 * What a rule can come to for requests of one action that keep to its schema, or for any request where `offer` is null.
 * Sure rather than clever: what cannot be told counts as possible.
 */
export class Reader {
  readonly #offer: Offer | null;
  readonly #listener: Listener;
  readonly #steps: Steps;

  constructor(offer: Offer | null, listener: Listener, steps: Steps) {
    this.#offer = offer;
    this.#listener = listener;
    this.#steps = steps;
  }

  read(term: Term): Meaning {
    this.#steps.spend();
    switch (term.kind) {
      case 'literal':
        return constant(term.value);
      case 'fact':
        if (term.name === 'action' && this.#offer !== null) return constant(this.#offer.action);
        return { types: term.types, mayFail: false };
      case 'param':
        return this.#param(term);
      case 'has':
        return typesOfParam(this.#offer, term.path) === NOTHING
          ? { types: FALSE, mayFail: false, constant: false }
          : { types: BOOLEAN, mayFail: true };
      case 'list': {
        const items = term.items.map((item) => this.read(item));
        if (items.some(({ types }) => types === NOTHING)) return FAILS;
        return { types: LIST, mayFail: items.some(({ mayFail }) => mayFail) };
      }
      case 'not': {
        const operand = this.#boolean(term.operand, this.read(term.operand), '"not"');
        return { types: swapped(operand.types), mayFail: operand.mayFail };
      }
      case 'sign':
        return this.#number(term, [this.read(term.operand)]);
      case 'logical':
        return this.#logical(term);
      case 'compare':
        return this.#compare(term);
      case 'in':
        return this.#in(term);
      case 'arithmetic':
        return this.#arithmetic(term);
      case 'conditional': {
        const test = this.#boolean(term.test, this.read(term.test), '"?"');
        const whenTrue = (test.types & TRUE) === 0 ? FAILS : this.read(term.whenTrue);
        const whenFalse = (test.types & FALSE) === 0 ? FAILS : this.read(term.whenFalse);
        return { types: whenTrue.types | whenFalse.types, mayFail: true };
      }
      case 'opaque':
        for (const operand of term.operands) this.read(operand);
        return { types: term.types, mayFail: true };
    }
  }

  /** A rule must come to true or false. */
  readRule(term: Term): Meaning {
    return this.#boolean(term, this.read(term), 'A rule');
  }

  #param(term: Term & { readonly kind: 'param' }): Meaning {
    const all = typesOfParam(this.#offer, term.path);
    if (all === NOTHING) {
      this.#listener.absent(term);
      return FAILS;
    }
    const types = term.plain ? all & ~OBJECT : all;
    if (types === NOTHING) return this.#mismatch(term, `${term.shown} is an object, which a condition cannot read`);
    // Whether it is required does not matter here: what may fail is nobody's mistake.
    return { types, mayFail: true };
  }

  #boolean(term: Term, { types, mayFail }: Meaning, what: string): Meaning {
    if (types === NOTHING) return FAILS;
    if ((types & BOOLEAN) === 0) {
      return this.#mismatch(term, `${what} needs true or false; ${shown(term, types)}`, 'truth');
    }
    this.#listener.fits(term, 'truth');
    return { types: types & BOOLEAN, mayFail: mayFail || (types & ~BOOLEAN) !== 0 };
  }

  #logical({ operator, left, right, forgiving }: Term & { readonly kind: 'logical' }): Meaning {
    const [decides, goesOn] = operator === 'and' ? [FALSE, TRUE] : [TRUE, FALSE];
    const what = forgiving ? (operator === 'and' ? '"&&"' : '"||"') : `"${operator}"`;
    const one = this.#boolean(left, this.read(left), what);
    const isReached = forgiving ? one.types !== decides : (one.types & goesOn) !== 0;
    if (!isReached) return { types: one.types & decides, mayFail: one.mayFail };
    const other = this.#boolean(right, this.read(right), what);
    const types = (one.types & decides) | (one.types & goesOn ? other.types : forgiving ? other.types & decides : 0);
    return { types, mayFail: one.mayFail || other.mayFail };
  }

  #compare(term: Term & { readonly kind: 'compare' }): Meaning {
    const { operator } = term;
    const [one, other] = [this.read(term.left), this.read(term.right)];
    if (one.types === NOTHING || other.types === NOTHING) return FAILS;
    const common = kinds(one.types) & kinds(other.types);
    const isEquality = operator === '==' || operator === '!=';
    const hasNull = ((one.types | other.types) & NULL) !== 0;
    const fits = isEquality ? common !== NOTHING || hasNull : (common & term.ordered) !== NOTHING;
    if (!fits) {
      const never = isEquality ? 'they can never be equal' : `"${operator}" has no meaning for them`;
      return this.#mismatch(term, `${shown(term.left, one.types)} and ${shown(term.right, other.types)}: ${never}`);
    }
    this.#listener.fits(term, 'value');
    const mayFail = one.mayFail || other.mayFail || kinds(one.types) !== kinds(other.types);
    if (!isEquality || one.constant === undefined || other.constant === undefined) return { types: BOOLEAN, mayFail };
    return { ...truth((one.constant === other.constant) === (operator === '==')), mayFail };
  }

  #in(term: Term & { readonly kind: 'in' }): Meaning {
    const { needle, haystack } = term;
    const sought = this.read(needle);
    const list = this.read(haystack);
    if (sought.types === NOTHING || list.types === NOTHING) return FAILS;
    if ((list.types & (LIST | OBJECT | DURATION)) === 0) {
      return this.#mismatch(term, `"in" needs a list to its right; ${shown(haystack, list.types)}`);
    }
    const items = haystack.kind === 'list' ? haystack.items.map((item) => this.read(item)) : null;
    const ofItems = items?.reduce<Types>((sum, { types }) => sum | types, NOTHING) ?? ANYTHING;
    const fits = ((kinds(sought.types) & kinds(ofItems)) | ((sought.types | ofItems) & NULL)) !== NOTHING;
    if (items !== null && items.length > 0 && !fits) {
      return this.#mismatch(term, `${shown(needle, sought.types)} and can never be one of ${typesInWords(ofItems)}`);
    }
    this.#listener.fits(term, 'value');
    const mayFail = sought.mayFail || list.mayFail;
    const values = items?.map((item) => item.constant);
    if (sought.constant === undefined || !values?.every((each) => each !== undefined))
      return { types: BOOLEAN, mayFail };
    return { ...truth(values.includes(sought.constant)), mayFail };
  }

  #arithmetic(term: Term & { readonly kind: 'arithmetic' }): Meaning {
    const operands = [this.read(term.left), this.read(term.right)];
    if (operands.some(({ types }) => types === NOTHING)) return FAILS;
    const common = operands.reduce((types, each) => types & each.types, ANYTHING);
    const hasOther = operands.some(({ types }) => (types & (DURATION | TIMESTAMP)) !== 0);
    if (hasOther) return { types: ANYTHING, mayFail: true };
    if (term.operator === '+' && (common & (TEXT | LIST)) !== 0) {
      return { types: common & (NUMBER | TEXT | LIST), mayFail: true };
    }
    return this.#number(term, operands);
  }

  #number(term: Term, operands: readonly Meaning[]): Meaning {
    const wrong = operands.find(({ types }) => (types & (NUMBER | DURATION)) === 0);
    if (operands.some(({ types }) => types === NOTHING)) return FAILS;
    if (wrong) return this.#mismatch(term, `arithmetic needs numbers; a side of it is ${typesInWords(wrong.types)}`);
    this.#listener.fits(term, 'value');
    return { types: NUMBER, mayFail: operands.some(({ types, mayFail }) => mayFail || types !== NUMBER) };
  }

  #mismatch(term: Term, problem: string, as: Role = 'value'): Meaning {
    this.#listener.mismatch(term, as, problem);
    return FAILS;
  }
}

/** `params_to is a list`, with what stands there where it is short. */
function shown(term: Term, types: Types): string {
  const words = typesInWords(types);
  if (term.kind === 'param') return `${printable(term.shown)} is ${words}`;
  if (term.kind === 'fact') return `${term.name} is ${words}`;
  if (term.kind === 'literal') return `${printable(JSON.stringify(term.value))} is ${words}`;
  return `a side of it is ${words}`;
}

const constant = (value: Scalar): Meaning => ({ types: typeOfJson(value), mayFail: false, constant: value });

const truth = (value: boolean): Meaning => ({ types: value ? TRUE : FALSE, mayFail: false, constant: value });

const swapped = (types: Types): Types => ((types & TRUE) === 0 ? 0 : FALSE) | ((types & FALSE) === 0 ? 0 : TRUE);
