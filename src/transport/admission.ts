import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from '../application/admission/admission.ts';
import type { Payer } from '../application/admission/levels.ts';
import { type Call, inCall } from '../application/ports/call.ts';
import type { Clock } from '../application/ports/clock.ts';
import { COST } from '../application/ports/cost.ts';
import { DomainError } from '../domain/domain-error.ts';
import { networkOf } from '../domain/network.ts';
import type { KnownCallers } from './known-callers.ts';
import type { Refusals } from './refusals.ts';
import { isClosed, untilClosed } from './until-closed.ts';

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
const KIB = 1_024;

/**
 * Has every HTTP call pass admission: before anything of it is read, whether there is something left of its budget and its level can
 * take one more; when its body is there, a seat. Add it before routes.
 */
export function admitCalls(server: FastifyInstance, { admission, callers }: Door, refusals: Refusals): void {
  server.addHook('onRequest', (request, _reply, done) => {
    if (UNBOUNDED.test(request.routeOptions.url ?? '')) return done();
    const { call, headers, callersAddress } = request;
    const refuse = (refusal: Error, flow: string) =>
      refusals.add(request.raw, flow, () => inCall(call, () => done(refusal)));
    const admit = (payer: Payer) => {
      const refusal = refusalOf(request, payer);
      if (refusal === undefined) done();
      else refuse(refusal, payer.flow);
    };
    const payer = callers.of(headers, callersAddress);
    if (!(payer instanceof Promise)) return admit(payer);
    payer.then(
      (known) => inCall(call, () => admit(known)),
      (error: Error) => refuse(error, networkOf(callersAddress)),
    );
  });
  server.addHook('preValidation', ({ call, headers, raw }, reply, done) => {
    const { account } = call;
    const { payer } = account;
    if (payer === null) return done();
    account.add((Number(headers['content-length'] ?? 0) / KIB) * COST.readKib);
    const stop = admission.enter(payer, account, (refusal) => {
      // Its caller left before it was seated, so that nobody would hear of its end.
      if (isClosed(reply.raw)) endCall(call, false);
      if (refusal === undefined) inCall(call, done);
      else refusals.add(raw, payer.flow, () => inCall(call, () => done(refusal)));
    });
    if (stop !== null) untilClosed(reply.raw, stop);
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

/** Why an upgrade is refused before anything is done for it; null where it is not. */
export type AdmitUpgrade = (request: IncomingMessage, url: URL, address: string) => DomainError | null;

/**
 * Has upgrades pass admission. Agents that are known are let in whatever else there is to do; whose key is not known, or comes in the first
 * message, is a stranger here, who pays.
 */
export const admitUpgrades =
  ({ admission, callers }: Door): AdmitUpgrade =>
  ({ headers }, url, address) => {
    const payer = callers.known(headers, url.searchParams.get('token'), address) ?? admission.anonymousAt(address);
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
