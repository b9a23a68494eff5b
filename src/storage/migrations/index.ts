import type { NamedMigration } from '../schema/migration.ts';
import { createTables } from './0001-create-tables.ts';
import { adminCredential } from './0002-admin-credential.ts';
import { requestsCreatedAt } from './0003-requests-created-at.ts';
import { agentSearch } from './0004-agent-search.ts';
import { suspects } from './0005-suspects.ts';
import { countRequestsOfSender } from './0006-count-requests-of-sender.ts';
import { requestsWaiting } from './0007-requests-waiting.ts';
import { summariesAndHandles } from './0008-summaries-and-handles.ts';
import { nodesSayWhatTheyKnow } from './0009-nodes-say-what-they-know.ts';
import { traceContext } from './0010-trace-context.ts';
import { governed } from './0011-governed.ts';
import { waitingBySender } from './0012-waiting-by-sender.ts';
import { approvalsInAll } from './0013-approvals-in-all.ts';
import { contextAndProgress } from './0014-context-and-progress.ts';
import { byContextAndEnd } from './0015-by-context-and-end.ts';
import { rejectedParams } from './0016-rejected-params.ts';
import { rejectedParamsIndex } from './0017-rejected-params-index.ts';
import { auditTrail } from './0018-audit-trail.ts';
import { rejectionsNotKept } from './0019-rejections-not-kept.ts';
import { registrationWork } from './0020-registration-work.ts';
import { quarantines } from './0021-quarantines.ts';
import { formerAgents } from './0022-former-agents.ts';
import { auditHeads } from './0023-audit-heads.ts';
import { storageCount } from './0024-storage-count.ts';
import { keyEnds } from './0025-key-ends.ts';
import { keyEndsIndex } from './0026-key-ends-index.ts';
import { auditOwnIndex } from './0027-audit-own-index.ts';
import { auditRareTypes } from './0028-audit-rare-types.ts';
import { approversOfOwner } from './0029-approvers-of-owner.ts';
import { noIndexOfAllTypes } from './0030-no-index-of-all-types.ts';
import { thinCheckpoints } from './0031-thin-checkpoints.ts';

/**
 * Every migration, in order; written by `npm run migration`. Their names are recorded in the database: a released one
 * is never renamed.
 */
export const MIGRATIONS: readonly NamedMigration[] = [
  { name: '0001-create-tables', ...createTables },
  { name: '0002-admin-credential', ...adminCredential },
  { name: '0003-requests-created-at', ...requestsCreatedAt },
  { name: '0004-agent-search', ...agentSearch },
  { name: '0005-suspects', ...suspects },
  { name: '0006-count-requests-of-sender', ...countRequestsOfSender },
  { name: '0007-requests-waiting', ...requestsWaiting },
  { name: '0008-summaries-and-handles', ...summariesAndHandles },
  { name: '0009-nodes-say-what-they-know', ...nodesSayWhatTheyKnow },
  { name: '0010-trace-context', ...traceContext },
  { name: '0011-governed', ...governed },
  { name: '0012-waiting-by-sender', ...waitingBySender },
  { name: '0013-approvals-in-all', ...approvalsInAll },
  { name: '0014-context-and-progress', ...contextAndProgress },
  { name: '0015-by-context-and-end', ...byContextAndEnd },
  { name: '0016-rejected-params', ...rejectedParams },
  { name: '0017-rejected-params-index', ...rejectedParamsIndex },
  { name: '0018-audit-trail', ...auditTrail },
  { name: '0019-rejections-not-kept', ...rejectionsNotKept },
  { name: '0020-registration-work', ...registrationWork },
  { name: '0021-quarantines', ...quarantines },
  { name: '0022-former-agents', ...formerAgents },
  { name: '0023-audit-heads', ...auditHeads },
  { name: '0024-storage-count', ...storageCount },
  { name: '0025-key-ends', ...keyEnds },
  { name: '0026-key-ends-index', ...keyEndsIndex },
  { name: '0027-audit-own-index', ...auditOwnIndex },
  { name: '0028-audit-rare-types', ...auditRareTypes },
  { name: '0029-approvers-of-owner', ...approversOfOwner },
  { name: '0030-no-index-of-all-types', ...noIndexOfAllTypes },
  { name: '0031-thin-checkpoints', ...thinCheckpoints },
];
