import { columnsOfTable, db } from '../tables.ts';
import { AuditEventEntity } from './audit-event-entity.ts';

export const EVENT_COLUMNS = columnsOfTable(AuditEventEntity);

/** Where an event is in the tree, and after what of its agent's and its sender's. */
export const PLACE_COLUMNS = [
  'l.index',
  'l.agent_n as agentN',
  'l.agent_prev as agentPrev',
  'l.sender_n as senderN',
  'l.sender_prev as senderPrev',
] as const;

/** Events by their place in the tree, with what is personal of them. */
export const EVENTS = db
  .selectFrom('audit_leaves as l')
  .innerJoin('audit_events as e', (join) => join.onRef('e.xact', '=', 'l.xact').onRef('e.id', '=', 'l.id'))
  .leftJoin('audit_details as d', 'd.entry_id', 'e.entry_id')
  .select(EVENT_COLUMNS.from('e'))
  .select([...PLACE_COLUMNS, 'l.leaf', 'd.salt', 'd.details']);
