import { once } from 'node:events';
import WebSocket from 'ws';
import type { AgentParty, DoorName } from './messages.ts';

/** A request as its agent gets it. */
export type Received = { readonly id: string; readonly params: unknown };

/** The agent's side of a channel. */
export type AgentChannel = {
  ack(id: string): void;
  complete(id: string, result: unknown): void;
  close(): void;
  /** Resolves when it is closed, by whichever side. */
  readonly closed: Promise<unknown>;
};

type Open = (url: string, agent: AgentParty, onReceived: (request: Received) => void) => Promise<AgentChannel>;

/** The raw WebSocket of schema/agent-protocol.md. */
const openRaw: Open = async (url, { id, apiKey }, onReceived) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/agents/${id}/ws`, {
    headers: { authorization: `Bearer ${apiKey}` },
    perMessageDeflate: false,
  });
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'request.received') onReceived({ id: message.request_id, params: message.params });
    else if (message.type === 'ping') send({ type: 'heartbeat' });
    else if (message.type === 'error') console.error(`The agent was told: ${data}`);
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  await once(socket, 'open');
  return {
    ack: (request_id) => send({ type: 'ack', request_id }),
    complete: (request_id, result) => send({ type: 'action.result', request_id, status: 'completed', result }),
    ...ending(socket),
  };
};

const CHANNEL = `subscription AgentChannel {
  agentChannel { __typename ... on RequestReceived { requestId action params senderId attempt expiresAt } }
}`;
const ACK = `mutation Acknowledge($id: ID!) { acknowledgeRequest(input: { requestId: $id }) { __typename } }`;
const COMPLETE = `mutation Complete($id: ID!, $result: JSON) {
  completeRequest(input: { requestId: $id, result: $result }) { __typename }
}`;

/** A subscription, and mutations on the same socket, as the SDK does it (graphql-transport-ws). */
const openGraphql: Open = async (url, { apiKey }, onReceived) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  let operations = 0;
  const send = (message: object) => socket.send(JSON.stringify(message));
  const subscribe = (query: string, variables: object) => {
    operations += 1;
    send({ id: String(operations), type: 'subscribe', payload: { query, variables } });
  };
  const isOpen = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type === 'connection_ack') isOpen.resolve();
    else if (type === 'ping') send({ type: 'pong' });
    else if (type === 'error' || payload?.errors) console.error(`The agent was told: ${data}`);
    const event = payload?.data?.agentChannel;
    if (event?.__typename === 'RequestReceived') onReceived({ id: event.requestId, params: event.params });
  });
  send({ type: 'connection_init', payload: { authorization: `Bearer ${apiKey}` } });
  await isOpen.promise;
  subscribe(CHANNEL, {});
  return {
    ack: (id) => subscribe(ACK, { id }),
    complete: (id, result) => subscribe(COMPLETE, { id, result }),
    ...ending(socket),
  };
};

const ending = (socket: WebSocket): Pick<AgentChannel, 'close' | 'closed'> => ({
  close: () => socket.close(),
  closed: new Promise((resolve) => socket.once('close', resolve)),
});

export const agentDoor = (door: DoorName): Open => (door === 'rest' ? openRaw : openGraphql);
