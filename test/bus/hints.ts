import type { Hints, Topic } from '../../src/application/ports/bus.ts';

const REQUEST = { id: '0190a6b2-0000-7000-8000-000000000001', revision: 3, status: 'DISPATCHED' } as const;

/** Every kind of hint. */
export const HINTS: { readonly [Name in Topic]: readonly Hints[Name][] } = {
  request: [
    REQUEST,
    { id: REQUEST.id, attempt: 1, progress: { value: 0.5, total: 1, message: 'Half of it' } },
    { id: REQUEST.id, attempt: 2, progress: { value: 7, total: null, message: null } },
  ],
  node: [REQUEST, { ...REQUEST, takenBy: 'node' }],
  outcome: [{ id: REQUEST.id }],
  agent: [{ event: 'wake' }, { event: 'opened' }],
  registry: [
    { event: 'agent-changed', agentId: 'a', handle: 'someone' },
    { event: 'agent-deleted', agentId: 'a', handle: 'someone' },
    { event: 'key-revoked', apiKeyId: 'key' },
    { event: 'holder-changed', holderId: 'sender' },
    { event: 'admin-session-ended', sessionId: 'session' },
    { event: 'admin-session-ended', sessionId: null },
  ],
  approval: [{ requestId: REQUEST.id, agentId: 'a' }],
  activity: [
    { event: 'request-status', ...REQUEST },
    { event: 'agent-status', agentId: 'a', status: 'ACTIVE' },
  ],
};
