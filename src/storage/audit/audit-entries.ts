import { type SqlBool, sql } from 'kysely';
import { type AuditEntries, isEntryKey, type ReadEntry } from '../../application/ports/audit-entries.ts';
import { entryText } from '../../domain/audit-entry-text.ts';
import { JsonText } from '../../domain/json/json-text.ts';
import type { Database } from '../database.ts';
import { COUNTED_MAX, hasRealKeys, newestFirst, once } from '../keyset.ts';
import { db, type RowIn } from '../tables.ts';
import { countOf, firstIdAt, type IdBounds, idsOnPage, isOf } from './list-events.ts';
import { EVENT_COLUMNS, PLACE_COLUMNS } from './sealed-events.ts';

/** Events with their place in the tree, and what is personal of them. */
const events = db
  .selectFrom('audit_events as e')
  .leftJoin('audit_leaves as l', (join) => join.onRef('l.xact', '=', 'e.xact').onRef('l.id', '=', 'e.id'))
  .leftJoin('audit_details as d', 'd.entry_id', 'e.entry_id')
  .select(EVENT_COLUMNS.from('e'))
  .select([...PLACE_COLUMNS, 'd.details']);

type Row = RowIn<typeof EVENT_COLUMNS> & {
  readonly index: number | null;
  readonly agentN: number | null;
  readonly agentPrev: Buffer | null;
  readonly senderN: number | null;
  readonly senderPrev: Buffer | null;
  readonly details: object | null;
};

/** What the trail says, as it is stored. */
export const createAuditEntries = (database: Database): AuditEntries => {
  async function boundsOf(from: Date | undefined, to: Date | undefined): Promise<IdBounds> {
    const idAt = async (name: string, moment: Date | undefined, byMs: number) => {
      if (moment === undefined) return null;
      const [row] = await database.runOnce(name, firstIdAt(new Date(moment.getTime() + byMs)));
      return row?.id ?? null;
    };
    return {
      from: await idAt('audit-first-id-from', from, -CLOCKS_DIFFER_MS),
      to: await idAt('audit-first-id-to', to, CLOCKS_DIFFER_MS),
    };
  }

  return {
    list: async (filter, page) => {
      const bounds = await boundsOf(filter.from, filter.to);
      const count = once(
        async () => (await database.runOnce('count-audit-events', countOf(filter, bounds, COUNTED_MAX)))[0],
      );
      const counts = {
        totalCount: async () => (await count())?.total ?? 0,
        isTotalCountExact: async () => (await count())?.isExact ?? true,
      };
      if (!hasRealKeys(page, isEntryKey)) return { rows: [], ...counts };
      const looked = await database.runOnce('find-audit-events', idsOnPage(filter, page, bounds));
      const ids = looked.flatMap(({ id }) => (id === null ? [] : [id]));
      const upTo = looked[0]?.at ?? null;
      const lookedAtUpTo = upTo === null || ids.length >= page.limit ? {} : { lookedAtUpTo: String(upTo) };
      if (ids.length === 0) return { rows: [], ...lookedAtUpTo, ...counts };
      const direction = page.fromEnd ? 'asc' : 'desc';
      const rows = await database.runOnce(
        'list-audit-events',
        events.where(sql<SqlBool>`e.id = any(${ids}::bigint[])`).orderBy('e.id', direction),
      );
      return { rows: newestFirst(rows.map(toEntry), page), ...lookedAtUpTo, ...counts };
    },

    byId: async (entryId, audience) => {
      const found = events.where('e.entry_id', '=', entryId);
      const [row] = await database.runOnce(
        'audit-event-by-id',
        audience === null ? found : found.where(isOf(audience)),
      );
      return row === undefined ? null : toEntry(row);
    },
  };
};

/** Nodes' clocks differ by less than that, and so long a change may wait for others between its moment and its entry. */
const CLOCKS_DIFFER_MS = 60_000;

const hashText = (hash: Buffer): string => hash.toString('base64');

function linkOf(n: number | null, prev: Buffer | null) {
  return n === null ? null : { n, prev: prev && hashText(prev) };
}

function toEntry(row: Row): ReadEntry {
  const { index, actorKind, actorId, keyId, subjectKind, subjectId } = row;
  const isSealed = index !== null;
  return {
    key: String(row.id),
    id: row.entryId,
    index,
    type: row.type,
    at: row.at,
    isSealed,
    node: row.node === '' ? null : row.node,
    actor: { kind: actorKind, id: actorId, keyId },
    subject: { kind: subjectKind, id: subjectId },
    agentId: row.agentId,
    senderId: row.senderId,
    requestId: row.requestId,
    data: JsonText.of({ ...row.data }),
    details: row.details && JsonText.of({ ...row.details }),
    canonical: isSealed ? entryText({ ...row, index }) : null,
    chain: isSealed ? { agent: linkOf(row.agentN, row.agentPrev), sender: linkOf(row.senderN, row.senderPrev) } : null,
  };
}
