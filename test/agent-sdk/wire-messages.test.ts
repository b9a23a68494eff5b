import { describe, expect, it } from 'vitest';
import { platformMessageOf } from '../../agent-sdk/src/wire-messages.ts';

describe('platformMessageOf', () => {
  it('reads a delivery', () => {
    const message = {
      type: 'request.received',
      request_id: 'r1',
      action: 'calendar.schedule',
      params: { title: 'Standup' },
      sender_id: 's1',
      context_id: 'talk',
      attempt: 2,
      expires_at: '2026-02-11T00:05:00Z',
    };
    expect(platformMessageOf(JSON.stringify(message))).toEqual({
      type: 'request.received',
      delivery: {
        requestId: 'r1',
        action: 'calendar.schedule',
        params: { title: 'Standup' },
        senderId: 's1',
        contextId: 'talk',
        attempt: 2,
        expiresAt: '2026-02-11T00:05:00Z',
      },
    });
  });

  it('reads a delivery as the original wrote it, without attempt and expiry', () => {
    const text = '{"type":"request.received","request_id":"r1","action":"a","params":{},"sender_id":"s1"}';
    expect(platformMessageOf(text)).toMatchObject({ delivery: { attempt: 1, expiresAt: '' } });
  });

  it('reads cancel, ping and error', () => {
    expect(platformMessageOf('{"type":"request.cancel","request_id":"r1","reason":"expired"}')).toEqual({
      type: 'request.cancel',
      requestId: 'r1',
      reason: 'expired',
    });
    expect(platformMessageOf('{"type":"ping"}')).toEqual({ type: 'ping' });
    expect(
      platformMessageOf('{"type":"error","code":"request_finished","message":"Too late.","request_id":"r1"}'),
    ).toEqual({ type: 'error', requestId: 'r1', answer: { kind: 'finished', message: 'Too late.' } });
    expect(platformMessageOf('{"type":"error","code":"invalid_message","message":"No."}')).toEqual({
      type: 'error',
      requestId: undefined,
      answer: { kind: 'refused', message: 'No.' },
    });
  });

  it('takes an error that ended its request for the end of it', () => {
    const text = '{"type":"error","code":"invalid_message","message":"No.","request_id":"r1","status":"failed"}';
    expect(platformMessageOf(text)).toMatchObject({ answer: { kind: 'finished' } });
  });

  it.each([
    ['invalid_message', 'refused'],
    ['request_not_found', 'finished'],
    ['unavailable', 'not-now'],
    ['internal_error', 'not-now'],
    ['of_a_later_version', 'not-now'],
  ])('takes the error %s for %s', (code, kind) => {
    const text = JSON.stringify({ type: 'error', code, message: 'No.', request_id: 'r1' });
    expect(platformMessageOf(text)).toMatchObject({ answer: { kind, message: 'No.' } });
  });

  it.each(['', 'no json', '[]', 'null', '{"type":"news"}', '{"type":"request.received"}', '{"type":"request.cancel"}'])(
    'ignores %j',
    (text) => {
      expect(platformMessageOf(text)).toBeUndefined();
    },
  );
});
