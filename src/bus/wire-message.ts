import type { BusMessages, BusTopic } from '../application/ports/bus.ts';
import type { Delivery, Request } from '../domain/request.ts';

/** A message as another node sent it. */
type WireMessage = {
  [Topic in BusTopic]: { readonly from: string; readonly topic: Topic; readonly body: BusMessages[Topic] };
}[BusTopic];

/** What goes over the wire. Instants become texts; what a request carries of strangers stays as it is. */
export const encodeMessage = <Topic extends BusTopic>(
  from: string,
  topic: Topic,
  body: BusMessages[Topic],
): object => ({
  from,
  topic,
  body,
});

/** The message of that topic; null for anything that is none. */
export function decodeMessage(topic: string, detail: unknown): WireMessage | null {
  if (!isRecord(detail) || detail.topic !== topic || typeof detail.from !== 'string' || !isRecord(detail.body)) {
    return null;
  }
  const { from, body } = detail;
  switch (topic) {
    case 'request': {
      const request = decodeRequest(body.request);
      return request && { from, topic, body: { request } };
    }
    case 'node': {
      const request = decodeRequest(body.request);
      const { event } = body;
      return request && (event === 'assigned' || event === 'changed')
        ? { from, topic, body: { event, request } }
        : null;
    }
    case 'agent':
      return { from, topic, body: { event: 'wake' } };
    case 'registry':
      return REGISTRY_EVENTS.has(String(body.event)) ? { from, topic, body: body as BusMessages['registry'] } : null;
    case 'activity': {
      if (body.event === 'request-status') {
        const request = decodeRequest(body.request);
        return request && { from, topic, body: { event: 'request-status', request } };
      }
      const { agentId, status } = body;
      if (typeof agentId !== 'string' || (status !== 'ACTIVE' && status !== 'INACTIVE')) return null;
      return { from, topic, body: { event: 'agent-status', agentId, status, at: instant(body.at) } };
    }
    default:
      return null;
  }
}

const REGISTRY_EVENTS = new Set<string>(['agent-changed', 'agent-deleted', 'key-revoked', 'admin-session-ended']);

/** A request as JSON.stringify writes it, back again. */
function decodeRequest(wire: unknown): Request | null {
  if (!isRecord(wire) || typeof wire.id !== 'string' || typeof wire.revision !== 'number') return null;
  if (!Array.isArray(wire.deliveries) || !wire.deliveries.every(isRecord)) return null;
  if (!Array.isArray(wire.deliveries) || !wire.deliveries.every(isRecord)) return null;
  const request = wire as unknown as Request;
  return {
    ...request,
    createdAt: instant(wire.createdAt),
    updatedAt: instant(wire.updatedAt),
    expiresAt: instant(wire.expiresAt),
    deliveries: request.deliveries.map(
      (delivery: Delivery): Delivery => ({
        ...delivery,
        deliveredAt: instant(delivery.deliveredAt),
        ackedAt: delivery.ackedAt === null ? null : instant(delivery.ackedAt),
      }),
    ),
  };
}

const instant = (wire: unknown): Date => new Date(typeof wire === 'string' ? wire : Number.NaN);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
