import {
  CAPABILITIES_MAX,
  CAPABILITY,
  type Capability,
  CONTRACT_MAX_BYTES,
  type JsonObject,
} from '../../domain/contract.ts';
import { type InputIssue, OverloadedError } from '../../domain/errors.ts';
import { checkTexts } from '../check-texts.ts';
import { type Isolate, IsolateFailure, ofChecks } from '../isolate.ts';
import { jsonBytes, tooManyBytes } from '../json-bounds.ts';
import { problemOfSchemaJson } from './analyse-schema.ts';
import type { SchemaAnswer } from './answer-job.ts';
import { checkConstraints } from './constraints.ts';

const ACTION = /^[A-Za-z0-9._:/-]+$/;
/** Front doors offer actions of their own under such names, and write what is none of these characters as one of them. */
const RESERVED = /^clawcierge[._:/]/i;
const SCHEMAS = ['paramsSchema', 'resultSchema'] as const;
const RETRY_AFTER_SECONDS = 1;
/** What all schemas of a contract may cost together to be compiled (compileSize): a few seconds. */
export const CONTRACT_SIZE_MAX = 262_144;

/**
 * Everything that is wrong with a contract about to be published. Paths such as `capabilities.0.paramsSchema`, from 0.
 * Schemas are read and compiled in the isolate, one after the other; after one that takes too long there, or
 * when all of them together are too large, the rest are not checked. Throws OverloadedError when the isolate has no room.
 */
export async function checkCapabilities(
  capabilities: readonly Capability[],
  isolate: Isolate,
  owner = '',
): Promise<readonly InputIssue[]> {
  if (capabilities.length > CAPABILITIES_MAX) {
    const message = `There are ${capabilities.length} capabilities; at most ${CAPABILITIES_MAX} are allowed`;
    return [{ path: 'capabilities', message }];
  }
  const issues: InputIssue[] = [];
  const firstWith = new Map<string, number>();
  let withTextParam: string | null = null;
  let isExhausted = false;
  let bytes = 0;
  let size = 0;
  for (const [index, capability] of capabilities.entries()) {
    const path = `capabilities.${index}`;
    const { action, constraints, textParam } = capability;
    const texts = checkTexts(path, CAPABILITY, capability);
    if (!texts.some((issue) => issue.path === `${path}.action`)) {
      const problem = problemOfAction(action) ?? problemOfRepetition(action, firstWith);
      if (problem !== null) issues.push({ path: `${path}.action`, message: problem });
    }
    issues.push(...texts);
    if (!firstWith.has(action)) firstWith.set(action, index);
    for (const field of SCHEMAS) {
      const schema = capability[field];
      if (schema === null || isExhausted) continue;
      const outcome = await checkSchema(schema, isolate, owner);
      for (const message of outcome.problems) issues.push({ path: `${path}.${field}`, message });
      size += outcome.size;
      bytes += outcome.bytes;
      if (size > CONTRACT_SIZE_MAX) issues.push(tooLargeTogether(`${path}.${field}`));
      isExhausted = outcome.isExhausted || size > CONTRACT_SIZE_MAX || bytes > CONTRACT_MAX_BYTES;
    }
    issues.push(...checkConstraints(`${path}.constraints`, constraints));
    if (textParam === null) continue;
    if (withTextParam === null) withTextParam = path;
    else
      issues.push({
        path: `${path}.textParam`,
        message: `Only one action takes plain text, and ${withTextParam} does already`,
      });
  }
  // Only what has no other problem can be measured.
  return issues.length > 0 ? issues : checkSize(capabilities);
}

function checkSize(capabilities: readonly Capability[]): readonly InputIssue[] {
  const bytes = jsonBytes(capabilities);
  if (bytes <= CONTRACT_MAX_BYTES) return [];
  return [{ path: 'capabilities', message: `The contract ${tooManyBytes(bytes, CONTRACT_MAX_BYTES)}` }];
}

const tooLargeTogether = (path: string): InputIssue => ({
  path,
  message: `The schemas up to this one have a size of more than ${CONTRACT_SIZE_MAX.toLocaleString('en')} when the repetitions of their regular expressions and their references are written out, which is too much for one contract`,
});

function problemOfAction(action: string): string | null {
  if (!ACTION.test(action)) return 'The action may hold the letters a to z and A to Z, digits and . _ - : / only';
  const [reserved] = RESERVED.exec(action) ?? [];
  return reserved === undefined
    ? null
    : `The action begins with "${reserved}", as only actions of the platform itself do`;
}

function problemOfRepetition(action: string, firstWith: ReadonlyMap<string, number>): string | null {
  const first = firstWith.get(action);
  return first === undefined ? null : `The action is the same as that of capabilities.${first}`;
}

type SchemaOutcome = SchemaAnswer & { readonly bytes: number; readonly isExhausted: boolean };

async function checkSchema(schema: JsonObject, isolate: Isolate, owner: string): Promise<SchemaOutcome> {
  const refused = (problem: string, isExhausted: boolean) => ({ problems: [problem], size: 0, bytes: 0, isExhausted });
  const problem = problemOfSchemaJson(schema);
  if (problem !== null) return refused(problem, false);
  const bytes = jsonBytes(schema);
  if (Object.keys(schema).length === 0) return { problems: [], size: 0, bytes, isExhausted: false };
  try {
    const answer = readAnswer(await isolate.run({ kind: 'checkSchema', schema }, undefined, ofChecks(owner)));
    return { ...answer, bytes, isExhausted: false };
  } catch (error) {
    if (!(error instanceof IsolateFailure)) throw error;
    if (error.kind === 'budget') return refused('The schema takes too long to compile', true);
    if (error.kind === 'memory') return refused('The schema takes too much memory to compile', true);
    throw new OverloadedError(RETRY_AFTER_SECONDS, 'Too much is being checked just now for the contract to be.', {
      cause: error,
    });
  }
}

/** What the isolate answered; anything but that is a failure, not a contract without problems. */
function readAnswer(answer: unknown): SchemaAnswer {
  if (typeof answer === 'object' && answer !== null && 'problems' in answer && 'size' in answer) {
    const { problems, size } = answer;
    const isList = Array.isArray(problems) && problems.every((each) => typeof each === 'string');
    if (isList && typeof size === 'number' && size >= 0) return { problems, size };
  }
  throw new IsolateFailure('crashed', answer);
}
