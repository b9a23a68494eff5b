/** Where a platform's front doors are. */
export interface Endpoints {
  /** The platform itself, as in `http://localhost:8000`. */
  readonly base: string;
  /** GraphQL by HTTP POST. */
  readonly graphqlHttp: string;
  /** GraphQL by graphql-transport-ws. */
  readonly graphqlSocket: string;
  /** What the platform tells programs of itself. */
  readonly info: string;
  /** The raw WebSocket of an agent. */
  channelOf(agentId: string): string;
  /** The agent that the URL names; undefined for a platform's own URL. */
  readonly agentId: string | undefined;
}

const HTTP_OF: Readonly<Record<string, string>> = {
  'http:': 'http',
  'https:': 'https',
  'ws:': 'http',
  'wss:': 'https',
};
const CHANNEL_PATH = /^(?<prefix>.*)\/v1\/agents\/(?<agentId>[^/]+)\/ws$/;

/**
 * Reads the URL of a platform (`http://localhost:8000`, also with a path in front or with `/graphql` behind), or of
 * one agent's raw WebSocket (`ws://localhost:8000/v1/agents/<id>/ws`). Throws a TypeError that says what is wrong.
 */
export function endpointsOf(url: string): Endpoints {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const scheme = parsed && HTTP_OF[parsed.protocol];
  if (!parsed || !scheme) throw new TypeError('url must be an http, https, ws or wss URL, as in http://localhost:8000');
  // Said without the URL itself, which may hold a key.
  if (parsed.search || parsed.hash || parsed.username || parsed.password) {
    throw new TypeError('url must have no query, fragment or credentials: the key goes into apiKey');
  }
  const path = parsed.pathname.replace(/\/+$/, '');
  const channel = CHANNEL_PATH.exec(path)?.groups;
  const prefix = channel?.prefix ?? path.replace(/\/graphql$/, '');
  const base = `${parsed.host}${prefix}`;
  const socketScheme = scheme === 'https' ? 'wss' : 'ws';
  return {
    base: `${scheme}://${base}`,
    graphqlHttp: `${scheme}://${base}/graphql`,
    graphqlSocket: `${socketScheme}://${base}/graphql`,
    info: `${scheme}://${base}/v1/info`,
    channelOf: (agentId) => `${socketScheme}://${base}/v1/agents/${encodeURIComponent(agentId)}/ws`,
    agentId: channel?.agentId === undefined ? undefined : decoded(channel.agentId),
  };
}

function decoded(agentId: string): string {
  try {
    return decodeURIComponent(agentId);
  } catch {
    throw new TypeError('url must name the agent by its id, as in ws://localhost:8000/v1/agents/<id>/ws');
  }
}
