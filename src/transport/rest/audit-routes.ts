import { isEntryKey } from '../../application/ports/audit-entries.ts';
import { AgentNotFoundError, AuditEntryNotFoundError, NotSealedError } from '../../domain/errors.ts';
import { pageOf } from './page.ts';
import { ALWAYS, json, problems, text } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { auditCheckpointAnswer, auditEntryAnswer, auditHeadsAnswer, auditKeyAnswer } from './schemas/audit-answers.ts';
import {
  AUDIT_CHECKPOINT,
  AUDIT_CONSISTENCY,
  AUDIT_ENTRY_PAGE,
  AUDIT_HEADS,
  AUDIT_KEYS,
  AUDIT_PROOF,
} from './schemas/audit-samples.ts';
import { AuditConsistencyQuery, AuditEntryIdParams, AuditHeadsQuery } from './schemas/inputs.ts';
import { auditFilterOf, ListAuditEntriesQuery } from './schemas/list-query.ts';

const PLAIN = 'text/plain; charset=utf-8';

/** `/v1/audit`: what is on record, to those whose it is, and what everybody with a key can hold the platform to. */
export function addAuditRoutes(scope: RestScope, { app }: RestDependencies, { auditKey, validKey }: KeyChecks): void {
  scope.get(
    '/v1/audit/entries',
    {
      onRequest: auditKey,
      schema: {
        operationId: 'listAuditEntries',
        tags: ['Audit'],
        summary: 'List entries of the audit trail',
        description:
          "What is on record of an owner's agents and the owner, or of what a sender or an agent sent, newest first.",
        security: WITH_KEY,
        querystring: ListAuditEntriesQuery,
        response: {
          200: json('A page of them.', 'AuditEntryPage', AUDIT_ENTRY_PAGE),
          ...problems('unauthenticated', 'forbidden', 'invalid-input', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const { query } = request;
      const { rows, nextCursor } = await pageOf(
        query,
        (page) => app.audit.list(keyHolder(request), auditFilterOf(query), page),
        ({ key }) => key,
        isEntryKey,
      );
      return { items: rows.map((entry) => auditEntryAnswer.of(entry)), next_cursor: nextCursor };
    },
  );

  scope.get(
    '/v1/audit/entries/:id/proof',
    {
      onRequest: auditKey,
      schema: {
        operationId: 'getAuditProof',
        tags: ['Audit'],
        summary: 'Prove an entry of the audit trail',
        description:
          'That it is in the tree, with a checkpoint: a text as C2SP has it (tlog-proof). The leaf is the hash of `canonical`.',
        security: WITH_KEY,
        params: AuditEntryIdParams,
        response: {
          200: text('The proof.', AUDIT_PROOF),
          ...problems('unauthenticated', 'forbidden', AuditEntryNotFoundError, NotSealedError, ...ALWAYS),
        },
      },
    },
    async (request, reply) => reply.type(PLAIN).send(await app.audit.proof(keyHolder(request), request.params.id)),
  );

  scope.get(
    '/v1/audit/checkpoint',
    {
      onRequest: validKey,
      schema: {
        operationId: 'getAuditCheckpoint',
        tags: ['Audit'],
        summary: 'Read the newest checkpoint',
        description:
          'What the platform has signed of its trail. Keep it: a later one that is not consistent with it shows a rewritten past. With `Accept: text/plain` the answer is the signed note alone, as C2SP has it (tlog-checkpoint).',
        security: WITH_KEY,
        response: {
          200: json('The checkpoint.', 'AuditCheckpoint', AUDIT_CHECKPOINT),
          ...problems('unauthenticated', NotSealedError, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const checkpoint = await app.audit.checkpoint(keyHolder(request));
      if (wantsText(request.headers.accept)) return reply.type(PLAIN).send(checkpoint.note);
      return auditCheckpointAnswer.of(checkpoint);
    },
  );

  scope.get(
    '/v1/audit/consistency',
    {
      onRequest: validKey,
      schema: {
        operationId: 'getAuditConsistency',
        tags: ['Audit'],
        summary: 'Prove that nothing of the past was rewritten',
        description: 'That the tree of the second size has all of that of the first, unchanged (RFC 9162).',
        security: WITH_KEY,
        querystring: AuditConsistencyQuery,
        response: {
          200: json('The proof.', 'AuditConsistency', AUDIT_CONSISTENCY),
          ...problems('unauthenticated', 'invalid-input', NotSealedError, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const by = keyHolder(request);
      const { from = 1, to = (await app.audit.checkpoint(by)).size } = request.query;
      return { from, to, hashes: await app.audit.consistency(by, from, to) };
    },
  );

  scope.get(
    '/v1/audit/heads',
    {
      onRequest: auditKey,
      schema: {
        operationId: 'getAuditHeads',
        tags: ['Audit'],
        summary: 'Prove that no entry is withheld at the end',
        description:
          "Once a day the root of a map from every agent and sender to its newest entry is sealed; this is the newest one, with the caller's own.",
        security: WITH_KEY,
        querystring: AuditHeadsQuery,
        response: {
          200: json('The map.', 'AuditHeads', AUDIT_HEADS),
          ...problems('unauthenticated', 'forbidden', AgentNotFoundError, NotSealedError, ...ALWAYS),
        },
      },
    },
    async (request) => auditHeadsAnswer.of(await app.audit.heads(keyHolder(request), { agentId: request.query.agent })),
  );

  scope.get(
    '/v1/audit/keys',
    {
      onRequest: validKey,
      schema: {
        operationId: 'listAuditKeys',
        tags: ['Audit'],
        summary: 'List the keys that checkpoints are verified with',
        description: 'The current one first. Keep it where the platform cannot reach.',
        security: WITH_KEY,
        response: {
          200: json('The keys.', 'AuditKeyList', AUDIT_KEYS),
          ...problems('unauthenticated', ...ALWAYS),
        },
      },
    },
    async (request) => ({
      items: (await app.audit.keys(keyHolder(request))).map((key) => auditKeyAnswer.of(key)),
    }),
  );
}

/** Whoever asks for anything, or for nothing, gets JSON. */
const wantsText = (accept: string | undefined): boolean =>
  accept !== undefined && /^\s*text\/plain\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);
