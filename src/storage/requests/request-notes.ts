import { type Expression, sql } from 'kysely';
import type { NewRequest } from '../../application/ports/request-store.ts';
import { type Actor, PLATFORM } from '../../domain/actor.ts';
import type { AuditData } from '../../domain/audit-entry.ts';
import type { LoggedStage } from '../../domain/verdict.ts';
import type { NewRequestRow } from './request-records.ts';

/**
 * What entries of the audit trail say of requests (docs/decisions/0070). Columns are taken from the rows that a statement has
 * changed, so that it costs a node next to nothing; what is asked and answered is there by its digest alone.
 */

/** Who does it, as part of a parameter's rows. */
export const ACTOR_COLUMNS = { actorKind: 'text', actorId: 'uuid?', keyId: 'uuid?' } as const;

/** What a new request is noted with besides its own columns. */
export const SUBMITTED_WITH = {
  ...ACTOR_COLUMNS,
  policySetId: 'uuid?',
  stages: 'jsonb',
} as const;

export const submittedWith = ({ by = PLATFORM, policySetId = null, pipelineLog }: NewRequest) => ({
  ...actorColumns(by),
  policySetId,
  stages: pipelineLog.map(verdictOf),
});

export const actorColumns = ({ kind, id, keyId }: Actor) => ({ actorKind: kind, actorId: id, keyId });

const verdictOf = ({ stage, passed, reason, kind }: LoggedStage) => {
  if (!passed) return { stage, verdict: 'DENY', kind: kind ?? null };
  return { stage, verdict: reason === null ? 'PASS' : 'HOLD' };
};

/**
 * Of a text as it is kept: whoever has the text can tell, and nobody finds it out by that. Null for null. Of documents it is what
 * `documentDigest` makes of the same text.
 */
export const digestOf = (what: 'params' | 'result' | 'contract' | 'policies', text: Expression<unknown>) =>
  sql<
    string | null
  >`encode(sha256(convert_to(${sql.lit(`clawcierge/${what}/v1\n`)} || ${text}::text, 'UTF8')), 'base64')`;

/**
 * What somebody else chose is said where it is a name, and nothing that anybody may have written. Its length is no part of the
 * pattern: PostgreSQL takes ten times as long for a bounded repetition as for everything else of an entry.
 */
export const nameOrNull = (name: Expression<string | null>) =>
  sql<
    string | null
  >`case when length(${name}) <= ${sql.lit(NAME_MAX)} and ${name} ~ '^[A-Za-z0-9._:/-]+$' then ${name} end`;

const NAME_MAX = 128;
const NAME = new RegExp(`^[A-Za-z0-9._:/-]{1,${NAME_MAX}}$`);

/** A column of the rows that are noted, by the name of its property. */
export type Of = <Value>(property: string) => Expression<Value>;

/** Of rows that have a request's columns under the names of its properties. */
export const ofRows =
  (alias: string): Of =>
  (property) =>
    sql.ref(`${alias}.${property}`);

/** Of rows that have them under the columns' own names. */
export const ofColumns =
  (alias: string): Of =>
  (property) =>
    sql.ref(`${alias}.${property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`);

/** Whom an entry of a request concerns. */
export const aboutRequest = (of: Of) =>
  ({
    agentId: of<string>('agentId'),
    senderId: of<string>('senderId'),
    requestId: of<string>('id'),
    subject: { kind: 'request', id: of<string>('id') },
  }) as const;

/** What is said of a new one. */
export const submissionOf = (
  of: Of,
  { stages, policySetId }: { readonly stages: Expression<Stages>; readonly policySetId: Expression<string | null> },
) => ({
  action: nameOrNull(of('action')),
  status: of<string>('status'),
  digest: digestOf('params', of('params')),
  bytes: of<number | null>('bytes'),
  stages,
  policySet: policySetId,
  contract: of<string | null>('contractId'),
  channel: of<string | null>('channelId'),
  attempts: of<number>('attempts'),
});

/**
 * The same but for the digest, of a row that is known before it is stored, as JSON behind its opening bracket: PostgreSQL reads that
 * in half of the time in which it puts it together.
 */
export const submissionText = (
  { action, status, bytes, contractId, channelId, attempts }: NewRequestRow,
  { policySetId = null, pipelineLog }: Pick<NewRequest, 'policySetId' | 'pipelineLog'>,
): string => {
  const said: Omit<AuditData<'request.submitted'>, 'digest'> = {
    action: NAME.test(action) ? action : null,
    status,
    bytes,
    stages: pipelineLog.map(verdictOf),
    policySet: policySetId,
    contract: contractId,
    channel: channelId,
    attempts,
  };
  return JSON.stringify(said).slice(1);
};

/** That text with the digest, whose characters JSON has no escapes for. */
export const submissionIn = (text: Expression<string>, params: Expression<unknown>) =>
  sql<AuditData<'request.submitted'>>`('{"digest":"' || ${digestOf('params', params)} || '",' || ${text})::jsonb`;

export type Stages = AuditData<'request.submitted'>['stages'];

/** What is said of one that is over. */
export const endOf = (of: Of) => ({
  status: of<string>('status'),
  code: nameOrNull(of('errorCode')),
  attempts: of<number>('attempts'),
});

/** What the platform does by itself. */
export const BY_PLATFORM = { kind: 'platform', id: null } as const;
