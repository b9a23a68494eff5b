import { describe, expect, it } from 'vitest';
import { ActionError, ActionFailedError } from '../../agent-sdk/src/errors.ts';
import { describeError, failed, MAX_RESULT_BYTES, outcomeOfResult } from '../../agent-sdk/src/outcome.ts';

/** What a sender learns of what is none of its business. */
const NOTHING = { code: 'agent_error', message: 'The agent failed to do this.' };

describe('outcomeOfResult', () => {
  it('keeps the result as it was when the handler returned it', () => {
    const result = { event_id: 'evt-1' };
    const outcome = outcomeOfResult(result);
    result.event_id = 'changed';
    expect(outcome).toEqual({ status: 'completed', json: '{"event_id":"evt-1"}' });
  });

  it('takes nothing for null', () => {
    expect(outcomeOfResult(undefined)).toEqual({ status: 'completed', json: 'null' });
  });

  it.each([
    ['a function', () => {}],
    ['a bigint', 1n],
    ['a circle', circle()],
  ])('fails for %s, which is no JSON', (_what, result) => {
    expect(outcomeOfResult(result)).toMatchObject({ status: 'failed', code: 'result_not_json' });
  });

  it('takes 64 KiB and not a byte more', () => {
    const quotes = 2;
    expect(outcomeOfResult('x'.repeat(MAX_RESULT_BYTES - quotes)).status).toBe('completed');
    expect(outcomeOfResult('x'.repeat(MAX_RESULT_BYTES - quotes + 1))).toMatchObject({ code: 'result_too_large' });
    expect(outcomeOfResult('ü'.repeat(MAX_RESULT_BYTES / 2))).toMatchObject({ code: 'result_too_large' });
  });
});

describe('what a thrown error becomes', () => {
  it.each([
    [new ActionError('calendar.full', 'No slot.'), { code: 'calendar.full', message: 'No slot.' }],
    [new ActionFailedError('calendar.full', 'No slot.'), { code: 'calendar.full', message: 'No slot.' }],
    [new Error('database password is hunter2'), NOTHING],
    [Object.assign(new Error('hunter2'), { code: 'ECONNREFUSED' }), NOTHING],
    [{ code: 'agent.code', message: 'hunter2' }, NOTHING],
    ['hunter2', NOTHING],
    [Object.create(null), NOTHING],
  ])('%#: what an ActionError says, and nothing of anything else', (error, failure) => {
    expect(describeError(error)).toEqual(failure);
  });

  it('tells nothing of what a result threw while it was written as JSON', () => {
    const result = {
      toJSON() {
        throw new Error('hunter2');
      },
    };
    const heard: unknown[] = [];
    expect(JSON.stringify(outcomeOfResult(result, undefined, (error) => heard.push(error)))).not.toContain('hunter2');
    expect(heard).toMatchObject([{ message: 'hunter2' }]);
  });

  it('is bounded, well-formed and never empty', () => {
    const sanitised = failed('x'.repeat(65), `a\0b\ud800${'c'.repeat(5_000)}`);
    expect(sanitised).toMatchObject({ code: 'agent_error' });
    const { message } = sanitised as { message: string };
    expect(message.length).toBe(2_000);
    expect(message.startsWith('ab\ufffd')).toBe(true);
    expect(failed('code', '  ')).toMatchObject({ message: NOTHING.message });
  });
});

function circle(): object {
  const object: { self?: object } = {};
  object.self = object;
  return object;
}
