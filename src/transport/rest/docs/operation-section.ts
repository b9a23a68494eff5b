import { type Html, html, joined } from '../../html.ts';
import type { ApiDocument, Content, Operation, Response } from './api-document-types.ts';
import { fieldTable, parameterTable, prose } from './field-table.ts';

export type PlacedOperation = { readonly path: string; readonly method: string; readonly operation: Operation };

/** Everything about one operation: what it takes, how to call it, each answer that it can give. */
export function operationSection(document: ApiDocument, placed: PlacedOperation): Html {
  const { path, method, operation } = placed;
  const { operationId, summary, description, security, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json'];
  return html`<section class="operation" id="${operationId}">
<h3><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code>
<a class="anchor" href="#${operationId}" aria-label="Link to ${summary}">#</a></h3>
<p><strong>${summary}.</strong> ${prose(description)}</p>
<p class="key">${security.length > 0 ? 'Needs an API key.' : 'Needs no key.'}</p>
${parameters.length > 0 ? html`<h4>Parameters</h4>${parameterTable(parameters)}` : null}
${body?.schema ? html`<h4>Body${requestBody?.required === false ? ', may be left out' : null}</h4>${fieldTable(document, body.schema, 'in')}` : null}
<h4>Example</h4>
<pre tabindex="0"><code>${curlOf(placed)}</code></pre>
<h4>Answers</h4>
${joined(Object.entries(responses).map(([status, response]) => answer(document, status, response)))}
</section>`;
}

function answer(document: ApiDocument, status: string, { description, headers = {}, content = {} }: Response): Html {
  const isGood = status.startsWith('2');
  const [media] = Object.values(content);
  const headerList = Object.entries(headers).map(
    ([name, header]) => html`<li><code>${name}</code> ${prose(header.description ?? '')}</li>`,
  );
  return html`<details ${isGood ? 'open' : null}><summary><span class="status ${isGood ? 'good' : 'bad'}">${status}</span>
${prose(description)}</summary>
${headerList.length > 0 ? html`<p>Header fields:</p><ul>${joined(headerList)}</ul>` : null}
${isGood && media?.schema ? fieldTable(document, media.schema, 'out') : null}
${joined(examplesOf(content).map((example) => html`<pre tabindex="0"><code>${pretty(example)}</code></pre>`))}
</details>`;
}

const examplesOf = (content: Content): readonly unknown[] =>
  Object.values(content).flatMap(({ example, examples = {} }) => [
    ...(example === undefined ? [] : [example]),
    ...Object.values(examples).map(({ value }) => value),
  ]);

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** The operation as a line for the shell. */
function curlOf({ path, method, operation }: PlacedOperation): string {
  const { security, parameters = [], requestBody } = operation;
  const body = requestBody?.content['application/json']?.example;
  const url = path.replaceAll('{handle}', 'marius.exec').replaceAll('{id}', '$ID');
  const headers = parameters.flatMap(({ in: place, name, example }) =>
    place === 'header' && example !== undefined ? [`-H '${name}: ${example}'`] : [],
  );
  const lines = [
    `curl -s -X ${method.toUpperCase()} "$BASE${url}"`,
    ...(security.length > 0 ? ['-H "Authorization: Bearer $KEY"'] : []),
    ...headers,
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d '${pretty(body).replaceAll("'", "'\\''")}'`]),
  ];
  return lines.join(' \\\n  ');
}
