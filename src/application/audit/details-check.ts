import type { AuditFields } from '../../domain/audit-entry.ts';
import { detailsDigest } from '../../domain/audit-entry-text.ts';
import { type ExportedEntry, fieldsOf } from './export-format.ts';

/** What is wrong with what is personal of an entry: it is what its digest in the entry says, or it was erased. */
export function detailsProblem({ canonical, details: kept }: ExportedEntry): string | null {
  const { details: digest } = fieldsOf(canonical);
  if (kept === undefined) return null;
  if (typeof digest !== 'string') return 'has details that were not sealed with it.';
  const found = detailsDigest(Buffer.from(kept.salt, 'base64'), kept.details as AuditFields).toString('base64');
  return found === digest ? null : 'has other details than were sealed with it.';
}
