import { checkJsonBounds } from '../json-bounds.ts';
import type { Stage } from '../pipeline.ts';

/** Holds a result to what one request may carry. */
export function createPayloadBounds(): Stage<'result'> {
  return {
    name: 'payload_bounds',
    evaluate({ result }) {
      const [issue] = checkJsonBounds('result', result);
      return issue === undefined
        ? { decision: 'PASS' }
        : { decision: 'DENY', kind: 'INVALID_RESULT', reason: issue.message };
    },
  };
}
