import { mkdirSync, writeFileSync } from 'node:fs';
import type { ErrorField, ErrorRow, FieldTypes } from '../src/domain/domain-error.ts';
import { ERRORS } from '../src/domain/error-registry.ts';
import { CLOSE_CODE_RANGES, CLOSE_CODES } from '../src/transport/close-codes.ts';
import { isMember, memberNameOf } from '../src/transport/rest/domain-problems.ts';

// What the Python SDK knows of the platform's errors, as REST tells them, and of the codes that sockets are closed with.

/** The SDK has words of its own for these: ConnectionFailedError, and a channel that is refused. */
const NOT_RAISED: ReadonlySet<string> = new Set(['unavailable', 'overloaded', 'too_many_channels']);

/** What the fields of errors hold in Python, and how they are read of a problem. */
const FIELDS: Readonly<Record<keyof FieldTypes, { readonly type: string; readonly reader: string } | null>> = {
  text: { type: 'str', reader: 'text_in' },
  texts: { type: 'Sequence[str]', reader: 'texts_in' },
  id: { type: 'str', reader: 'text_in' },
  flag: { type: 'bool', reader: 'flag_in' },
  count: { type: 'int', reader: 'count_in' },
  issues: { type: 'Sequence[InputIssue]', reader: 'issues_in' },
  approvalStatus: { type: 'str', reader: 'text_in' },
  denialKind: { type: 'str | None', reader: 'text_or_none_in' },
  // Every error has `retry_after`; and a problem's `status` is the HTTP status code.
  seconds: null,
  finalStatus: null,
};

type Row = ErrorRow & { readonly name: string };

const rows: readonly Row[] = ERRORS.filter(({ row }) => !NOT_RAISED.has(row.code)).map(({ name, row }) => ({
  ...(row as ErrorRow),
  name,
}));

const lines = (...parts: readonly (string | readonly string[])[]) => parts.flat().join('\n');

/** In Python's lines of at most 88 characters. */
function docstring(text: string, indent: string): readonly string[] {
  const docLines: string[] = [];
  let line = `${indent}"""`;
  for (const [index, word] of text.split(/\s+/).entries()) {
    const longer = index === 0 ? `${line}${word}` : `${line} ${word}`;
    if (longer.length > 85) {
      docLines.push(line);
      line = `${indent}${word}`;
    } else line = longer;
  }
  return docLines.length === 0 ? [`${line}"""`] : [...docLines, line, `${indent}"""`];
}

const memberOf = (name: string, field: ErrorField) =>
  field.type === 'issues' ? 'errors' : memberNameOf(name, field.type);
const attributeOf = (name: string, field: ErrorField) =>
  field.type === 'approvalStatus'
    ? 'approval_status'
    : name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const fieldsOf = (row: ErrorRow) =>
  Object.entries<ErrorField>(row.fields ?? {}).flatMap(([name, field]) => {
    const inPython = FIELDS[field.type];
    const isTold = field.type === 'issues' || isMember(field.type);
    return inPython === null || !isTold
      ? []
      : [
          {
            ...inPython,
            description: field.description,
            attribute: attributeOf(name, field),
            member: memberOf(name, field),
          },
        ];
  });

function classOf(row: Row): readonly string[] {
  const properties = fieldsOf(row).flatMap(({ attribute, type, reader, member, description }) => [
    '',
    '    @property',
    `    def ${attribute}(self) -> ${type}:`,
    ...docstring(description, '        '),
    `        return ${reader}(self.problem, "${member}")`,
  ]);
  return [
    '',
    '',
    `class ${row.name}(ClawciergeError):`,
    ...docstring(row.description, '    '),
    '',
    `    code = "${row.code}"`,
    ...(row.retryable ? ['    retryable = True'] : []),
    ...properties,
  ];
}

const readers = [...new Set(rows.flatMap((row) => fieldsOf(row).map(({ reader }) => reader)))].sort();

const errors = lines(
  '"""The errors that the platform answers; one class each.',
  '',
  'Printed from src/domain/errors.ts by `npm run generate`. Do not edit.',
  '"""',
  '',
  'from __future__ import annotations',
  '',
  'from collections.abc import Mapping, Sequence',
  '',
  'from .._error import ClawciergeError',
  `from .._problem import InputIssue, ${readers.join(', ')}`,
  rows.flatMap(classOf),
  '',
  '',
  '#: The class of each code.',
  'ERROR_CLASSES: Mapping[str, type[ClawciergeError]] = {',
  rows.map((row) => `    "${row.code}": ${row.name},`),
  '}',
  '',
);

const inPython = (text: string) => JSON.stringify(text);

const closeCodes = lines(
  '"""What the platform closes sockets with, and what that means for an agent.',
  '',
  'Printed from src/transport/close-codes.ts by `npm run generate`. Do not edit.',
  '"""',
  '',
  'from __future__ import annotations',
  '',
  'from collections.abc import Mapping, Sequence',
  'from typing import Literal',
  '',
  '#: Whether, and how soon, to connect again.',
  'Retry = Literal["never", "at-once", "backoff", "slowly"]',
  '',
  '#: What each close code means.',
  'CLOSE_CODES: Mapping[int, tuple[Retry, str]] = {',
  Object.entries(CLOSE_CODES).map(
    ([code, { reconnect, meaning }]) => `    ${code}: (${inPython(reconnect)}, ${inPython(meaning)}),`,
  ),
  '}',
  '',
  '#: What codes mean that are not known: from, to, and what to do.',
  'CLOSE_CODE_RANGES: Sequence[tuple[int, int, Retry]] = (',
  CLOSE_CODE_RANGES.map(({ from, to, reconnect }) => `    (${from}, ${to}, ${inPython(reconnect)}),`),
  ')',
  '',
);

const folder = new URL('../agent-sdk-python/src/clawcierge_agent/_generated/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL('__init__.py', folder), '"""Printed by `npm run generate`. Do not edit."""\n');
writeFileSync(new URL('errors.py', folder), errors);
writeFileSync(new URL('close_codes.py', folder), closeCodes);
