import { describe, expect, it } from 'vitest';
import { type Closure, judge } from '../../agent-sdk/src/closure.ts';

const closed = (code: number, reason = ''): Closure => ({ kind: 'closed', code, reason });

describe('judge', () => {
  it.each<[Closure, string]>([
    [closed(1000), 'backoff'],
    [closed(1001), 'at-once'],
    [closed(1006), 'backoff'],
    [closed(1009), 'backoff'],
    [closed(1011), 'backoff'],
    [closed(4001), 'never'],
    [closed(4008), 'backoff'],
    [closed(4009), 'slowly'],
    [closed(4201), 'slowly'],
    [closed(4029), 'backoff'],
    [closed(4401), 'never'],
    [closed(4403), 'never'],
    [closed(4999), 'backoff'],
    // Unknown ones mean what their range means.
    [closed(4099), 'backoff'],
    [closed(4100), 'backoff'],
    [closed(4199), 'backoff'],
    [closed(4200), 'slowly'],
    [closed(4299), 'slowly'],
    [closed(4300), 'never'],
    [closed(4399), 'never'],
    [closed(4499), 'backoff'],
    [closed(3000), 'backoff'],
    [{ kind: 'upgrade-refused', status: 401 }, 'never'],
    [{ kind: 'upgrade-refused', status: 403 }, 'never'],
    [{ kind: 'upgrade-refused', status: 404 }, 'backoff'],
    [{ kind: 'upgrade-refused', status: 503 }, 'backoff'],
    [{ kind: 'operation-refused', code: 'UNAUTHENTICATED', message: '' }, 'never'],
    [{ kind: 'operation-refused', code: 'FORBIDDEN', message: '' }, 'never'],
    [{ kind: 'operation-refused', code: 'GRAPHQL_VALIDATION_FAILED', message: '' }, 'slowly'],
    [{ kind: 'operation-refused', code: 'TOO_MANY_CHANNELS', message: '' }, 'slowly'],
    [{ kind: 'operation-refused', code: 'SUSPENDED', message: '' }, 'slowly'],
    [{ kind: 'operation-refused', code: 'UNAVAILABLE', message: '' }, 'backoff'],
    [{ kind: 'operation-refused', code: 'INTERNAL_SERVER_ERROR', message: '' }, 'backoff'],
  ])('%j: %s', (closure, retry) => {
    expect(judge(closure).retry).toBe(retry);
  });

  it('knows over how long a node that stops asks its agents to spread, and never longer than a minute', () => {
    const spreadOf = (code: number, reason: string) => judge(closed(code, reason)).spreadMs;
    expect(spreadOf(1001, 'The node is shutting down; connect again within 5 s.')).toBe(5_000);
    expect(spreadOf(1001, 'The node is shutting down; connect again within 900 s.')).toBe(60_000);
    expect(spreadOf(1001, 'The node is shutting down; connect again.')).toBeUndefined();
    expect(spreadOf(4008, 'Nothing was heard within 60 s.')).toBeUndefined();
  });

  it('gives the platform’s reason where there is one, and what the code means where there is none', () => {
    expect(judge(closed(4001, 'agent deleted'))).toMatchObject({ code: 4001, reason: 'agent deleted' });
    expect(judge(closed(4001)).reason).toMatch(/revoked/);
  });
});
