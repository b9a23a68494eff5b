import type { TObject } from 'typebox';
import { PUBLISH_CAPABILITIES } from '../../application/agents/publish-capabilities.ts';
import { PUBLISH_POLICIES } from '../../application/agents/publish-policies.ts';
import { DECIDE_APPROVAL } from '../../application/approvals/decide-approval.ts';
import { fieldsOf } from '../../domain/fields.ts';

/** Sent as a header field, not in a body. */
const HEADER_FIELDS: Readonly<Record<string, string>> = { idempotencyKey: 'Idempotency-Key' };

/** Fields of inputs that REST has another word for. */
const RENAMED: Readonly<Record<string, string>> = { expectedAgentId: 'if_agent_id' };

const listsOf = (table: TObject) => fieldsOf(table).flatMap(({ name, item }) => (item?.table ? [name] : []));

/** Fields whose items are described by us; what is below any other field is the caller's own and keeps its names. */
const LISTS: ReadonlySet<string> = new Set([PUBLISH_CAPABILITIES, PUBLISH_POLICIES].flatMap(listsOf));

/** Fields that are a record of ours. */
const RECORDS: ReadonlySet<string> = new Set(
  fieldsOf(DECIDE_APPROVAL).flatMap(({ name, table }) => (table ? [name] : [])),
);

/** `input.capabilities.0.paramsSchema` as a REST client knows it: `capabilities.0.params_schema`. */
export function wirePath(path: string): string {
  const segments = path.replace(/^input\./, '').split('.');
  const isInList = LISTS.has(segments[0] ?? '');
  const isInRecord = RECORDS.has(segments[0] ?? '');
  return segments
    .map((segment, at) =>
      at === 0 || (at === 1 && isInRecord) || (at === 2 && isInList)
        ? (HEADER_FIELDS[segment] ?? memberName(segment))
        : segment,
    )
    .join('.');
}

/** What a field of a table is called in bodies. */
export const memberName = (field: string): string => RENAMED[field] ?? snakeCase(field);

/** `requestId` as REST spells it: `request_id`. */
export const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
