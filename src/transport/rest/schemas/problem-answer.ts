import { type TSchema, Type } from '@fastify/type-provider-typebox';
import { APPROVAL_STATUSES } from '../../../domain/approval.ts';
import type { ErrorField } from '../../../domain/domain-error.ts';
import { ERRORS } from '../../../domain/error-registry.ts';
import { id as idOf } from '../../../domain/fields.ts';
import { DENIAL_KINDS } from '../../../domain/verdict.ts';
import { isMember, memberNameOf } from '../domain-problems.ts';
import { issueList, jsonObject, oneOf, text } from './parts.ts';

/** What problem documents of domain errors carry, each field of each error. */
function domainMembers(): Record<string, TSchema> {
  const fields = ERRORS.flatMap(({ row }) => Object.entries<ErrorField>(row.fields ?? {}));
  const members = Map.groupBy(
    fields.filter(([, { type }]) => isMember(type)),
    ([name, { type }]) => memberNameOf(name, type),
  );
  return Object.fromEntries(
    [...members].map(([name, same]) => {
      // Of several errors each says what it is there; the order of the errors is not to be relied on.
      const descriptions = new Set(same.map(([, { description }]) => description).toSorted());
      const type = same[0]?.[1].type ?? 'text';
      return [name, Type.Optional(memberOf(type, [...descriptions].join(' ')))];
    }),
  );
}

function memberOf(type: ErrorField['type'], description: string): TSchema {
  if (type === 'id') return idOf(description);
  if (type === 'flag') return Type.Boolean({ description });
  if (type === 'count') return Type.Integer({ description });
  if (type === 'texts') return Type.Array(Type.String(), { description });
  const names = type === 'denialKind' ? DENIAL_KINDS : type === 'approvalStatus' ? APPROVAL_STATUSES : null;
  if (names === null) return text(description);
  return oneOf(
    names.map((each) => each.toLowerCase()),
    { description },
  );
}

export const ProblemAnswer = Type.Object(
  {
    type: Type.String({
      format: 'uri-reference',
      description: 'What kind of problem it is; leads to its description.',
    }),
    title: text('The same for every problem of the kind.'),
    status: Type.Integer({ description: 'The HTTP status code.' }),
    detail: text('What is wrong this time, for people.'),
    ...domainMembers(),
    errors: Type.Optional(issueList('Everything that is wrong with the input.')),
    checks: Type.Optional(jsonObject({ description: 'What is not ready.' })),
    instance: Type.Optional(text('Names the occurrence; the log has its cause under the same id.')),
  },
  { description: 'Problem details (RFC 9457).' },
);
