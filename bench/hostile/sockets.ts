import { once } from 'node:events';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import WebSocket from 'ws';
import { LIST_QUERY } from './calls.ts';
import { type Flood, keepDoing } from './flood.ts';

const NOBODYS = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
/** Bytes that an attacker has not got rid of: it writes no more until it has. */
const UNWRITTEN_MAX = 1_048_576;
const MESSAGES_A_TURN = 50;
const QUERIES = 60;

/** Opens a socket, does something with it until it is closed, and says with what that was. */
async function withSocket(
  flood: Flood,
  socket: WebSocket,
  onMessage: (message: unknown) => void,
  use: () => unknown,
): Promise<void> {
  let status = '';
  socket.on('error', () => {});
  socket.on('unexpected-response', (_request, { statusCode }) => {
    status = String(statusCode);
    socket.terminate();
  });
  socket.on('message', (data) => onMessage(JSON.parse(String(data))));
  socket.on('open', () => void use());
  const [code] = await once(socket, 'close');
  flood.note(status === '' ? `closed ${code}` : status);
  await wait(5);
}

const graphqlSocket = ({ url, addressOf }: Flood, place: number): WebSocket =>
  new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    localAddress: addressOf(place),
    perMessageDeflate: false,
  });

/** What a message of the platform's says in numbers of HTTP. */
function statusIn(message: unknown): string | null {
  const text = JSON.stringify(message);
  if (text.includes('RATE_LIMITED')) return '429';
  if (text.includes('OVERLOADED') || text.includes('"overloaded"')) return '503';
  return null;
}

/** Ten sockets of nobody that each have sixty queries under way, as fast as they are answered. */
export const askOnSockets = (flood: Flood): Promise<void> =>
  keepDoing(10, async (place) => {
    const socket = graphqlSocket(flood, place);
    let asked = 0;
    const ask = () => {
      asked += 1;
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify({ id: String(asked), type: 'subscribe', payload: { query: LIST_QUERY } }));
    };
    const onMessage = (message: unknown) => {
      const { type } = message as { type: string };
      if (type === 'ping') socket.send('{"type":"pong"}');
      if (type === 'connection_ack') for (let count = 0; count < QUERIES; count += 1) ask();
      if (type !== 'next' && type !== 'error') return;
      flood.note(statusIn(message) ?? '200');
      ask();
    };
    await withSocket(flood, socket, onMessage, () => socket.send('{"type":"connection_init"}'));
  });

/** Writes as fast as the other side reads. */
async function pour(socket: WebSocket, next: (at: number) => string): Promise<void> {
  for (let at = 0; socket.readyState === socket.OPEN; ) {
    for (let count = 0; count < MESSAGES_A_TURN; count += 1) socket.send(next(at++));
    while (socket.bufferedAmount > UNWRITTEN_MAX && socket.readyState === socket.OPEN) await wait(1);
    await turn();
  }
}

/** An agent of each address says that it has done what nobody asked of it. */
export const floodAcks = (flood: Flood): Promise<void> =>
  keepDoing(flood.addresses.length, async (place) => {
    const { id = '', apiKey = '' } = flood.material.own[place] ?? {};
    const socket = new WebSocket(`${flood.url.replace('http', 'ws')}/v1/agents/${id}/ws`, {
      localAddress: flood.addressOf(place),
      headers: { authorization: `Bearer ${apiKey}` },
      perMessageDeflate: false,
    });
    const onMessage = (message: unknown) => {
      const { type } = message as { type: string };
      if (type === 'error') flood.note(statusIn(message) ?? 'refused');
    };
    const ack = JSON.stringify({ type: 'ack', request_id: NOBODYS });
    const result = JSON.stringify({ type: 'action.result', request_id: NOBODYS, status: 'completed', result: {} });
    await withSocket(flood, socket, onMessage, () => pour(socket, (at) => (at % 4 === 3 ? result : ack)));
  });

/** Sockets of nobody that ping, and say what is no message. */
export const floodFrames = (flood: Flood): Promise<void> =>
  keepDoing(20, async (place) => {
    const socket = graphqlSocket(flood, place);
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(1_000) } });
    const onMessage = (message: unknown) => flood.note(statusIn(message) ?? '200');
    await withSocket(flood, socket, onMessage, () => {
      socket.send('{"type":"connection_init"}');
      // Half of them only ping, which keeps the socket.
      return pour(socket, (at) => (place % 2 === 1 && at % 1_000 === 999 ? '{"type":"nothing"}' : ping));
    });
  });
