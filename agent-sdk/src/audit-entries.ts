import { ListAuditEntriesDocument, type ListAuditEntriesQuery } from './generated/graphql.ts';
import { executeOverHttp } from './graphql-http.ts';
import type { KeyOptions } from './keys.ts';
import { httpOf } from './registry.ts';

/** What the audit trail says that happened, as far as the key's holder may see it. */
export type AuditEntry = ListAuditEntriesQuery['auditEntries']['edges'][number]['node'];

/** Which entries are listed. */
export interface ListAuditEntriesOptions extends KeyOptions {
  /** Only those about this agent, by its id or handle. */
  readonly agentId?: string;
  /** Only those of these types, such as `request.submitted`. */
  readonly types?: readonly string[];
  readonly requestId?: string;
  /** Only those of that moment or later. */
  readonly from?: Date;
  /** Only those of before that moment. */
  readonly to?: Date;
  /**
   * How many, at most 100.
   * @default 20
   */
  readonly first?: number;
  /** Where the page begins, as the page before it says. */
  readonly after?: string;
}

/** Some of the entries, newest first. With a filter it may be short, or empty, and still have a next one. */
export interface AuditEntryPage {
  readonly entries: readonly AuditEntry[];
  /** Where the next page begins; null where there is none. */
  readonly next: string | null;
}

/** What is on record of the key's holder. Throws ForbiddenError where the key lacks the scope `audit:read`. */
export async function listAuditEntries(options: ListAuditEntriesOptions): Promise<AuditEntryPage> {
  const { agentId, types, requestId, from, to, first = 20, after } = options;
  const { auditEntries } = await executeOverHttp(httpOf(options, options.apiKey), ListAuditEntriesDocument, {
    first,
    ...(agentId !== undefined && { agentId }),
    ...(types && { type: [...types] }),
    ...(requestId !== undefined && { requestId }),
    ...(from && { from: from.toISOString() }),
    ...(to && { to: to.toISOString() }),
    ...(after !== undefined && { after }),
  });
  const { hasNextPage, endCursor } = auditEntries.pageInfo;
  return { entries: auditEntries.edges.map(({ node }) => node), next: hasNextPage ? (endCursor ?? null) : null };
}
