import type { WebSocket } from 'ws';
import { DomainError } from '../../domain/domain-error.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import type { AgentPrincipal } from '../../domain/principal.ts';
import { type Authenticate, bearerKey } from '../authenticate.ts';
import { closeOf } from '../close-codes.ts';
import { tellable } from '../failures.ts';
import { closeSocket } from '../heartbeat.ts';
import {
  createSocketServer,
  OVERSIZE_FACTOR,
  refuseFailedUpgrade,
  refuseUpgrade,
  type Upgrade,
  type UpgradeHandler,
} from '../upgrades.ts';
import { type ChannelSocketDependencies, serveChannel } from './channel-socket.ts';

type Dependencies = ChannelSocketDependencies & {
  readonly authenticate: Authenticate;
};

const PATH = /^\/v1\/agents\/([^/]+)\/ws\/?$/;

/**
 * Takes upgrades of `/v1/agents/{id}/ws`: the raw agent channel. The key comes as `Authorization: Bearer <key>` or as
 * `?token=<key>`; the URL is never logged. The channel is open before the upgrade is answered, so that the agent is
 * ACTIVE for whoever hears of the open socket.
 */
export function createChannelUpgrade(deps: Dependencies): UpgradeHandler {
  const { app, authenticate, clock, log } = deps;
  const server = createSocketServer(deps.maxMessageSize * OVERSIZE_FACTOR);

  return (upgrade) => {
    const agentId = PATH.exec(upgrade.url.pathname)?.[1];
    if (agentId === undefined) return false;
    open(upgrade, agentId).catch((error: unknown) =>
      refuseFailedUpgrade(upgrade.socket, tellable(error, log, 'the opening of an agent channel')),
    );
    return true;
  };

  async function open(upgrade: Upgrade, agentId: string): Promise<void> {
    const { socket } = upgrade;
    const key = keyOf(upgrade);
    const principal = await authenticate.byKey(key);
    if (principal === null) return refuseUpgrade(socket, 401, 'Unauthorized', CHALLENGE);
    if (principal.kind !== 'agent' || principal.agentId !== agentId) return refuseUpgrade(socket, 403, 'Forbidden');
    try {
      await openChannel(upgrade, principal, key);
    } catch (error) {
      if (error instanceof UnauthenticatedError) return refuseUpgrade(socket, 401, 'Unauthorized', CHALLENGE);
      // What only the agent can change is told by a close code, which clients see more of than of a refused upgrade.
      const close = error instanceof DomainError && !error.row.retryable ? closeOf(error) : undefined;
      if (close === undefined) throw error;
      accept(upgrade, (webSocket) => {
        webSocket.on('error', () => {});
        closeSocket(webSocket, clock, close);
      });
    }
  }

  async function openChannel(upgrade: Upgrade, principal: AgentPrincipal, key: string | null): Promise<void> {
    const channel = await app.channels.open(principal, 'websocket');
    try {
      // The hub closes what it knows when a key ends. This one could have ended before the hub knew of the channel.
      if ((await authenticate.byKey(key)) === null) refuseUpgrade(upgrade.socket, 401, 'Unauthorized', CHALLENGE);
      else if (accept(upgrade, (webSocket) => serveChannel(webSocket, channel, principal, deps))) return;
    } catch (error) {
      await app.channels.end(channel);
      throw error;
    }
    await app.channels.end(channel);
  }

  /** Answers 101 and passes the socket on. False when it is no WebSocket or is gone already. */
  function accept({ request, socket, head }: Upgrade, serve: (webSocket: WebSocket) => void): boolean {
    let isAccepted = false;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      isAccepted = true;
      serve(webSocket);
    });
    return isAccepted;
  }
}

const CHALLENGE = { 'WWW-Authenticate': 'Bearer realm="clawcierge"' };

/** A header counts more than the URL. */
function keyOf({ request, url }: Upgrade): string | null {
  const { authorization } = request.headers;
  return authorization === undefined ? url.searchParams.get('token') : bearerKey(authorization);
}
