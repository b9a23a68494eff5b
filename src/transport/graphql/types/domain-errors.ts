import type { TypeParam } from '@pothos/core';
import type { DomainError, ErrorClass, ErrorField, FieldTypes, InputIssue } from '../../../domain/domain-error.ts';
import { ERRORS } from '../../../domain/error-registry.ts';
import { builder } from '../builder.ts';
import { ApprovalStatusEnum, DenialKindEnum, RequestStatusEnum } from './enums.ts';

const DomainErrorInterface = builder.interfaceRef<Error>('DomainError').implement({
  description: 'A failure that the caller can do something about. It is data, not a top-level error.',
  fields: (t) => ({
    message: t.exposeString('message', { description: 'What is wrong, written for people.' }),
  }),
});

export const InputIssueType = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'One thing that is wrong with an input.',
  fields: (t) => ({
    path: t.exposeString('path', { description: 'Where, as in input.capabilities.0.paramsSchema.' }),
    message: t.exposeString('message', { description: 'What is wrong there, naming the bound.' }),
  }),
});

/** What GraphQL calls what the fields of errors hold. */
const FIELD_TYPES: Readonly<Record<keyof FieldTypes, TypeParam<(typeof builder)['$inferSchemaTypes']>>> = {
  text: 'String',
  texts: ['String'],
  id: 'ID',
  seconds: 'Float',
  flag: 'Boolean',
  count: 'Int',
  issues: [InputIssueType],
  finalStatus: RequestStatusEnum,
  approvalStatus: ApprovalStatusEnum,
  denialKind: DenialKindEnum,
};

for (const errorClass of ERRORS) {
  const { graphqlType: name, description, fields = {} } = errorClass.row;
  if (name === undefined) continue;
  builder.objectType(errorClass as ErrorClass, {
    name,
    description,
    interfaces: [DomainErrorInterface],
    fields: (t) =>
      Object.fromEntries(
        Object.entries<ErrorField>(fields).map(([field, { type, description }]) => [
          field,
          t.field({
            type: FIELD_TYPES[type],
            nullable: type === 'denialKind',
            description,
            resolve: (error: DomainError) => Reflect.get(error, field),
          }),
        ]),
      ),
  });
}
