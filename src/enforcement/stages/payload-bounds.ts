import { problemOfResult } from '../json-bounds.ts';
import type { Stage } from '../pipeline.ts';

/** Holds a result to what may be recorded: `maxBytes` as JSON, and no deeper than JSON texts may be nested. */
export function createPayloadBounds(maxBytes: number): Stage<'result'> {
  return {
    name: 'payload_bounds',
    evaluate({ result, bytes }) {
      const found = problemOfResult(result, maxBytes, bytes);
      if (found === null) return { decision: 'PASS' };
      const kind = found.isSize ? 'RESULT_TOO_LARGE' : 'UNUSABLE_RESULT';
      return { decision: 'DENY', kind, reason: found.problem };
    },
  };
}
