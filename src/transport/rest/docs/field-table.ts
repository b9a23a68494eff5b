import { Html, html, joined } from '../../html.ts';
import type { ApiDocument, Parameter, Schema } from './api-document-types.ts';

/** Fields below this depth are left to the document. */
const DEPTH_MAX = 3;

type Field = { readonly name: string; readonly schema: Schema; readonly isRequired: boolean };

/** Text with `code` in it. */
export const prose = (text: string): Html =>
  joined(text.split('`').map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`)));

/** A schema's fields as a table; nothing for one without any. What is sent in tells which fields are required. */
export function fieldTable(document: ApiDocument, schema: Schema, direction: 'in' | 'out'): Html {
  const rows = fieldsOf(document, schema, '', 1).map(({ name, schema: each, isRequired }) =>
    row(name, typeText(each), isRequired && direction === 'in', each.description ?? ''),
  );
  return table(rows);
}

export const parameterTable = (parameters: readonly Parameter[]): Html =>
  table(
    parameters.map(({ name, in: place, required = false, description = '', schema = {} }) =>
      row(name, `${place}, ${typeText(schema)}`, required, description),
    ),
  );

const table = (rows: readonly Html[]): Html =>
  rows.length === 0 ? new Html('') : html`<div class="fields">${joined(rows)}</div>`;

const row = (name: string, type: string, isRequired: boolean, description: string): Html => html`<div class="field">
<div><code class="name">${name}</code>${isRequired ? html` <span class="must">required</span>` : null}</div>
<div class="type">${type}</div><div>${prose(description)}</div></div>`;

/** The schema itself, or what it refers to. */
function resolved(document: ApiDocument, schema: Schema): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  return (name === undefined ? undefined : document.components.schemas[name]) ?? schema;
}

function fieldsOf(document: ApiDocument, given: Schema, prefix: string, depth: number): readonly Field[] {
  const { properties = {}, required = [] } = resolved(document, given);
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = prefix + name;
    const isList = schema.items !== undefined;
    const below =
      depth < DEPTH_MAX ? fieldsOf(document, schema.items ?? schema, `${path}${isList ? '[]' : ''}.`, depth + 1) : [];
    return [{ name: path, schema, isRequired: required.includes(name) }, ...below];
  });
}

function typeText(schema: Schema): string {
  const { type, format, minLength, maxLength, minimum, maxItems } = schema;
  const name = [type ?? 'any'].flat().join(' or ');
  const choices = schema.enum?.map((each) => JSON.stringify(each)).join(' | ');
  const parts = [
    schema.const === undefined ? (choices ?? name) : JSON.stringify(schema.const),
    format,
    minLength === undefined ? null : `from ${minLength} character`,
    maxLength === undefined ? null : `to ${maxLength} characters`,
    minimum === undefined ? null : `from ${minimum}`,
    maxItems === undefined ? null : `at most ${maxItems} items`,
    schema.default === undefined ? null : `${JSON.stringify(schema.default)} when left out`,
  ];
  return parts.filter((part) => part != null).join(', ');
}
