type Params = { query: string; operationName?: string | null; variables?: unknown };
type Options = { headers?: Record<string, string> };
type Observer = { next(value: unknown): void; error(error: unknown): void; complete(): void };

/**
 * How GraphiQL asks the platform. It runs in the browser, as text: it may use nothing but its arguments and what a
 * page has. Unlike GraphiQL's own it takes the Headers pane to the socket, too, as the payload of connection_init, so
 * that a key that is written there opens an agent's channel.
 */
export function createGraphiqlFetcher(endpoint: string) {
  return (params: Params, options: Options = {}) => {
    const headers = options.headers ?? {};
    return isSubscription(params) ? subscribe(params, headers) : post(params, headers);
  };

  /** Whether the operation that is meant is a subscription. Comments do not count. */
  function isSubscription({ query, operationName }: Params): boolean {
    const text = query.replace(/#.*/g, '');
    return operationName
      ? new RegExp(`\\bsubscription\\s+${operationName}\\b`).test(text)
      : /^\s*subscription\b/.test(text);
  }

  async function post(params: Params, headers: Record<string, string>): Promise<unknown> {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(params),
    });
    return response.json();
  }

  /** graphql-transport-ws, one operation a socket: the agent is ACTIVE until it is stopped. */
  function subscribe(params: Params, headers: Record<string, string>) {
    return {
      subscribe(observer: Observer) {
        const socket = new WebSocket(endpoint.replace(/^http/, 'ws'), 'graphql-transport-ws');
        const say = (message: unknown) => socket.send(JSON.stringify(message));
        let isOver = false;
        const end = (tell: () => void) => {
          if (isOver) return;
          isOver = true;
          tell();
          socket.close(1000);
        };
        socket.onopen = () => say({ type: 'connection_init', payload: headers });
        socket.onclose = ({ code, reason }) => {
          end(() => observer.error(new Error(`The socket was closed with ${code}: ${reason || 'no reason given'}`)));
        };
        socket.onmessage = ({ data }) => {
          const { type, payload } = JSON.parse(String(data));
          if (type === 'connection_ack') say({ id: '1', type: 'subscribe', payload: params });
          if (type === 'ping') say({ type: 'pong' });
          if (type === 'next') observer.next(payload);
          if (type === 'error') end(() => observer.error(payload));
          if (type === 'complete') end(() => observer.complete());
        };
        return { unsubscribe: () => end(() => {}) };
      },
    };
  }
}
