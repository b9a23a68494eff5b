import { type AuditTrust, checkVerifiers } from './audit-check.ts';
import { AuditMismatchError } from './errors.ts';
import { AuditProofDocument, ListAuditEntriesDocument, type ListAuditEntriesQuery } from './generated/graphql.ts';
import { leafHash, provesInclusion } from './generated/merkle.ts';
import { openCheckpoint, readProof } from './generated/signed-note.ts';
import { executeOverHttp } from './graphql-http.ts';
import type { KeyOptions } from './keys.ts';
import { endpointsOfAll } from './platform-urls.ts';
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

export interface ProveAuditEntryOptions extends KeyOptions, AuditTrust {
  readonly entry: Pick<AuditEntry, 'id' | 'canonical'>;
}

/** A proof, as the platform gave it and as it was checked. */
export interface AuditProof {
  /** A tlog-proof, as C2SP has it. */
  readonly text: string;
  /** The entry's place in the tree, counted from 0. */
  readonly index: number;
  /** How many entries the tree has that it is proved to be in. */
  readonly size: number;
}

/**
 * Has the platform prove that an entry is on record, and checks it: what the entry says is in the tree of a checkpoint that a trusted
 * key has signed. Trusts `keys`, or else those that are kept with the checkpoint in `store`: check the trail first. Throws
 * AuditMismatchError where the proof is none, AuditEntryNotFoundError, and NotSealedError while there is none yet.
 */
export async function proveAuditEntry(options: ProveAuditEntryOptions): Promise<AuditProof> {
  const { entry, store, keys } = options;
  checkVerifiers(keys);
  const { id, canonical } = entry;
  if (canonical === null) throw new TypeError('entry must have its canonical text, which it has once it is sealed');
  const [{ base: platform }] = endpointsOfAll(options.url);
  const kept = await store.load(platform);
  const trusted = keys ?? kept?.keys ?? [];
  const http = httpOf(options, options.apiKey);
  const { auditProof: text } = await executeOverHttp(http, AuditProofDocument, { entryId: id });
  const { index, proof, checkpoint } = readProof(text) ?? { index: -1, proof: [], checkpoint: '' };
  const tree = openCheckpoint(checkpoint, trusted);
  const leaf = leafHash(canonical);
  if (tree === null || !provesInclusion(proof, { leaf, index, ...tree })) {
    const hashes = proof.map((each) => each.toString('base64'));
    const evidence = { platform, kept: kept?.note ?? null, seen: checkpoint, proof: hashes };
    throw tree === null
      ? new AuditMismatchError(
          'unsigned',
          `what entry ${id} is proved by is signed by no key that is trusted.`,
          evidence,
        )
      : new AuditMismatchError('unproven', `entry ${id} is not in it.`, evidence);
  }
  return { text, index, size: tree.size };
}
