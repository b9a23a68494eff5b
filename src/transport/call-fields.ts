import type { WebSocket } from 'ws';
import { type Call, currentCall } from '../application/ports/call.ts';
import type { Log } from '../application/ports/log.ts';
import { holderIdOf } from '../domain/principal.ts';
import { traceIdOf } from '../domain/trace-context.ts';
import { CLOSE_SHUTTING_DOWN } from './close-codes.ts';
import { endOf } from './heartbeat.ts';

/** Who called and what about, as every line has it that tells of a call. What is not known is left out. */
export function callFields({ id, address, principal, agentId, requestId, operation, trace }: Call) {
  return {
    ...(operation !== undefined && { operation }),
    address,
    ...(principal && { caller: principal.kind, callerId: callerIdOf(principal) }),
    ...(agentId !== undefined && { agentId }),
    ...(requestId !== undefined && { requestId }),
    httpRequestId: id,
    ...(trace && { traceId: traceIdOf(trace) }),
  };
}

/** Whom the key speaks for; of an administrator, the session. */
const callerIdOf = (principal: NonNullable<Call['principal']>): string =>
  principal.kind === 'admin' ? principal.sessionId : holderIdOf(principal);

/** Of an upgrade that became no WebSocket. */
export const refusedUpgradeFields = (call: Call) => ({
  method: 'GET',
  route: call.route,
  status: call.refusedWith,
  ...callFields(call),
});

/** What a socket's life comes down to. */
type SocketLife = {
  readonly call: Call | null;
  readonly transport: 'graphql' | 'websocket';
  readonly ms: number;
  /** What came over it: GraphQL operations, or an agent's messages. */
  readonly operations: number;
};

/** The one line of a socket. What the client says as its reason is its own affair. */
export function logClosedSocket(log: Log, socket: WebSocket, code: number, life: SocketLife): void {
  const { call, transport, ms, operations } = life;
  const end = endOf(socket, code);
  const { requestId: _, operation: __, ...fields } = call ? callFields(call) : {};
  // A node that stops has thousands, and says so itself.
  const level = end.by === 'platform' && end.code === CLOSE_SHUTTING_DOWN.code ? 'debug' : 'info';
  log[level]({ transport, ...end, ms: Math.round(ms), operations, ...fields }, 'a socket was closed');
}

/** The upgrade that is served here is one of that route. */
export function routeOfCall(route: string): void {
  const call = currentCall();
  if (call) call.route = route;
}
