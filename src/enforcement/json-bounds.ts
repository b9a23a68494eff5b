import type { InputIssue } from '../domain/errors.ts';
import { PAYLOAD_MAX_BYTES } from '../domain/request.ts';

export const JSON_DEPTH_MAX = 32;
export const JSON_NODES_MAX = 4_096;

/** How large a JSON value may be. */
export type JsonBounds = { readonly depth: number; readonly nodes: number };

const PAYLOAD_BOUNDS: JsonBounds = { depth: JSON_DEPTH_MAX, nodes: JSON_NODES_MAX };

/** What the cost of looking at a value depends on. */
export type JsonSize = {
  /** Values, each member of a list or an object being one. */
  readonly nodes: number;
  /** UTF-16 units of all strings, keys included. */
  readonly chars: number;
  /** The sum of the squares of the strings' lengths. */
  readonly squaredChars: number;
};

/** Why a value cannot be taken. */
export type JsonProblem = { readonly problem: string };

/**
 * Measures a JSON value without recursion, so that no nesting exhausts the stack, and stops at the first bound that
 * it is over. What no JSON text can say (a number that is not finite, which `1e999` is read as) and what not every
 * JSON text can say (NUL and lone surrogates; I-JSON, RFC 7493 section 2.1) is a problem too.
 */
export function measureJson(value: unknown, bounds: JsonBounds = PAYLOAD_BOUNDS): JsonSize | JsonProblem {
  let nodes = 1;
  let chars = 0;
  let squaredChars = 0;
  let problem: string | null = null;

  const text = (string: string): void => {
    chars += string.length;
    squaredChars += string.length ** 2;
    if (!string.isWellFormed() || string.includes('\u0000')) problem ??= NOT_TEXT;
  };

  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each === 'string') text(each);
      else if (typeof each === 'number') {
        if (!Number.isFinite(each)) problem ??= 'holds a number that is too large to be represented';
      } else if (typeof each === 'object' && each !== null) {
        if (depth >= bounds.depth)
          return { problem: `is nested too deeply: at most ${bounds.depth} levels are allowed` };
        const keys = Array.isArray(each) ? null : Object.keys(each);
        const members = Array.isArray(each) ? each.length : (keys?.length ?? 0);
        nodes += members;
        if (nodes > bounds.nodes) {
          return { problem: `has too many values: at most ${bounds.nodes.toLocaleString('en')} are allowed` };
        }
        if (Array.isArray(each)) for (const item of each) next.push(item);
        for (const key of keys ?? []) {
          text(key);
          next.push((each as Record<string, unknown>)[key]);
        }
      } else if (each !== null && typeof each !== 'boolean') problem ??= 'is not JSON';
    }
    level = next;
  }
  return problem === null ? { nodes, chars, squaredChars } : { problem };
}

/** No bound on their number: every value is at least a byte or two of JSON, and bytes are bounded. */
const RESULT_BOUNDS: JsonBounds = { depth: JSON_DEPTH_MAX, nodes: Number.POSITIVE_INFINITY };

const NOT_TEXT = 'holds text that is not well-formed Unicode, or the character U+0000';

/**
 * Whether params are within what one request may carry: 32 levels, 4,096 values, 64 KiB as JSON. Their number is bounded
 * because conditions and contracts look at each of them. `writtenBytes` is their size as they were written, where that is
 * known. Never throws, whatever the value.
 */
export function checkJsonBounds(path: string, value: unknown, writtenBytes?: number): readonly InputIssue[] {
  const size = measureJson(value);
  if ('problem' in size) return [{ path, message: size.problem }];
  const bytes = writtenBytes ?? jsonBytes(value);
  if (bytes <= PAYLOAD_MAX_BYTES) return [];
  return [{ path, message: tooManyBytes(bytes, PAYLOAD_MAX_BYTES) }];
}

/** What keeps a result from being recorded; null when nothing does. Nobody looks at its values, so only bytes count. */
export function problemOfResult(
  value: unknown,
  maxBytes: number,
  writtenBytes?: number,
): (JsonProblem & { readonly isSize: boolean }) | null {
  const size = measureJson(value, RESULT_BOUNDS);
  if ('problem' in size) return { ...size, isSize: false };
  const bytes = writtenBytes ?? jsonBytes(value);
  return bytes <= maxBytes ? null : { problem: tooManyBytes(bytes, maxBytes), isSize: true };
}

/** The value's size as JSON. Only for what measureJson took: it recurses. */
export const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

export const tooManyBytes = (bytes: number, max: number): string =>
  `is ${bytes.toLocaleString('en')} bytes as JSON; at most ${max.toLocaleString('en')} are allowed`;
