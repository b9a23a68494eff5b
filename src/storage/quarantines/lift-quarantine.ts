import { sql } from 'kysely';
import type { Act } from '../../domain/actor.ts';
import type { QuarantinedDocument } from '../../domain/quarantine.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Queryable } from '../database.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

const FORGET = statement(
  'lift-quarantines',
  { agentId: 'uuid', document: 'text?', at: 'timestamptz' },
  ({ agentId, document, at }) =>
    db
      .deleteFrom('quarantines as q')
      .where('q.agent_id', '=', agentId)
      .where(sql<boolean>`(${document} is null or q.document = ${document})`)
      .returning([
        'q.document',
        'q.document_id as documentId',
        'q.version',
        sql<boolean>`coalesce(q.until > ${at}, false)`.as('isInForce'),
      ]),
);

/**
 * Ends what is in quarantine of the agent's documents, or of the one kind, and forgets how often they were ended; notes each that
 * was in force at the moment of the act. Answers whether any was. In a transaction of the caller's.
 */
export async function liftQuarantine(
  connection: Queryable,
  agentId: string,
  document: QuarantinedDocument | null,
  act: Act,
): Promise<boolean> {
  const rows = await connection.run(FORGET, { agentId, document, at: act.at });
  const lifted = rows.filter(({ isInForce }) => isInForce);
  await noteEntries(
    connection,
    lifted.map((each) => ({
      type: 'agent.quarantine_lifted',
      ...entryBy(act),
      subject: { kind: each.document === 'CONTRACT' ? 'contract' : 'policy_set', id: each.documentId },
      agentId,
      data: { version: each.version },
    })),
  );
  return lifted.length > 0;
}
