import { describe, expect, it } from 'vitest';
import type { Topic } from '../../src/application/ports/bus.ts';
import { decodeHint } from '../../src/bus/wire-hint.ts';
import { HINTS } from './hints.ts';

const overTheWire = (hint: unknown): unknown => JSON.parse(JSON.stringify(hint));

const REQUEST = { id: 'x', revision: 1, status: 'ACKED' };
const PROGRESS = { value: 1, total: null, message: null };

describe('a hint of another node', () => {
  it.each(Object.entries(HINTS))('under %s comes as it was sent', (topic, hints) => {
    for (const hint of hints) expect(decodeHint(topic, overTheWire(hint))).toEqual({ topic, hint });
  });

  it('loses whatever does not belong into it', () => {
    const hint = { ...REQUEST, params: { amount: 1 }, __proto__: { admin: true } };
    expect(decodeHint('request', hint)).toStrictEqual({ topic: 'request', hint: REQUEST });
  });

  it.each<[string, Topic | 'none', unknown]>([
    ['nothing', 'request', null],
    ['a text', 'request', 'request'],
    ['a list', 'request', []],
    ['one of no topic', 'none', REQUEST],
    ['one without an id', 'request', { ...REQUEST, id: undefined }],
    ['one with an endless id', 'request', { ...REQUEST, id: 'x'.repeat(256) }],
    ['one with half a revision', 'node', { ...REQUEST, revision: 1.5 }],
    ['one with a status that there is not', 'node', { ...REQUEST, status: 'PAID' }],
    ['progress of no attempt', 'request', { id: 'x', progress: PROGRESS }],
    ['progress without a number', 'request', { id: 'x', attempt: 1, progress: { ...PROGRESS, value: '1' } }],
    ['progress towards no number', 'request', { id: 'x', attempt: 1, progress: { ...PROGRESS, total: {} } }],
    ['endless progress', 'request', { id: 'x', attempt: 1, progress: { ...PROGRESS, message: 'x'.repeat(1_001) } }],
    ['the end of no request', 'outcome', { revision: 1 }],
    ['an event that there is not', 'registry', { event: 'admin-session-begun', sessionId: 'x' }],
    ['a key that is none', 'registry', { event: 'key-revoked', apiKeyId: { $ne: null } }],
    ['an agent without a handle', 'registry', { event: 'agent-changed', agentId: 'x' }],
    ['a session that is none', 'registry', { event: 'admin-session-ended' }],
    ['an agent with a status that there is not', 'activity', { event: 'agent-status', agentId: 'x', status: 'LOST' }],
    ['activity without a request', 'activity', { event: 'request-status' }],
  ])('is ignored when it is %s', (_what, topic, hint) => {
    expect(decodeHint(topic, overTheWire(hint))).toBeNull();
  });
});
