import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import { routeOfCall } from '../call-fields.ts';
import { createSocketServer, OVERSIZE_FACTOR, refuseUpgrade, type UpgradeHandler } from '../upgrades.ts';
import type { createGraphqlSocketServer } from './socket-server.ts';

/** Takes upgrades of `/graphql` that speak graphql-transport-ws. */
export function createGraphqlUpgrade(
  sockets: ReturnType<typeof createGraphqlSocketServer>,
  { maxMessageSize }: { readonly maxMessageSize: number },
): UpgradeHandler {
  const server = createSocketServer(maxMessageSize * OVERSIZE_FACTOR, { handleProtocols });
  return ({ request, socket, head, url, address }) => {
    if (url.pathname !== '/graphql') return false;
    routeOfCall('/graphql');
    const offered = request.headers['sec-websocket-protocol'];
    if (offered === undefined || !handleProtocols(offered)) {
      const detail = `Offer the subprotocol ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.`;
      refuseUpgrade(socket, 400, detail, { 'Sec-WebSocket-Protocol': GRAPHQL_TRANSPORT_WS_PROTOCOL });
      return true;
    }
    server.handleUpgrade(request, socket, head, (webSocket) =>
      sockets.open(webSocket, socket, request.headers, address),
    );
    return true;
  };
}
