import type { WebSocket } from 'ws';
import { requireAgent, requireAgentItself } from '../../application/access.ts';
import type { Application } from '../../application/application.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import type { AgentPrincipal } from '../../domain/principal.ts';
import { type Authenticate, bearerKey } from '../authenticate.ts';
import { routeOfCall } from '../call-fields.ts';
import { closeOf } from '../close-codes.ts';
import { tellable } from '../failures.ts';
import { closeSocket, createHeartbeats, type SocketDependencies } from '../heartbeat.ts';
import { refusedHeader, refusedKey } from '../unauthenticated.ts';
import {
  createSocketServer,
  OVERSIZE_FACTOR,
  refuseFailedUpgrade,
  type Upgrade,
  type UpgradeHandler,
} from '../upgrades.ts';
import { type ChannelSocketDependencies, serveChannel } from './channel-socket.ts';
import { PING } from './wire-messages.ts';

type Dependencies = Omit<ChannelSocketDependencies, 'heartbeats'> &
  SocketDependencies & {
    readonly app: Pick<Application, 'agents'>;
    readonly authenticate: Authenticate;
  };

const PATH = /^\/v1\/agents\/([^/]+)\/ws\/?$/;

/**
 * Takes upgrades of `/v1/agents/{id or handle}/ws`: the raw agent channel. The key comes as `Authorization: Bearer
 * <key>` or as `?token=<key>`; the URL is never logged. The channel is open before the upgrade is answered, so that the agent is
 * ACTIVE for whoever hears of the open socket.
 */
export function createChannelUpgrade(deps: Dependencies): UpgradeHandler {
  const { app, authenticate, clock, log } = deps;
  const socketDeps = { ...deps, heartbeats: createHeartbeats(deps, PING) };
  const server = createSocketServer(deps.maxMessageSize * OVERSIZE_FACTOR);

  return (upgrade) => {
    const named = PATH.exec(upgrade.url.pathname)?.[1];
    if (named === undefined) return false;
    routeOfCall('/v1/agents/:id/ws');
    open(upgrade, named).catch((error: unknown) =>
      refuseFailedUpgrade(upgrade.socket, tellable(error, log, 'the opening of an agent channel')),
    );
    return true;
  };

  async function open(upgrade: Upgrade, named: string): Promise<void> {
    const key = keyOf(upgrade);
    const principal = await authenticate.byKey(key);
    if (principal === null) throw refusalOf(upgrade);
    const agent = requireAgent(principal, 'channel:open');
    requireAgentItself(agent, await app.agents.idOf(named), 'channel:open');
    try {
      await openChannel(upgrade, agent, key);
    } catch (error) {
      if (error instanceof UnauthenticatedError) throw error;
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
      if ((await authenticate.byKey(key)) === null) throw refusalOf(upgrade);
      if (accept(upgrade, (webSocket) => serveChannel(upgrade.socket, webSocket, channel, principal, socketDeps)))
        return;
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

/** A header counts more than the URL. */
function keyOf({ request, url }: Upgrade): string | null {
  const { authorization } = request.headers;
  return authorization === undefined ? url.searchParams.get('token') : bearerKey(authorization);
}

/** What is wrong with the key that it carries, or with carrying none. */
function refusalOf({ request, url }: Upgrade): UnauthenticatedError {
  const { authorization } = request.headers;
  const token = url.searchParams.get('token');
  return authorization === undefined && token !== null ? refusedKey(token) : refusedHeader(authorization);
}
