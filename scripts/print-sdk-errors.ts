import { writeFileSync } from 'node:fs';
import type { ErrorField, ErrorRow, FieldTypes } from '../src/domain/domain-error.ts';
import { ERRORS } from '../src/domain/error-registry.ts';

// What the SDK knows of the platform's errors: their classes, what the documents select of them, and how one becomes
// the other. The SDK is a package of its own and imports nothing of the platform.

/** The SDK has classes of its own for these: ConnectionError and what is of its kind, and a channel that is closed or refused. */
const NOT_THROWN: ReadonlySet<string> = new Set(['unavailable', 'overloaded', 'too_many_channels']);

/** What the fields of errors hold, in the SDK's types, and what is selected of those that are objects. */
type InSdk = {
  readonly type: string;
  readonly selection?: string;
  /** Fields of one name and two types are not selected under that name. */
  readonly selectedAs?: string;
};
const FIELDS: Readonly<Record<keyof FieldTypes, InSdk>> = {
  text: { type: 'string' },
  texts: { type: 'readonly string[]' },
  id: { type: 'string' },
  seconds: { type: 'number' },
  flag: { type: 'boolean' },
  count: { type: 'number' },
  issues: { type: 'readonly InputIssue[]', selection: ' { path message }' },
  finalStatus: { type: 'RequestStatus' },
  approvalStatus: { type: 'ApprovalStatus', selectedAs: 'approvalStatus' },
  denialKind: { type: 'DenialKind | null' },
};

const fieldsOf = (row: ErrorRow) => Object.entries<ErrorField>(row.fields ?? {});
const typeOf = (row: ErrorRow, nameOf = (name: string, _field: ErrorField) => name, ...before: readonly string[]) =>
  [...before, ...fieldsOf(row).map(([name, field]) => `${nameOf(name, field)}: ${FIELDS[field.type].type}`)].join('; ');
const selectedAs = (name: string, { type }: ErrorField) => FIELDS[type].selectedAs ?? name;
const fieldsTaken = (row: ErrorRow) => {
  const renamed = fieldsOf(row).filter(([name, field]) => selectedAs(name, field) !== name);
  if (renamed.length === 0) return fieldsOf(row).length > 0 ? ', failure' : '';
  return `, { ...failure, ${renamed.map(([name, field]) => `${name}: failure.${selectedAs(name, field)}`).join(', ')} }`;
};
const lines = (...parts: readonly (string | readonly string[])[]) => parts.flat().join('\n');

const rows: readonly (ErrorRow & { readonly name: string })[] = ERRORS.filter(
  ({ row }) => !NOT_THROWN.has(row.code),
).map(({ name, row }) => ({ ...(row as ErrorRow), name }));

const inUnions = rows.filter(({ graphqlType }) => graphqlType !== undefined);

function classOf(row: ErrorRow & { readonly name: string }): string {
  const fields = fieldsOf(row);
  const constructorLines = [
    `  constructor(message: string, fields: { ${typeOf(row)} }) {`,
    '    super(message);',
    ...fields.map(([name]) => `    this.${name} = fields.${name};`),
    '  }',
  ];
  return lines(
    `/** ${row.description} */`,
    `export class ${row.name} extends ClawciergeError {`,
    `  readonly code = '${row.code}';`,
    row.retryable ? ['  override readonly retryable = true;'] : [],
    fields.flatMap(([name, { type, description }]) => [
      `  /** ${description} */`,
      `  readonly ${name}: ${FIELDS[type].type};`,
    ]),
    fields.length > 0 ? ['', ...constructorLines] : [],
    '}',
    '',
  );
}

const HEADER = 'Printed from src/domain/errors.ts by `npm run generate`. Do not edit.';

const classes = lines(
  `// ${HEADER}`,
  "import { ClawciergeError } from '../clawcierge-error.ts';",
  "import type { ApprovalStatus, DenialKind, InputIssue, RequestStatus } from '../types.ts';",
  '',
  rows.map(classOf),
);

const failures = lines(
  `// ${HEADER}`,
  "import type { ApprovalStatus, DenialKind, InputIssue, RequestStatus } from '../types.ts';",
  "import * as errors from './errors.ts';",
  '',
  '/** Every error that the union of a mutation can hold, with the fields that the documents select. */',
  'export type DomainFailure =',
  `${inUnions.map((row) => `  | { __typename: '${row.name}'; ${typeOf(row, selectedAs, 'message: string')} }`).join('\n')};`,
  '',
  '/** The error that a failure is; undefined for one of a newer platform. */',
  'export function errorOf(failure: DomainFailure): Error | undefined {',
  '  switch (failure.__typename) {',
  inUnions.flatMap((row) => [
    `    case '${row.name}':`,
    `      return new errors.${row.name}(failure.message${fieldsTaken(row)});`,
  ]),
  '    default:',
  '      return undefined;',
  '  }',
  '}',
  '',
);

const fragment = lines(
  `# ${HEADER}`,
  '',
  'fragment DomainFailure on DomainError {',
  '  __typename',
  '  message',
  inUnions
    .filter((row) => fieldsOf(row).length > 0)
    .map((row) => {
      const selected = fieldsOf(row).map(([name, field]) => {
        const alias = selectedAs(name, field);
        return `${alias === name ? name : `${alias}: ${name}`}${FIELDS[field.type].selection ?? ''}`;
      });
      return `  ... on ${row.name} { ${selected.join(' ')} }`;
    }),
  '}',
  '',
);

const print = (name: string, text: string) =>
  writeFileSync(new URL(`../agent-sdk/src/generated/${name}`, import.meta.url), text);

print('errors.ts', classes);
print('domain-failures.ts', failures);
print('domain-failure.graphql', fragment);
