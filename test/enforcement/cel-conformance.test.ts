import { tests as SUITE } from '@bufbuild/cel-spec/testdata/conformance.js';
import { describe, expect, it } from 'vitest';
import { CompiledCel } from '../../src/enforcement/policy/cel/evaluate.ts';
import { Meter } from '../../src/enforcement/policy/cel/meter.ts';
import { parseCel } from '../../src/enforcement/policy/cel/parse.ts';

/**
 * The specification's own conformance data, for the parts that rules have. A value is compared inside of a program,
 * as rules only ever yield true or false.
 */

type Value = Readonly<Record<string, unknown>>;
type Case = {
  readonly expr: string;
  readonly value?: Value;
  readonly evalError?: unknown;
  readonly container?: string;
  readonly typeEnv?: unknown;
  readonly bindings?: unknown;
  readonly checkOnly?: boolean;
  readonly typedResult?: unknown;
};
type Suite = {
  readonly name: string;
  readonly tests?: readonly { readonly original: Case }[];
  readonly suites?: readonly Suite[];
};

/** The sections that speak of what rules have, and how many of their cases must have been tried and be right. */
const SECTIONS: Readonly<Record<string, number>> = {
  basic: 26,
  comparisons: 188,
  conversions: 56,
  fp_math: 27,
  integer_math: 49,
  lists: 31,
  logic: 30,
  macros: 40,
  parse: 106,
  string: 45,
  timestamps: 71,
};

/** What differs from the specification on purpose. Everything else that is taken must be right. */
const DEPARTURES: readonly (readonly [because: string, is: (expr: string, outcome: string) => boolean])[] = [
  ['values of different types cannot be compared', (_, outcome) => outcome.includes('cannot be compared')],
  ['names in objects are text', (_, outcome) => outcome.includes('a name in an object is text')],
  ['dividing by zero is an error, and there are no NaN and no infinity', (expr) => expr.includes('0.0/0.0')],
  ['ints and doubles are compared exactly', (expr) => expr.includes('9223372036854775808.0')],
];

const casesOf = ({ tests = [], suites = [] }: Suite): readonly Case[] => [
  ...tests.map(({ original }) => original),
  ...suites.flatMap(casesOf),
];

/** The value as a program writes it; null where rules have no such values. */
function written(value: Value = { boolValue: true }): string | null {
  const [[kind, content] = []] = Object.entries(value);
  switch (kind) {
    case 'int64Value':
    case 'boolValue':
      return String(content);
    case 'nullValue':
      return 'null';
    case 'stringValue':
      return JSON.stringify(content);
    case 'doubleValue':
      return /^[-\d.e+]+$/.test(String(content)) ? `double("${content}")` : null;
    case 'listValue': {
      const items = ((content as { values?: readonly Value[] }).values ?? []).map(written);
      return items.includes(null) ? null : `[${items.join(', ')}]`;
    }
    default:
      return null;
  }
}

function outcomeOf(text: string): string {
  const parsed = parseCel(text);
  if (!parsed.ok) return `refused: ${parsed.message}`;
  try {
    const scope = { meter: new Meter(1_000_000), read: () => null };
    return String(new CompiledCel(parsed.program).holds(scope));
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : error}`;
  }
}

describe('the specification’s conformance data', () => {
  it.each(Object.entries(SECTIONS))('%s', (name, least) => {
    const section = (SUITE as unknown as Suite).suites?.find((suite) => suite.name === name);
    const wrong: string[] = [];
    let right = 0;
    for (const test of section === undefined ? [] : casesOf(section)) {
      const { expr, value, evalError } = test;
      if (test.container || test.typeEnv || test.bindings || test.checkOnly || test.typedResult) continue;
      const expected = evalError === undefined ? written(value) : 'true';
      if (expected === null) continue;
      const outcome = outcomeOf(`dyn(${expr}) == ${expected}`);
      const isRight = evalError === undefined ? outcome === 'true' : /^(error|refused)/.test(outcome);
      if (isRight) right += 1;
      else if (!outcome.startsWith('refused') && !DEPARTURES.some(([, is]) => is(expr, outcome))) {
        wrong.push(`${expr} is ${outcome}, not ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(right).toBeGreaterThanOrEqual(least);
  });
});
