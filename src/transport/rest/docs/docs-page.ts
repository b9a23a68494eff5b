import { Html, html, joined } from '../../html.ts';
import { CHANNEL_ERROR_CODES, CLOSE_CODES, FROM_AGENT, FROM_PLATFORM } from '../agent-channel-facts.ts';
import { PROBLEM_KINDS, PROBLEMS } from '../problem-catalogue.ts';
import type { ApiDocument } from './api-document-types.ts';
import { STYLE } from './docs-style.ts';
import { prose } from './field-table.ts';
import { operationSection, type PlacedOperation } from './operation-section.ts';

/** The API reference, made from the API document on the server: no script runs and no other host is asked. */
export function docsPage(document: ApiDocument): string {
  const { info, tags } = document;
  const operations = operationsOf(document);
  const ofTag = (tag: string) => operations.filter(({ operation }) => operation.tags.includes(tag));
  return page(
    `${info.title} API reference`,
    html`<a class="skip" href="#content">To the content</a><div class="layout">
<nav aria-label="Operations">
${joined(tags.map(({ name }) => html`<h2>${name}</h2><ul>${joined(ofTag(name).map(navItem))}</ul>`))}
<h2>Besides</h2><ul><li><a href="#agent-channel">The agent’s channel</a></li><li><a href="#problems">Problems</a></li></ul>
</nav>
<main id="content">
<h1>${info.title} API reference</h1>
<p class="key">Version ${info.version} · <a href="/openapi.json">openapi.json</a> (OpenAPI ${document.openapi}) ·
<a href="/graphql">GraphiQL</a> · <a href="/v1/info">/v1/info</a></p>
${joined(info.description.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`))}
<p>In the examples <code>$BASE</code> is where the platform is reached, <code>$KEY</code> an API key.</p>
${joined(
  tags.map(
    ({ name, description }) => html`<h2>${name}</h2><p>${description}</p>
${joined(ofTag(name).map((operation) => operationSection(document, operation)))}`,
  ),
)}
${agentChannel()}
${problemList()}
</main></div>`,
  );
}

/** A whole page around the content. */
export const page = (title: string, content: Html): string => `<!doctype html>
${
  html`<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Html(STYLE)}</style></head>
<body>${content}</body></html>`.text
}`;

const operationsOf = ({ paths }: ApiDocument): readonly PlacedOperation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

const navItem = ({ operation }: PlacedOperation): Html =>
  html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`;

function agentChannel(): Html {
  const messages = (direction: string, types: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(types).map(
      ([type, fields]) =>
        html`<tr><td>${direction}</td><td><code>${type}</code></td><td>${fields.length > 0 ? fields.join(', ') : '–'}</td></tr>`,
    );
  const codes = (entries: Readonly<Record<string, string>>) =>
    joined(Object.entries(entries).map(([code, meaning]) => html`<dt><code>${code}</code></dt><dd>${meaning}</dd>`));
  return html`<h2 id="agent-channel">The agent’s channel</h2>
<div class="card"><p><code>WS /v1/agents/{id}/ws?token=&lt;api_key&gt;</code>, or the key as
<code>Authorization: Bearer</code> at the upgrade. Text frames, one JSON object each.</p>
<div class="scroll"><table><thead><tr><th>Direction</th><th>Type</th><th>Fields</th></tr></thead><tbody>
${joined([...messages('platform → agent', FROM_PLATFORM), ...messages('agent → platform', FROM_AGENT)])}
</tbody></table></div>
<h4>Error codes</h4><dl>${codes(CHANNEL_ERROR_CODES)}</dl>
<h4>Close codes</h4><dl>${codes(CLOSE_CODES)}</dl></div>`;
}

const problemList = (): Html => html`<h2 id="problems">Problems</h2>
<p>Errors are problem details (RFC 9457); their <code>type</code> leads here.</p>
${joined(
  PROBLEM_KINDS.map(
    (
      kind,
    ) => html`<section class="card" id="problem-${kind}"><h3><span class="status bad">${String(PROBLEMS[kind].status)}</span>
${PROBLEMS[kind].title} <code>${kind}</code></h3><p>${prose(PROBLEMS[kind].meaning)}</p></section>`,
  ),
)}`;
