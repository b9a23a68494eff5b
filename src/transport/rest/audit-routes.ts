import { isEntryKey } from '../../application/ports/audit-entries.ts';
import { pageOf } from './page.ts';
import { ALWAYS, json, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { auditEntryAnswer } from './schemas/answers.ts';
import { auditFilterOf, ListAuditEntriesQuery } from './schemas/list-query.ts';
import { AUDIT_ENTRY_PAGE } from './schemas/samples.ts';

/** `/v1/audit`: what is on record, to those whose it is. */
export function addAuditRoutes(scope: RestScope, { app }: RestDependencies, { auditKey }: KeyChecks): void {
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
}
