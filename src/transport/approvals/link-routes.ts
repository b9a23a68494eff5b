import formbody from '@fastify/formbody';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../../application/application.ts';
import { isWithoutVerdict } from '../../application/approvals/without-verdict.ts';
import type { Log } from '../../application/ports/log.ts';
import {
  ApprovalChangedError,
  ApprovalDecidedError,
  ApprovalNotFoundError,
  InvalidInputError,
  RateLimitedError,
  RequestRejectedError,
} from '../../domain/errors.ts';
import { retryAfter } from '../failures.ts';
import { FORM_LIMIT_BYTES, fieldOf } from '../forms.ts';
import {
  failedPage,
  linkPage,
  noLinkPage,
  outcomePage,
  overPage,
  refusedPage,
  rejectedPage,
  type Said,
  waitPage,
} from './link-pages.ts';

type Dependencies = { readonly app: Pick<Application, 'approvals'>; readonly log: Log };
type Link = { Params: { token: string } };

/** The page is all there is: no script, no file, and nobody may frame it. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': POLICY,
  // The address is the credential: it goes nowhere else.
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow',
};

const send = (reply: FastifyReply, status: number, text: string) =>
  reply.status(status).headers(HEADERS).type('text/html; charset=utf-8').send(text);

/**
 * Links by which an approver decides without a login. To open one shows what is asked and changes nothing, since programs that
 * look for harm open every link of a mail; the form that the page has decides.
 */
export function addApprovalLinks(server: FastifyInstance, { app, log }: Dependencies): void {
  server.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: FORM_LIMIT_BYTES });
    scope.setErrorHandler((error: FastifyError, _request, reply) => answerFailure(error, reply, log));

    scope.get<Link>('/approvals/l/:token', async ({ params: { token }, callersAddress }, reply) => {
      const linked = await app.approvals.openLink(token, callersAddress);
      return linked === null ? send(reply, 404, noLinkPage()) : send(reply, 200, linkPage(linked, token));
    });

    scope.post<Link>('/approvals/l/:token', async (request, reply) => {
      // A page without a referrer sends its form from the origin "null", so only what says that it is another site's is refused.
      if (request.headers['sec-fetch-site'] === 'cross-site') return send(reply, 403, refusedPage());
      const { token } = request.params;
      const verdict = fieldOf(request, 'verdict');
      if (verdict !== 'APPROVE' && verdict !== 'DENY') return send(reply, 422, refusedPage());
      const said = saidIn(request);
      const decision = {
        digest: fieldOf(request, 'digest'),
        verdict,
        comment: said.comment || null,
        toSender: said.toSender || null,
      } as const;
      try {
        const approval = await app.approvals.decideByLink(token, decision, request.callersAddress);
        return approval === null ? send(reply, 404, noLinkPage()) : send(reply, 200, outcomePage(approval.status));
      } catch (error) {
        return answerRefusal(error, { token, request, reply });
      }
    });
  });

  async function answerRefusal(
    error: unknown,
    {
      token,
      request,
      reply,
    }: { readonly token: string; readonly request: FastifyRequest; readonly reply: FastifyReply },
  ) {
    if (error instanceof ApprovalNotFoundError) return send(reply, 404, noLinkPage());
    if (error instanceof ApprovalDecidedError) return send(reply, 409, overPage(error.status));
    if (error instanceof RequestRejectedError) return send(reply, 422, rejectedPage(error.reason));
    const problem =
      error instanceof ApprovalChangedError
        ? 'It changed while you looked. This is what it is about now; decide again.'
        : error instanceof InvalidInputError
          ? error.message
          : null;
    if (problem === null) throw error;
    const linked = await app.approvals.openLink(token, request.callersAddress);
    if (linked === null) return send(reply, 404, noLinkPage());
    const again = linkPage(linked, token, { message: problem, said: saidIn(request) });
    return send(reply, error instanceof ApprovalChangedError ? 409 : 422, again);
  }
}

/** Browsers end lines with two characters, which count as one where they are typed. */
const saidIn = (request: FastifyRequest): Said => ({
  comment: fieldOf(request, 'comment').replaceAll('\r\n', '\n').trim(),
  toSender: fieldOf(request, 'toSender').replaceAll('\r\n', '\n').trim(),
});

function answerFailure(error: FastifyError, reply: FastifyReply, log: Log) {
  if (isWithoutVerdict(error)) {
    const seconds = Math.ceil(error.retryAfterSeconds);
    reply.headers(retryAfter(seconds));
    return send(reply, error instanceof RateLimitedError ? 429 : 503, waitPage(seconds));
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return send(reply, status, refusedPage());
  log.error({ err: error }, 'a link page failed');
  return send(reply, 500, failedPage());
}
