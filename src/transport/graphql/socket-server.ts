import type { IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { CloseCode, type ConnectionInitMessage, makeServer, type SubscribePayload } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Payer } from '../../application/admission/levels.ts';
import { Account } from '../../application/ports/account.ts';
import { currentCall, inAccount, listenerOfCall } from '../../application/ports/call.ts';
import { COST } from '../../application/ports/cost.ts';
import type { Tracing } from '../../application/ports/tracing.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { JsonPart } from '../../domain/json/json-part.ts';
import type { Principal } from '../../domain/principal.ts';
import { traceContextOf } from '../../domain/trace-context.ts';
import type { Door } from '../admission.ts';
import type { AnonymousSockets } from '../anonymous-sockets.ts';
import { type Authenticate, bearerKey } from '../authenticate.ts';
import { logClosedSocket } from '../call-fields.ts';
import {
  CLOSE_INTERNAL_ERROR,
  CLOSE_KEY_ENDED,
  CLOSE_MADE_ROOM,
  CLOSE_NOBODY_KNOWN,
  CLOSE_SHUTTING_DOWN,
  CLOSE_TOO_BUSY,
  CLOSE_TOO_LARGE,
  CLOSE_TOO_MANY_SUBSCRIPTIONS,
  CLOSE_TOO_SLOW,
  type Close,
  closeOf,
} from '../close-codes.ts';
import { Defect, tellable } from '../failures.ts';
import { closeSocket, createHeartbeats, type SocketDependencies } from '../heartbeat.ts';
import { byteLengthOf, markOversize, wasOversize, watchOversize } from '../message-bytes.ts';
import { outermostMembers } from '../outermost-members.ts';
import { traceOperation } from '../trace-calls.ts';
import { refusedHeader } from '../unauthenticated.ts';
import { untilClosed } from '../until-closed.ts';
import { writeAtLast, writeTogether } from '../write-together.ts';
import { admitDocument, admitOperation } from './admission.ts';
import { createContext, type GraphQLContext, type GraphQLUseCases, type OperationSocket } from './context.ts';
import type { GraphqlEngine } from './engine.ts';
import { nameOfOperation } from './operation-name.ts';
import { finishedMessage, readSocketMessage, readyResult, takeSentVariables } from './socket-messages.ts';
import { SocketReading } from './socket-reading.ts';

type Dependencies = SocketDependencies & {
  readonly app: GraphQLUseCases;
  readonly authenticate: Authenticate;
  readonly engine: GraphqlEngine;
  readonly door: Door;
  readonly tracing: Tracing;
  readonly subscriptionsMax: number;
  /** Answers that a client may leave unread before its socket is closed. */
  readonly unsentMaxBytes: number;
  /** Where sockets count until somebody is known there. */
  readonly anonymous: AnonymousSockets;
  /** Bytes of a message. A longer operation is refused alone, see OVERSIZE_FACTOR. */
  readonly maxMessageSize: number;
};

type Extra = {
  readonly socket: WebSocket;
  /** Of the upgrade, until somebody is known by them. */
  headers: IncomingHttpHeaders | null;
  readonly address: string;
  readonly operationSocket: OperationSocket;
  readonly reading: SocketReading;
  authorization: string | undefined;
  principal: Principal | null;
  /** Who pays for the operations. */
  payer: Payer;
  operations: number;
  /** Those that are under way, by their ids. */
  underWay: object;
  /** Somebody is known there. */
  leaveAnonymous: () => void;
};

type OperationContext = GraphQLContext & { readonly account: Account; readonly reading: SocketReading };
type Admitted = { readonly document: DocumentNode } | { readonly problems: readonly GraphQLError[] };

const KIB = 1_024;

type InitPayload = ConnectionInitMessage['payload'];

/** Answers that a client may leave unread before it is behind. */
const BEHIND_BYTES = 65_536;

/** Of an operation that nobody waits for any more. */
const NOT_DONE: ExecutionResult = { errors: [] };

/** What tells one operation from another. */
const OPERATION: ReadonlySet<string> = new Set(['id', 'type']);

/**
 * graphql-transport-ws (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) at `/graphql`. A key comes in
 * connection_init; an admin's cookie with the upgrade. Every document goes through the same engine and limits as over
 * HTTP.
 */
export function createGraphqlSocketServer(deps: Dependencies) {
  const { app, authenticate, engine, clock, log, tracing } = deps;
  const { admission, callers } = deps.door;
  const heartbeats = createHeartbeats(deps);

  const server = makeServer<InitPayload, Extra>({
    connectionInitWaitTimeout: 3_000,
    async onConnect({ connectionParams, extra, subscriptions }) {
      extra.underWay = subscriptions;
      const call = currentCall();
      const trace = traceContextOf(connectionParams?.traceparent, connectionParams?.tracestate);
      if (call && trace) call.trace = trace;
      const given = connectionParams?.authorization ?? connectionParams?.Authorization;
      const key = given === undefined ? null : bearerKey(typeof given === 'string' ? given : '');
      const known = await payerOf(extra, key);
      if (known === null) return false;
      extra.payer = known;
      if (call) admission.open(call.account, known);
      if (given !== undefined) {
        extra.authorization = typeof given === 'string' ? given : '';
        extra.principal = await authenticate.byKey(bearerKey(extra.authorization));
      } else {
        const headers = extra.headers ?? {};
        extra.authorization = headers.authorization;
        extra.principal = await authenticate.byHeaders(headers);
      }
      extra.headers = null;
      if (extra.principal !== null) extra.leaveAnonymous();
      if (extra.principal === null && extra.authorization !== undefined) {
        // The code of the protocol's own refusal, with a reason that says more than its "Forbidden".
        closeSocket(extra.socket, clock, {
          code: CloseCode.Forbidden,
          reason: refusedHeader(extra.authorization).message,
        });
        return false;
      }
      const stop = app.keys.whenKeyEnds(extra.principal, () => closeSocket(extra.socket, clock, CLOSE_KEY_ENDED));
      untilClosed(extra.socket, stop);
      return true;
    },
    async onSubscribe({ extra, subscriptions }, _id, payload) {
      const { operationName, variables } = payload;
      extra.operations += 1;
      // What the key may do may have changed since the socket was opened.
      if (extra.authorization !== undefined) extra.principal = await authenticate.byKey(bearerKey(extra.authorization));
      if (Object.keys(subscriptions).length > deps.subscriptionsMax) {
        log.info({ limit: 'subscriptions', address: extra.address }, 'a limit refused');
        closeSocket(extra.socket, clock, CLOSE_TOO_MANY_SUBSCRIPTIONS);
        return [new GraphQLError(CLOSE_TOO_MANY_SUBSCRIPTIONS.reason)];
      }
      const account = new Account();
      admission.open(account, extra.payer);
      const read = admit(account, extra, payload);
      if ('problems' in read) return read.problems;
      const { document } = read;
      const { extensions } = payload;
      const inbound = traceContextOf(extensions?.traceparent, extensions?.tracestate);
      const { reading } = extra;
      const contextValue = { ...contextOf(extra, takeSentVariables(payload)), inbound, account, reading };
      return { schema: engine.schema, document, operationName, variableValues: variables, contextValue };
    },
    onNext: (_context, _id, _payload, args, result) => readyResult(result, isSubscription(args)),
    execute: (args) => {
      const { contextValue, document, operationName } = args;
      const operation = getOperationAST(document, operationName);
      const name = operation ? nameOfOperation(operation) : 'operation';
      const { inbound = null, account, connection, reading } = contextValue as OperationContext;
      const { payer } = account;
      let isSeated = false;
      const run = () => {
        isSeated = true;
        return inAccount(account, () => traceOperation({ name, inbound, tracing }, () => engine.execute(args)));
      };
      if (payer === null) return run();
      return admission
        .inSeat(payer, account, run, (leave) => untilClosed(connection, leave))
        .then(
          (result) => result ?? NOT_DONE,
          (error: unknown) => {
            if (!isSeated) slowDownFor(payer, reading);
            return { errors: [engine.told(error)] };
          },
        );
    },
    subscribe: engine.subscribe,
  });

  /** Who pays for what comes over the socket; null where that cannot be found out now, and the socket is closed. */
  async function payerOf({ socket, headers, address }: Extra, key: string | null): Promise<Payer | null> {
    try {
      return await (key === null ? callers.of(headers ?? {}, address) : callers.ofKey(key, address));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      closeSocket(socket, clock, CLOSE_TOO_BUSY);
      return null;
    }
  }

  /** Reads the document of an operation that may be asked for just now; or says why it is not done. */
  function admit(account: Account, { reading, payer }: Extra, { query, operationName }: SubscribePayload): Admitted {
    try {
      if (payer.level !== 'agents') admission.checkBudget(payer);
      admission.checkLevel(payer);
      admitDocument(admission, account, engine.isKnown(query));
      const { document, problems } = engine.check(query);
      const operation = document && getOperationAST(document, operationName);
      if (operation) admitOperation(admission, account, operation);
      account.enter(COST.call);
      // What an operation costs is known when it is over; a subscription is open for as long as its client likes.
      if (operation?.operation !== 'query' && operation?.operation !== 'mutation') account.settle();
      return document === null ? { problems } : { document };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      account.settle();
      slowDownFor(payer, reading);
      return { problems: [engine.told(error)] };
    }
  }

  function contextOf(extra: Extra, variables: JsonPart | null): GraphQLContext {
    const { socket: connection, principal, authorization, address, operationSocket: socket } = extra;
    return createContext({ app, principal, authorization, address, variables, connection, socket });
  }

  /** What operations may do with the socket, whichever of them. */
  class SocketOfOperations implements OperationSocket {
    readonly #socket: WebSocket;

    constructor(socket: WebSocket) {
      this.#socket = socket;
    }

    unsentBytes(): number {
      return this.#socket.bufferedAmount;
    }

    close(close: Close): void {
      closeSocket(this.#socket, clock, close);
    }

    wasOversize(): boolean {
      return wasOversize(this.#socket);
    }
  }

  /**
   * Refuses the operation alone, so that what is under way on the socket, such as a channel, goes on; where nobody can
   * tell which it is, or nobody is known to be there, the socket is closed.
   */
  function refuseOversize({ socket, principal }: Extra, text: string): void {
    const { texts } = outermostMembers(text, OPERATION);
    const id = texts.get('id');
    const isKnown = principal !== null && texts.get('type') === 'subscribe';
    // An id with escapes is left as it was read.
    if (!isKnown || id == null || id.includes('\\')) {
      markOversize(socket);
      closeSocket(socket, clock, CLOSE_TOO_LARGE);
      return;
    }
    const message = `The message is too large: at most ${deps.maxMessageSize.toLocaleString('en')} bytes are taken. Send the operation by HTTP.`;
    const payload = [{ message, extensions: { code: 'MESSAGE_TOO_LARGE' } }];
    socket.send(JSON.stringify({ id, type: 'error', payload }));
  }

  /** Its place is another's: it is told why, but not waited for. */
  function endAtOnce(socket: WebSocket, close: Close): void {
    closeSocket(socket, clock, close);
    // What is written by then is sent.
    setImmediate(() => socket.terminate());
  }

  const open = new Set<WebSocket>();

  return {
    /** Sends every client elsewhere. */
    closeAll(): void {
      for (const socket of open) closeSocket(socket, clock, CLOSE_SHUTTING_DOWN);
    },

    /** Takes over an upgraded socket, which is on that connection. */
    open(socket: WebSocket, connection: Duplex, headers: IncomingHttpHeaders, address: string): void {
      open.add(socket);
      untilClosed(socket, () => open.delete(socket));
      // One listener for each subscription that ends with the socket.
      socket.setMaxListeners(deps.subscriptionsMax + 20);
      // And one for each operation that waits for a seat.
      connection.setMaxListeners(deps.subscriptionsMax + 20);
      heartbeats.start(socket, connection);
      watchOversize(socket);
      const operationSocket = new SocketOfOperations(socket);
      const call = currentCall();
      const openedAt = clock.monotonic();
      const extra: Extra = {
        socket,
        headers,
        address,
        operationSocket,
        reading: new SocketReading(socket, admission, clock),
        authorization: undefined,
        principal: null,
        payer: admission.anonymousAt(address),
        operations: 0,
        underWay: {},
        leaveAnonymous: () => {},
      };
      const leave = deps.anonymous.enter(address, {
        operations: () => extra.operations,
        isBusy: () => Object.keys(extra.underWay).length > 0,
        end: (why) => endAtOnce(socket, why === 'idle' ? CLOSE_NOBODY_KNOWN : CLOSE_MADE_ROOM),
      });
      if (leave === null) {
        endAtOnce(socket, CLOSE_MADE_ROOM);
        return;
      }
      extra.leaveAnonymous = leave;
      untilClosed(socket, leave);
      const closed = server.opened(
        {
          protocol: socket.protocol,
          // Answers a reader that is behind only when the message is on the wire, so that it slows its own events down.
          send: (data) => {
            const { text, isEvent } = finishedMessage(data);
            if (socket.readyState !== socket.OPEN) return;
            if (socket.bufferedAmount > deps.unsentMaxBytes) return closeSocket(socket, clock, CLOSE_TOO_SLOW);
            if (isEvent) writeTogether(connection);
            else {
              writeAtLast(connection);
              call?.account.add((text.length / KIB) * COST.answeredKib);
            }
            if (socket.bufferedAmount <= BEHIND_BYTES) return socket.send(text);
            return new Promise((resolve, reject) => {
              socket.send(text, (error) => (error ? reject(error) : resolve()));
            });
          },
          close: (code, reason) => closeSocket(socket, clock, { code: code ?? 1000, reason: reason ?? '' }),
          onMessage: (take) => {
            const onMessage = (data: RawData) => {
              // What had arrived with what it was closed for is not taken in.
              if (socket.readyState !== socket.OPEN) return;
              extra.reading.waitUntilRead();
              const text = String(data);
              if (byteLengthOf(data) > deps.maxMessageSize) return refuseOversize(extra, text);
              const read = readSocketMessage(text);
              if ('reason' in read) return closeSocket(socket, clock, { code: CloseCode.BadRequest, ...read });
              const type = 'type' in read.message ? read.message.type : undefined;
              if (!extra.reading.takes(extra.payer, byteLengthOf(data), type)) return;
              // The library takes as it is what is parsed already.
              take(read.message as never).catch((error: unknown) => {
                if (socket.readyState !== socket.OPEN) return;
                const told = tellable(error, log, 'a message on a GraphQL socket');
                closeSocket(
                  socket,
                  clock,
                  (told instanceof Defect ? undefined : closeOf(told)) ?? CLOSE_INTERNAL_ERROR,
                );
              });
            };
            socket.on('message', listenerOfCall(onMessage));
          },
        },
        extra,
      );
      socket.once('close', (code, reason) => {
        const { operations } = extra;
        const ms = clock.monotonic() - openedAt;
        logClosedSocket(log, socket, code, { call, transport: 'graphql', ms, operations });
        closed(code, String(reason)).catch((error: unknown) => log.error({ err: error }, 'a socket ended badly'));
      });
    },
  };
}

/** An operation was refused: to read what is refused costs something, too. */
function slowDownFor({ level }: Payer, reading: SocketReading): void {
  if (level !== 'agents') reading.slowDown();
}

const isSubscription = ({ document, operationName }: ExecutionArgs): boolean =>
  getOperationAST(document, operationName)?.operation === 'subscription';
