import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidInputError } from '../../domain/errors.ts';
import type { JsonPart } from '../../domain/json/json-part.ts';
import { stringifyJson } from '../../domain/json/json-text.ts';
import { hasMoreBytes, tooLargeText } from '../answer-size.ts';
import { MalformedBodyError, takeJson } from '../json-body.ts';
import { addAgentsRoutes } from './agents-routes.ts';
import { answerProblems } from './answer-problems.ts';
import { addApiDocument } from './api-document.ts';
import { addApprovalSettingsRoutes } from './approval-settings-routes.ts';
import { addApprovalsRoutes } from './approvals-routes.ts';
import { addApproversRoutes } from './approvers-routes.ts';
import { addAuditRoutes } from './audit-routes.ts';
import { addDecisionsRoutes } from './decisions-routes.ts';
import { addDirectoryRoutes } from './directory-routes.ts';
import { addDocsRoutes } from './docs-routes.ts';
import { addHealthRoutes } from './health-routes.ts';
import { addInfoRoutes } from './info-routes.ts';
import { addKeysRoutes } from './keys-routes.ts';
import { addLimitsRoutes } from './limits-routes.ts';
import { ProblemError, problemOfJson } from './problem-details.ts';
import { addQuarantinesRoutes } from './quarantines-routes.ts';
import { addRegistrationRoutes } from './registration-routes.ts';
import { addRequestReadingRoutes } from './request-reading-routes.ts';
import { addRequestsRoutes } from './requests-routes.ts';
import {
  createKeyChecks,
  documentAdmission,
  documentLimits,
  documentScopes,
  type RestDependencies,
} from './rest-scope.ts';
import { addResultRoute } from './result-route.ts';
import { addSecurityTxtRoute } from './security-txt.ts';
import { addSendersRoutes } from './senders-routes.ts';
import { addStorageRoutes } from './storage-routes.ts';
import { warnOfUnknownMembers } from './unknown-members.ts';
import { createValidatorCompiler } from './validation.ts';
import { addWebhooksRoutes } from './webhooks-routes.ts';

/**
 * The REST shim: each route translates one use case, which GraphQL calls as well. Add it before other transports, so
 * that their failures are problem documents, too.
 */
export async function addRestApi(server: FastifyInstance, deps: RestDependencies): Promise<void> {
  answerProblems(server, deps.log);
  await server.register(async (plain) => {
    plain.decorateRequest('keyHolder', null);
    const scope = plain.withTypeProvider<TypeBoxTypeProvider>();
    // Bodies are JSON.
    plain.removeAllContentTypeParsers();
    takeJson(plain, refuseProblems);
    scope.setValidatorCompiler(createValidatorCompiler());
    // The views are the shape; the response schemas document them.
    scope.setSerializerCompiler(() => stringifyJson);
    // Every answer passes here, so it makes no promise.
    scope.addHook('onSend', (_request, reply, payload, done) => {
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
      const isTooLarge = typeof payload === 'string' && hasMoreBytes(payload, deps.answerMaxBytes);
      if (isTooLarge) done(tooLargeAnswer(deps.answerMaxBytes));
      else done();
    });
    scope.addHook('preValidation', (request, _reply, done) => done(problemOfBody(request)));
    warnOfUnknownMembers(plain);
    documentScopes(scope);
    documentLimits(scope);
    documentAdmission(scope);
    await addApiDocument(plain, deps.about);

    const keyChecks = createKeyChecks(deps);
    addAgentsRoutes(scope, deps, keyChecks);
    addApprovalsRoutes(scope, deps, keyChecks);
    addApprovalSettingsRoutes(scope, deps, keyChecks);
    addDecisionsRoutes(scope, deps, keyChecks);
    addApproversRoutes(scope, deps, keyChecks);
    addWebhooksRoutes(scope, deps, keyChecks);
    addQuarantinesRoutes(scope, deps, keyChecks);
    addStorageRoutes(scope, deps, keyChecks);
    addSendersRoutes(scope, deps, keyChecks);
    addDirectoryRoutes(scope, deps);
    addRequestsRoutes(scope, deps, keyChecks);
    addResultRoute(scope, deps, keyChecks);
    addRequestReadingRoutes(scope, deps, keyChecks);
    addLimitsRoutes(scope, deps, keyChecks);
    addAuditRoutes(scope, deps, keyChecks);
    addKeysRoutes(scope, deps, keyChecks);
    addHealthRoutes(scope, deps);
    addRegistrationRoutes(scope, deps);
    addInfoRoutes(scope, deps);
    addSecurityTxtRoute(scope, deps);
    addDocsRoutes(scope, deps);
  });
}

/** What replaces a whole, such as limits, is not to replace it by nothing because a body went missing, or is null. */
function problemOfBody({ body, routeOptions: { schema, config } }: FastifyRequest): Error | undefined {
  if (schema?.body === undefined) return undefined;
  if (body === null) return new InvalidInputError([{ path: 'body', message: 'must be object' }]);
  const isMissing = body === undefined && !config.bodyIsOptional;
  return isMissing ? new MalformedBodyError('The body is empty; it must be JSON.') : undefined;
}

const tooLargeAnswer = (maxBytes: number): ProblemError =>
  new ProblemError({
    kind: 'answer-too-large',
    detail: tooLargeText(maxBytes, 'Ask for a smaller page, with a smaller limit.'),
  });

/** What breaks I-JSON is refused wherever it stands, with its path as it was sent. */
function refuseProblems({ problems }: JsonPart): void {
  if (problems.length > 0) throw new ProblemError(problemOfJson(problems));
}
