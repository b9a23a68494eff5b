import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../src/bus/wire-message.ts';
import type { Request } from '../../src/domain/request.ts';

const AT = new Date('2026-11-24T12:00:00.000Z');

const REQUEST: Request = {
  id: '01a00000-0000-7000-8000-000000000001',
  status: 'DISPATCHED',
  action: 'calendar.schedule',
  params: { expiresAt: '2026-11-24T12:00:00.000Z' },
  handle: 'marius.exec',
  agentId: '01a00000-0000-7000-8000-000000000002',
  senderId: '01a00000-0000-7000-8000-000000000003',
  result: null,
  error: null,
  pipelineLog: [],
  attempts: 1,
  deliveries: [{ attempt: 1, channelId: 'c', nodeId: 'n', deliveredAt: AT, ackedAt: null }],
  outcomeAttempt: null,
  channelId: 'c',
  nodeId: 'n',
  revision: 1,
  createdAt: AT,
  updatedAt: AT,
  expiresAt: AT,
};

const overTheWire = (detail: unknown): unknown => JSON.parse(JSON.stringify(detail));

describe('a message of another node', () => {
  it('comes back as it was sent', () => {
    const body = { event: 'assigned', request: REQUEST } as const;
    const sent = encodeMessage('other', 'node', body);
    expect(decodeMessage('node', overTheWire(sent))).toEqual({ from: 'other', topic: 'node', body });
  });

  it.each([
    ['nothing', null],
    ['a text', 'request'],
    ['one without a body', { from: 'x', topic: 'request' }],
    ['one of another topic', encodeMessage('x', 'agent', { event: 'wake' })],
    ['one without a request', { from: 'x', topic: 'request', body: {} }],
    ['a request without deliveries', { from: 'x', topic: 'request', body: { request: { id: 'i', revision: 1 } } }],
    [
      'a request whose deliveries are none',
      { from: 'x', topic: 'request', body: { request: { ...REQUEST, deliveries: [null] } } },
    ],
  ])('is ignored when it is %s', (_what, detail) => {
    expect(decodeMessage('request', overTheWire(detail))).toBeNull();
  });
});
