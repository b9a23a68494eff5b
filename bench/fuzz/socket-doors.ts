import { randomUUID } from 'node:crypto';
import { ask } from '../parties.ts';
import { anyDocument } from './documents.ts';
import { type Door, forAll } from './door.ts';
import { anyFrame } from './frames.ts';
import { judgeResult, Violation } from './judge.ts';
import { FuzzSocket, type Told } from './sockets.ts';
import { Tape } from './tape.ts';
import { namedOf, registerAgent, type Target } from './target.ts';
import { mutated, naming } from './texts.ts';

const SENT = /^(ping|request\.received|request\.cancel)$/;
/** What the protocol lets a channel be told is wrong (schema/agent-protocol.md). */
const WRONG = new Set([
  ...['invalid_json', 'invalid_message', 'invalid_result', 'result_too_large', 'unknown_type', 'invalid_progress'],
  ...['forbidden', 'request_not_found', 'request_finished', 'unavailable', 'overloaded'],
]);
/** Requests that the channel has at least, when frames are sent to it. */
const OPEN_REQUESTS = 12;
/** A message over the limit, which is nobody's outcome, ends the channel. */
const TOO_LARGE = 1009;

/** Frames of an agent that has requests, over the raw channel. */
export async function frameDoor(target: Target): Promise<Door> {
  const { url, senderKey } = target;
  const agent = await registerAgent(url);
  const counts = { 'requests in work': 0, 'channels ended': 0 };
  const open: string[] = [];
  let wanted = 0;
  const named = namedOf({ ...target, agent }, () => open[wanted++ % (open.length || 1)] ?? randomUUID());
  let channel: FuzzSocket | null = null;

  const hear = (message: Told) => {
    const isKnown = message.type === 'error' ? WRONG.has(message.code) : SENT.test(message.type);
    if (!isKnown) throw new Violation(`a channel was told ${JSON.stringify(message).slice(0, 500)}`);
    if (message.type === 'request.received' && !open.includes(message.request_id)) open.push(message.request_id);
  };
  const openChannel = () =>
    FuzzSocket.open(`${url.replace('http', 'ws')}/v1/agents/${agent.id}/ws`, { key: agent.key, hear });
  /** Whatever was sent before is dealt with when this is answered, or is about another request. */
  const barrier = async (socket: FuzzSocket) => {
    const id = randomUUID();
    socket.send(JSON.stringify({ type: 'ack', request_id: id }));
    return socket.until(({ request_id }) => request_id === id, 'the answer to an ack');
  };

  return {
    name: 'frames',
    inputs: 77_000,
    atOnce: 1_000,
    counts,
    show: (roll) => JSON.stringify(String(anyFrame(new Tape(roll))).slice(0, 2_000)),
    async send(rolls) {
      channel = channel?.isOpen ? channel : await openChannel();
      // Whether a frame has ended it or not: it is over now, and others take its place.
      for (const request_id of open.splice(0, Math.ceil(open.length / 2))) {
        channel.send(JSON.stringify({ type: 'action.result', request_id, status: 'error', error: 'over' }));
        counts['requests in work'] += 1;
      }
      while (open.length < OPEN_REQUESTS) {
        const known = open.length;
        const action = known % 3 === 0 ? 'fuzz.checked' : 'fuzz.take';
        await ask(url, 'POST', `/v1/agents/${agent.handle}/requests`, { action, params: { n: known } }, senderKey);
        if (open.length === known) await channel.until(({ type }) => type === 'request.received', 'a request');
      }
      for (const roll of rolls) {
        const frame = anyFrame(new Tape(roll));
        channel.send(typeof frame === 'string' ? naming(frame, named) : frame);
      }
      const code = await barrier(channel);
      if (code === null) return;
      counts['channels ended'] += 1;
      if (code !== TOO_LARGE) throw new Violation(`the channel was closed with ${code}`);
    },
    close: () => channel?.close(),
  };
}

/** How clients break graphql-transport-ws, and what the platform says then. */
const BROKEN = new Set([1009, 4400, 4401, 4403, 4409, 4429]);
const SOCKET_KINDS = ['agent', 'sender', 'nobody', 'sender'] as const;

/** Operations over sockets, and messages that are none. */
export async function graphqlSocketDoor(target: Target): Promise<Door> {
  const counts = { 'sockets ended': 0 };
  const named = namedOf(target, randomUUID);
  const sockets = new Map<number, FuzzSocket>();
  let sent = 0;

  const hear = (message: Told) => {
    if (message.type === 'next') judgeResult(message.payload, 'an operation');
    if (message.type === 'error') judgeResult({ errors: message.payload }, 'an operation');
  };
  async function openSocket(kind: (typeof SOCKET_KINDS)[number]): Promise<FuzzSocket> {
    const key = kind === 'agent' ? target.agent.key : kind === 'sender' ? target.senderKey : undefined;
    const socket = await FuzzSocket.open(`${target.url.replace('http', 'ws')}/graphql`, {
      ...{ protocol: 'graphql-transport-ws', hear },
    });
    socket.send(
      JSON.stringify({ type: 'connection_init', ...(key && { payload: { authorization: `Bearer ${key}` } }) }),
    );
    await socket.until(({ type }) => type === 'connection_ack', 'connection_ack');
    return socket;
  }

  function made(tape: Tape, again: number) {
    const { query, variables } = anyDocument(tape);
    const id = `op${sent++}`;
    const text = `{"id":"${id}","type":"subscribe","payload":{"query":${JSON.stringify(again > 0 ? `${query} #${again}` : query)},"variables":${variables}}}`;
    const isMessage = !tape.once(15);
    const isAnswered = isMessage && !query.includes('subscription');
    return { id, isAnswered, text: isMessage ? text : mutated(tape, text) };
  }

  return {
    name: 'socket documents',
    inputs: 6_000,
    atOnce: 200,
    counts,
    show: (roll) => made(new Tape(roll), 0).text,
    send: (rolls, again) =>
      forAll(SOCKET_KINDS, SOCKET_KINDS.length, async (kind, at) => {
        for (const roll of rolls.filter((_, number) => number % SOCKET_KINDS.length === at)) {
          const socket = sockets.get(at)?.isOpen ? sockets.get(at) : await openSocket(kind);
          if (!socket) continue;
          sockets.set(at, socket);
          const { id, isAnswered, text } = made(new Tape(roll), again);
          socket.send(naming(text, named));
          // A pong comes whatever the message was, as long as it did not end the socket.
          if (!isAnswered) socket.send(`{"type":"complete","id":"${id}"}`);
          if (!isAnswered) socket.send('{"type":"ping"}');
          const isEnd = ({ id: of, type }: Told) => of === id && (type === 'complete' || type === 'error');
          const code = await socket.until(
            isAnswered ? isEnd : ({ type }) => type === 'pong',
            `the end of ${text.slice(0, 500)}`,
          );
          if (code === null) continue;
          counts['sockets ended'] += 1;
          if (!BROKEN.has(code)) throw new Violation(`a socket was closed with ${code}`);
        }
      }),
    close: () => {
      for (const socket of sockets.values()) socket.close();
    },
  };
}
