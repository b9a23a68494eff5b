import { CreateTables } from './0001-create-tables.ts';
import { AdminCredential } from './0002-admin-credential.ts';
import { RequestsCreatedAt } from './0003-requests-created-at.ts';
import { AgentSearch } from './0004-agent-search.ts';
import { Suspects } from './0005-suspects.ts';
import { CountRequestsOfSender } from './0006-count-requests-of-sender.ts';
import { RequestsWaiting } from './0007-requests-waiting.ts';
import { SummariesAndHandles } from './0008-summaries-and-handles.ts';

/**
 * Every migration, in order; written by `npm run migration`. Their names are recorded in the database: a released one
 * is never renamed.
 */
export const MIGRATIONS = [
  { name: '0001-create-tables', class: CreateTables },
  { name: '0002-admin-credential', class: AdminCredential },
  { name: '0003-requests-created-at', class: RequestsCreatedAt },
  { name: '0004-agent-search', class: AgentSearch },
  { name: '0005-suspects', class: Suspects },
  { name: '0006-count-requests-of-sender', class: CountRequestsOfSender },
  { name: '0007-requests-waiting', class: RequestsWaiting },
  { name: '0008-summaries-and-handles', class: SummariesAndHandles },
];
