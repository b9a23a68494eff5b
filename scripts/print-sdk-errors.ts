import { writeFileSync } from 'node:fs';
import type { ErrorField, ErrorRow, FieldTypes } from '../src/domain/domain-error.ts';
import { ERRORS } from '../src/domain/error-registry.ts';

// What the SDK knows of the platform's errors: their classes, what the documents select of them, and how one becomes
// the other. The SDK is a package of its own and imports nothing of the platform.

/** The SDK has words of its own for these: ConnectionError, and a channel that is closed or refused. */
const NOT_THROWN: ReadonlySet<string> = new Set(['unavailable', 'too_many_channels']);

/** What the fields of errors hold, in the SDK's types, and what is selected of those that are objects. */
const FIELDS: Readonly<Record<keyof FieldTypes, { readonly type: string; readonly selection?: string }>> = {
  text: { type: 'string' },
  texts: { type: 'readonly string[]' },
  id: { type: 'string' },
  seconds: { type: 'number' },
  issues: { type: 'readonly InputIssue[]', selection: ' { path message }' },
  finalStatus: { type: 'RequestStatus' },
  denialKind: { type: 'DenialKind | null' },
};

const fieldsOf = (row: ErrorRow) => Object.entries<ErrorField>(row.fields ?? {});
const typeOf = (row: ErrorRow, ...before: readonly string[]) =>
  [...before, ...fieldsOf(row).map(([name, { type }]) => `${name}: ${FIELDS[type].type}`)].join('; ');
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
  "import type { DenialKind, InputIssue, RequestStatus } from '../types.ts';",
  '',
  rows.map(classOf),
);

const failures = lines(
  `// ${HEADER}`,
  "import type { DenialKind, InputIssue, RequestStatus } from '../types.ts';",
  "import * as errors from './errors.ts';",
  '',
  '/** Every error that the union of a mutation can hold, with the fields that the documents select. */',
  'export type DomainFailure =',
  `${inUnions.map((row) => `  | { __typename: '${row.name}'; ${typeOf(row, 'message: string')} }`).join('\n')};`,
  '',
  '/** The error that a failure is; undefined for one of a newer platform. */',
  'export function errorOf(failure: DomainFailure): Error | undefined {',
  '  switch (failure.__typename) {',
  inUnions.flatMap((row) => [
    `    case '${row.name}':`,
    `      return new errors.${row.name}(failure.message${fieldsOf(row).length > 0 ? ', failure' : ''});`,
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
      const selected = fieldsOf(row).map(([name, { type }]) => `${name}${FIELDS[type].selection ?? ''}`);
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
