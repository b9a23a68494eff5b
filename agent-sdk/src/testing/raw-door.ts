import type { WebSocket } from 'ws';
import { ClawciergeError } from '../errors.ts';
import type { StoredAgent } from './fake-parties.ts';
import type { StoredRequest } from './fake-request.ts';
import type { FakeStore } from './fake-store.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Serves the raw WebSocket of an agent, as schema/agent-protocol.md has it. */
export function serveRawChannel(store: FakeStore, agent: StoredAgent, socket: WebSocket): void {
  const send = (message: object) => socket.send(JSON.stringify(message));
  const channel = {
    deliver: (request: StoredRequest) => send(receivedMessage(request)),
    withdraw: (requestId: string, reason: string) =>
      send({ type: 'request.cancel', request_id: requestId, reason: reason }),
  };
  socket.on('message', (data) => {
    const problem = take(store, agent, String(data));
    if (problem) send({ type: 'error', ...problem });
  });
  socket.on('close', () => store.close(agent, channel));
  store.open(agent, channel);
}

/** Takes a message; answers what is wrong with it. */
function take(store: FakeStore, agent: StoredAgent, text: string): object | undefined {
  const message = fieldsOf(text);
  const { type, request_id: requestId } = message;
  if (type === 'heartbeat') return undefined;
  if (typeof type !== 'string' || typeof requestId !== 'string') {
    return { code: 'invalid_message', message: 'A message is an object with a "type" and a "request_id".' };
  }
  try {
    handle(store, agent, type, requestId, message);
    return undefined;
  } catch (error) {
    if (!(error instanceof ClawciergeError)) throw error;
    return { code: error.code, message: error.message, request_id: requestId };
  }
}

function handle(store: FakeStore, agent: StoredAgent, type: string, requestId: string, message: Fields): void {
  const { status, result = null, error, progress, total = null, message: text = null } = message;
  if (type === 'ack') store.acknowledge(agent, requestId);
  else if (type === 'progress') store.report(agent, requestId, { value: progress, total, message: text } as never);
  else if (type === 'action.result' && status === 'completed') store.complete(agent, requestId, result);
  else if (type === 'action.result') {
    const { code = 'agent_error', message: why = 'The agent failed.' } = Object(error);
    store.fail(agent, requestId, { code: String(code), message: String(why) });
  }
}

function fieldsOf(text: string): Fields {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

const receivedMessage = ({ id, attempts, draft, state }: StoredRequest) => ({
  type: 'request.received',
  request_id: id,
  action: draft.action,
  params: draft.params,
  sender_id: draft.senderId,
  attempt: attempts,
  expires_at: state.expiresAt,
  ...(draft.contextId === null ? {} : { context_id: draft.contextId }),
  ...(draft.traceparent === null ? {} : { traceparent: draft.traceparent }),
  ...(draft.tracestate === null ? {} : { tracestate: draft.tracestate }),
});
