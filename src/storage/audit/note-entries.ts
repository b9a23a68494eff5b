import { randomBytes } from 'node:crypto';
import { type AliasedExpression, type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import type {
  AuditActorKind,
  AuditData,
  AuditEntryType,
  AuditSubjectKind,
  NewAuditEntry,
} from '../../domain/audit-entry.ts';
import { DETAILS_SALT_BYTES, detailsDigest } from '../../domain/audit-entry-text.ts';
import { newSecretId } from '../../domain/new-id.ts';
import type { Queryable } from '../database.ts';
import { type Expressions, rowsOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db, type RowIn } from '../tables.ts';
import { AuditEventEntity } from './audit-event-entity.ts';

/** What a statement says of an entry that it writes itself. The rest has defaults: its transaction, its number, its id, its node. */
const NOTED = columnsOfTable(AuditEventEntity, { without: ['xact', 'id', 'entryId', 'node', 'detailsDigest'] });

/** What is known of an entry before the statement runs. */
const GIVEN = columnsOfTable(AuditEventEntity, { without: ['xact', 'id', 'node'] });

type Id = Expression<string | null> | null;

type Field<Value> = Expression<Value> | (Value extends string | number | boolean | null ? Value : never);

/** An entry for each row of a query: constants, and expressions over its rows. */
type Noted<Type extends AuditEntryType> = {
  /** Where many are written: made by the node, in the order of time, as the default is not. */
  readonly entryId?: Expression<string | null>;
  readonly type: Type | Expression<Type>;
  readonly at: Expression<Date>;
  readonly actor: { readonly kind: AuditActorKind | Expression<AuditActorKind>; readonly id: Id; readonly keyId?: Id };
  readonly subject: { readonly kind: AuditSubjectKind | Expression<AuditSubjectKind>; readonly id: Id };
  readonly agentId?: Id;
  readonly senderId?: Id;
  readonly requestId?: Id;
  /** Each field is an expression over the rows, or a constant; or all of it is one expression. */
  readonly data:
    | { readonly [Name in keyof AuditData<Type>]: Field<AuditData<Type>[Name]> }
    | RawBuilder<AuditData<Type>>;
};

/** A query that selects nothing yet. */
type Rows = { select(selections: readonly AliasedExpression<unknown, string>[]): Expression<unknown> };

/**
 * The part of a statement that writes an entry for each row of `from`, mostly the rows that another part has changed:
 *
 *     db.with('changed', () => db.updateTable(…).returning([…]))
 *       .with('noted', (cte) => noteFrom(cte.selectFrom('changed as c'), { type: 'request.cancelled', … }))
 *       .selectFrom('changed').selectAll()
 */
export const noteFrom = <const Type extends AuditEntryType>(from: Rows, entry: Noted<Type>) => {
  const { entryId, type, at, actor, subject, agentId = null, senderId = null, requestId = null, data } = entry;
  const values: Readonly<Record<(typeof NOTED.names)[number], Expression<unknown>>> = {
    type: constantOr(type),
    at,
    actor_kind: constantOr(actor.kind),
    actor_id: idOf(actor.id),
    key_id: idOf(actor.keyId ?? null),
    subject_kind: constantOr(subject.kind),
    subject_id: idOf(subject.id),
    agent_id: idOf(agentId),
    sender_id: idOf(senderId),
    request_id: idOf(requestId),
    data: isExpression(data) ? data : fieldsOf(data),
  };
  const noted = db.insertInto('audit_events');
  const selected = NOTED.names.map((name) => sql`${values[name]}`.as<string>(name));
  return entryId === undefined
    ? noted.columns(NOTED.names).expression(from.select(selected))
    : noted
        .columns([...NOTED.names, 'entry_id'])
        .expression(from.select([...selected, sql`${entryId}`.as('entry_id')]));
};

const isExpression = (value: unknown): value is Expression<unknown> =>
  typeof value === 'object' && value !== null && 'toOperationNode' in value;

const constantOr = (value: unknown): Expression<unknown> =>
  isExpression(value) ? value : sql`${sql.lit(value)}::text`;

const idOf = (id: Id): Expression<unknown> => id ?? sql`null::uuid`;

const fieldsOf = (data: Readonly<Record<string, unknown>>): Expression<unknown> => {
  const parts = Object.entries(data).flatMap(([name, value]) => [
    sql.lit(name),
    isExpression(value) ? value : sql.lit(value),
  ]);
  return sql`jsonb_build_object(${sql.join(parts)})`;
};

/** Entries that are known before the statement runs, as its parameter: `toGiven` makes its rows. */
export const GIVEN_ENTRIES = rowsOf(GIVEN, { salt: 'bytea?', details: 'jsonb?' });

type GivenEntries = Expressions<{ entries: typeof GIVEN_ENTRIES }>['entries'];

/** Writes the given entries, if `when` says so. */
export const noteGiven = (entries: GivenEntries, when: Expression<SqlBool> = sql`true`) =>
  db
    .insertInto('audit_events')
    .columns(GIVEN.names)
    .expression(
      db
        .selectFrom(entries.as('e'))
        .select(GIVEN.names.map((name) => `e.${name}` as const))
        .where(when),
    );

/** The details of the given entries: belongs into each statement with `noteGiven`, under the same condition. */
export const detailGiven = (entries: GivenEntries, when: Expression<SqlBool> = sql`true`) =>
  db
    .insertInto('audit_details')
    .columns(['entry_id', 'salt', 'details'])
    .expression(
      db
        .selectFrom(entries.as('e'))
        .select(['e.entry_id', 'e.salt', 'e.details'])
        .where('e.salt', 'is not', null)
        .where(when),
    );

/** An entry as a row of the statement's parameter. */
export const toGiven = ({ type, at, actor, subject, data = {}, details, ...about }: NewAuditEntry): Given => {
  const salt = details === undefined ? null : randomBytes(DETAILS_SALT_BYTES);
  return {
    entryId: newSecretId(at.getTime()),
    type,
    at,
    actorKind: actor.kind,
    actorId: actor.id,
    keyId: actor.keyId ?? null,
    subjectKind: subject.kind,
    subjectId: subject.id,
    agentId: about.agentId ?? null,
    senderId: about.senderId ?? null,
    requestId: about.requestId ?? null,
    data,
    detailsDigest: salt === null || details === undefined ? null : detailsDigest(salt, details),
    salt,
    details: details ?? null,
  };
};

type Given = RowIn<typeof GIVEN_ENTRIES>;

const NOTE = statement('note-audit-entries', { entries: GIVEN_ENTRIES }, ({ entries }) =>
  db
    .with('noted', () => noteGiven(entries))
    .with('detailed', () => detailGiven(entries))
    .selectNoFrom(sql`1`.as('done')),
);

/** Writes entries of what the transaction of that connection has done: they are there together, or not at all. */
export async function noteEntries(connection: Queryable, entries: readonly NewAuditEntry[]): Promise<void> {
  if (entries.length > 0) await connection.run(NOTE, { entries: entries.map(toGiven) });
}
