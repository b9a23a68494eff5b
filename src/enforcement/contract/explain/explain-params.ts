import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { JsonObject, JsonValue } from '../../../domain/contract.ts';
import { DENIAL_ISSUES_MAX } from '../../../domain/verdict.ts';
import type { PatternCompiler } from '../compile-schema.ts';
import { pointedAt } from '../local-reference.ts';
import type { ReadSchema } from '../read-schema.ts';
import { mapOf } from './assertions.ts';
import type { WalkTools } from './in-place.ts';
import { issueOf, ProblemList, pathOf, type ValueProblems } from './problem.ts';
import { look } from './walk.ts';

/**
 * How much is looked at, in steps of some tens of nanoseconds each, so that looking for problems is bounded by itself,
 * whatever the schema and the value: a few milliseconds.
 */
export const STEPS_MAX = 50_000;
/** Subschemas within subschemas, those of references and of parts of the value included. */
const DEPTH_MAX = 400;

/** Looks for what is wrong with a value that a schema does not take. It decides nothing. */
export type Explain = (value: JsonValue, stepsMax?: number) => ValueProblems;

class OutOfSteps extends Error {}

/**
 * The explanation of one schema, in its normal form; `document` is the schema as its author wrote it, for what that
 * says to people. It finds nothing in what the schema takes, and may find nothing where the steps are not enough.
 */
export function explanationOf(schema: ReadSchema, document: JsonObject, engineOf: PatternCompiler): Explain {
  const pointers = new Map(schema.nodes.map(({ normal, pointer }) => [normal, pointer]));

  return (value, stepsMax = STEPS_MAX) => {
    let left = stepsMax;
    let depth = 0;
    const charge = (steps: number): void => {
      left -= steps;
      if (left < 0) throw new OutOfSteps();
    };
    const tools: WalkTools = {
      charge,
      matchesPattern(pattern, text) {
        charge(8 + ((schema.patterns.get(pattern)?.size ?? 0) * text.length) / 4);
        return engineOf(pattern).test(text);
      },
      matchesFormat(format, value) {
        charge(typeof value === 'string' ? value.length ** 2 / 32 : 1);
        return matchesFormat(format, value);
      },
      exampleOf: (normal) => exampleAt(document, pointers.get(normal)),
      referred: (reference) => schema.targets[Number(String(reference).slice('#/$defs/'.length))]?.normal,
      fits(subschema, value) {
        const own = new ProblemList(1);
        look(subschema, value, { place: null, found: own, tools });
        return own.all.length === 0;
      },
      within(work) {
        depth += 1;
        if (depth > DEPTH_MAX) throw new OutOfSteps();
        const value = work();
        depth -= 1;
        return value;
      },
    };
    const found = new ProblemList(DENIAL_ISSUES_MAX + 1);
    try {
      look(schema.root.normal, value, { place: null, found, tools });
    } catch (error) {
      // What was found until then is told.
      if (!(error instanceof OutOfSteps)) throw error;
    }
    const issues = found.all.slice(0, DENIAL_ISSUES_MAX).map(({ place, says }) => issueOf(pathOf(place), says));
    return { issues, hasMore: found.isFull };
  };
}

const FORMATS: Readonly<Record<string, unknown>> = fullFormats;

/** As ajv has it: a format that it does not know is not checked. */
function matchesFormat(name: string, value: string | number): boolean {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (typeof format !== 'object' || format === null || format instanceof RegExp) {
    return typeof value !== 'string' || isOf(format, value);
  }
  const { type = 'string', validate } = format as { readonly type?: string; readonly validate?: unknown };
  return typeof value !== type || isOf(validate, value);
}

function isOf(check: unknown, value: string | number): boolean {
  if (check instanceof RegExp) return check.test(String(value));
  return typeof check !== 'function' || check(value) === true;
}

/** The first of a schema's own examples that is a text, for what its pattern cannot say. */
function exampleAt(document: JsonObject, pointer: string | undefined): string | null {
  const { examples, example } = pointer === undefined ? {} : mapOf(pointedAt(pointer, document));
  const texts = [...(Array.isArray(examples) ? examples : []), example];
  const first: unknown = texts.find((each) => typeof each === 'string');
  return typeof first === 'string' ? first : null;
}
