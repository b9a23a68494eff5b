import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { upgradeLines } from '../../test/testkit/websocket-by-hand.ts';
import { LIST_OF_CONTRACTS, repeatedContract } from './calls.ts';
import { type Flood, keepDoing } from './flood.ts';
import type { CallMade } from './messages.ts';

/** Half connections that are tried for, of which a process may have so many open: its files are bounded. */
const HALF_OPEN = 20_000;
/** Of one address, and in all: a tenth more than either may have. */
const SOCKETS_OF_ADDRESS = 1_100;
const SOCKETS = 11_000;

const asText = ({ method, path, headers, body }: CallMade): string =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\n${headers}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function connectFrom({ url, addressOf }: Flood, place: number): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, localAddress: addressOf(place) });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Until the connection ends, by whichever side. */
async function untilClosed(flood: Flood, socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
  flood.note('closed');
}

/** Sixty connections that ask for much, three times each, and read nothing of it. */
export const readNothing = (flood: Flood): Promise<void> =>
  keepDoing(60, async (place) => {
    const socket = await connectFrom(flood, place);
    socket.pause();
    socket.write(asText(place % 2 === 0 ? LIST_OF_CONTRACTS : repeatedContract(flood.material)).repeat(3));
    // Whoever does not read does not hear of the end either.
    const probe = setInterval(() => socket.write(' '), 1_000);
    await untilClosed(flood, socket).finally(() => clearInterval(probe));
  });

/** Half of a request's headers, or of its body, on as many connections as there may be. */
export const halfOpen = (flood: Flood): Promise<void> =>
  keepDoing(HALF_OPEN / flood.parts, async (place) => {
    const socket = await connectFrom(flood, place);
    socket.resume();
    socket.write(
      place % 2 === 0
        ? 'GET /v1/agents HTTP/1.1\r\nHost: x\r\nX-Ha'
        : 'POST /v1/senders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    await untilClosed(flood, socket);
  });

/** GraphQL sockets of nobody that do nothing, as many as there may be of each address. */
export const takeSockets = (flood: Flood): Promise<void> =>
  keepDoing(Math.min(SOCKETS, SOCKETS_OF_ADDRESS * flood.addresses.length), async (place) => {
    const socket = await connectFrom(flood, place);
    socket.write(upgradeLines('x', '/graphql', 'graphql-transport-ws'));
    const [answer] = await once(socket, 'data');
    flood.note(String(answer).slice('HTTP/1.1 '.length, 12));
    socket.resume();
    await untilClosed(flood, socket);
  });

/** Streams of events that are left as soon as they are there, of strangers and of somebody with a key. */
export const leaveStreams = (flood: Flood): Promise<void> =>
  keepDoing(50, async (place) => {
    const { own } = flood.material;
    const key = own[place % own.length]?.senderKey ?? '';
    const asked = place % 2 === 0 ? '{ __typename }' : 'subscription { requestUpdates { id status } }';
    const headers = `Accept: text/event-stream\r\n${place % 2 === 0 ? '' : `Authorization: Bearer ${key}\r\n`}`;
    const socket = await connectFrom(flood, place);
    socket.write(asText({ method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query: asked }) }));
    const answer = await Promise.race([once(socket, 'data'), wait(2_000, null, { ref: false })]);
    flood.note(answer === null ? 'no answer' : String(answer[0]).slice('HTTP/1.1 '.length, 12));
    socket.destroy();
  });
