import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from '../application/admission/admission.ts';
import type { Payer } from '../application/admission/levels.ts';
import { type Call, inCall } from '../application/ports/call.ts';
import type { Clock } from '../application/ports/clock.ts';
import { COST } from '../application/ports/cost.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { KnownCallers } from './known-callers.ts';

export type Door = {
  readonly admission: Admission;
  readonly callers: KnownCallers;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
};

/** Whoever watches over the platform is answered whatever else there is to do. */
const UNBOUNDED = /^\/(health(\/|$)|metrics$)/;
/** Where agents answer by REST, and where they may. */
const ANSWERS_ROUTE = '/v1/requests/:id/result';
export const GRAPHQL_ROUTE = '/graphql';
/** How long the work for a caller that is gone may keep its seat, in milliseconds. */
const GONE_MS = 30_000;
/** What is refused over a connection on which something was refused before is told no sooner than so long after that. */
const REFUSED_AGAIN_MS = 250;
/** Refusals that wait so on one connection, whose client sends without waiting for answers. With one more the connection is cut. */
const REFUSALS_WAITING_MAX = 16;
const KIB = 1_024;

/**
 * Has every HTTP call pass admission: before anything of it is read, whether there is something left of its budget and its level can
 * take one more; when its body is there, a seat. Add it before routes.
 */
export function admitCalls(server: FastifyInstance, { admission, callers, clock }: Door): void {
  const refusals = new WeakMap<Socket, Refusals>();
  server.addHook('onRequest', (request, _reply, done) => {
    if (UNBOUNDED.test(request.routeOptions.url ?? '')) return done();
    const { call, headers, callersAddress } = request;
    const admit = (payer: Payer) => {
      const refusal = refusalOf(request, payer);
      if (refusal === undefined) done();
      else refuse(request, () => done(refusal));
    };
    const payer = callers.of(headers, callersAddress);
    if (!(payer instanceof Promise)) return admit(payer);
    payer.then(
      (known) => inCall(call, () => admit(known)),
      (error: Error) => inCall(call, () => done(error)),
    );
  });
  server.addHook('preValidation', ({ call, headers }, reply, done) => {
    const { account } = call;
    if (account.payer === null) return done();
    account.add((Number(headers['content-length'] ?? 0) / KIB) * COST.readKib);
    const stop = admission.enter(account.payer, account, (error) => inCall(call, () => done(error)));
    if (stop !== null) reply.raw.once('close', stop);
  });
  // Every answer passes here, so it makes no promise.
  server.addHook('onSend', ({ call }, reply, payload, done) => {
    if (call) {
      const { account } = call;
      account.add((bytesOf(payload, reply) / KIB) * COST.answeredKib);
      account.settle();
      account.leave();
    }
    done();
  });

  /** At once, unless whoever calls goes on with what was refused just now: then it waits. */
  function refuse({ call, raw: { socket } }: FastifyRequest, tell: () => void): void {
    const { at, waiting } = refusals.get(socket) ?? NO_REFUSALS;
    const waitMs = Math.max(0, at + REFUSED_AGAIN_MS - clock.monotonic());
    const isFlooding = waiting >= REFUSALS_WAITING_MAX;
    refusals.set(socket, {
      at: clock.monotonic() + waitMs,
      waiting: waitMs === 0 || isFlooding ? waiting : waiting + 1,
    });
    // Node reads on while an answer waits: whoever does not wait for answers would have any number of calls kept here.
    if (isFlooding) socket.destroy();
    if (waitMs === 0 || isFlooding) {
      tell();
      return;
    }
    clock.after(waitMs, () => {
      const now = refusals.get(socket) ?? NO_REFUSALS;
      refusals.set(socket, { ...now, waiting: now.waiting - 1 });
      inCall(call, tell);
    });
  }

  /** Throws nothing: a hook is told. */
  function refusalOf({ call, routeOptions }: FastifyRequest, known: Payer): Error | undefined {
    const { url = '' } = routeOptions;
    const { account } = call;
    const isOfAgents = url === ANSWERS_ROUTE || url === GRAPHQL_ROUTE;
    const payer: Payer = known.level === 'agents' && !isOfAgents ? { ...known, level: 'senders' } : known;
    account.isAnswer = url === ANSWERS_ROUTE;
    try {
      // What an agent asks for by GraphQL is known once it is read.
      if (payer.level !== 'agents' || account.isAnswer) admission.checkBudget(payer, account.isAnswer);
      admission.checkLevel(payer);
    } catch (error) {
      return error as Error;
    }
    admission.open(account, payer);
    // Of an agent that asks by GraphQL it is known later whether it answers, and pays.
    if (payer.level === 'agents') account.add(COST.call);
    else account.enter(COST.call);
    return undefined;
  }
}

/** When something was refused over a connection last, or will be, and how many refusals wait to be told. */
type Refusals = { readonly at: number; readonly waiting: number };
const NO_REFUSALS: Refusals = { at: Number.NEGATIVE_INFINITY, waiting: 0 };

/** Why an upgrade is refused before anything is done for it; null where it is not. */
export type AdmitUpgrade = (request: IncomingMessage, url: URL, address: string) => DomainError | null;

/**
 * Has upgrades pass admission. Agents that are known are let in whatever else there is to do; whose key is not known, or comes in the first
 * message, is a stranger here, who pays.
 */
export const admitUpgrades =
  ({ admission, callers }: Door): AdmitUpgrade =>
  ({ headers }, url, address) => {
    const payer = callers.known(headers, url.searchParams.get('token')) ?? admission.anonymousAt(address);
    if (payer.level === 'agents') return null;
    try {
      admission.checkBudget(payer);
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
    admission.charge(payer, COST.upgrade);
    return null;
  };

/** The answer is out, or its caller is gone, which does not make what is done for it cost nothing. */
export function endCall({ account }: Call, hasAnswered: boolean): void {
  account.settle();
  if (hasAnswered) account.leave();
  else if (account.isSeated) setTimeout(() => account.leave(), GONE_MS).unref();
}

/** Of a file its length is known, of a stream of events nothing. */
const bytesOf = (payload: unknown, reply: FastifyReply): number => {
  if (typeof payload === 'string') return payload.length;
  return Buffer.isBuffer(payload) ? payload.byteLength : Number(reply.getHeader('content-length') ?? 0);
};
