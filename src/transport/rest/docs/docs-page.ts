import { type Html, html, joined } from '../../html.ts';
import { CHANNEL_CLOSE_CODES, CHANNEL_ERROR_CODES, FROM_AGENT, FROM_PLATFORM } from '../agent-channel-facts.ts';
import { PROBLEM_KINDS, PROBLEMS } from '../problem-catalogue.ts';
import { page } from './page.ts';
import { showReference } from './show-reference.ts';

export const DOCUMENT_URL = '/openapi.json';
export const SCRIPT_URL = '/docs/reference.js';
export const START_URL = '/docs/start.js';

/**
 * The API reference: Scalar's over the API document, and the two sections that the document cannot hold, which are
 * readable without any script.
 */
export const docsPage = (): string =>
  page(
    'Clawcierge API reference',
    html`<header><strong>Clawcierge API</strong>
<nav aria-label="Reference"><a href="#">REST</a> <a href="#agent-channel">The agent’s channel</a>
<a href="#problems">Problems</a> <a href="${DOCUMENT_URL}">openapi.json</a> <a href="/graphql">GraphiQL</a></nav></header>
<div id="reference"><p class="type">Loading the reference…</p>
<noscript><p>The reference needs JavaScript; <a href="${DOCUMENT_URL}">openapi.json</a> says the same.</p></noscript></div>
<main class="layout">
${agentChannel()}
${problemList()}
</main>
<script src="${START_URL}" defer></script>`,
  );

/** The script of the page. */
export const startScript = (): string =>
  `(${showReference})(${JSON.stringify(SCRIPT_URL)}, ${JSON.stringify(DOCUMENT_URL)});\n`;

/** Text with `code` in it. */
const prose = (text: string): Html =>
  joined(text.split('`').map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`)));

function agentChannel(): Html {
  const messages = (direction: string, types: Readonly<Record<string, readonly string[]>>) =>
    Object.entries(types).map(
      ([type, fields]) =>
        html`<tr><td>${direction}</td><td><code>${type}</code></td><td>${fields.length > 0 ? fields.join(', ') : '–'}</td></tr>`,
    );
  const codes = (entries: Readonly<Record<string, string>>) =>
    joined(Object.entries(entries).map(([code, meaning]) => html`<dt><code>${code}</code></dt><dd>${meaning}</dd>`));
  return html`<section id="agent-channel"><h1>The agent’s channel</h1>
<div class="card"><p><code>WS /v1/agents/{id}/ws?token=&lt;api_key&gt;</code>, or the key as
<code>Authorization: Bearer</code> at the upgrade. Text frames, one JSON object each.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Messages"><table>
<thead><tr><th>Direction</th><th>Type</th><th>Fields</th></tr></thead><tbody>
${joined([...messages('platform → agent', FROM_PLATFORM), ...messages('agent → platform', FROM_AGENT)])}
</tbody></table></div>
<h2>Error codes</h2><dl>${codes(CHANNEL_ERROR_CODES)}</dl>
<h2>Close codes</h2><dl>${codes(CHANNEL_CLOSE_CODES)}</dl></div></section>`;
}

const problemList = (): Html => html`<section id="problems"><h1>Problems</h1>
<p>Errors are problem details (RFC 9457); their <code>type</code> leads here.</p>
${joined(
  PROBLEM_KINDS.map(
    (kind) => html`<div class="card" id="problem-${kind}"><h2><span class="bad">${String(PROBLEMS[kind].status)}</span>
${PROBLEMS[kind].title} <code>${kind}</code></h2><p>${prose(PROBLEMS[kind].meaning)}</p></div>`,
  ),
)}</section>`;
