import { sql } from 'kysely';
import type { Of } from '../requests/request-notes.ts';

/** What the audit trail says of what people are asked: the digest is what whoever decides sends back. */
export const askedOf = (of: Of) => ({
  digest: sql<string>`encode(${of<Buffer>('digest')}, 'base64')`,
  quorum: of<number>('quorum'),
  policySet: of<string>('policySetId'),
  contract: of<string>('contractId'),
});
