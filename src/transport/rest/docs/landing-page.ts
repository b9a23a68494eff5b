import { html } from '../../html.ts';
import { page } from './page.ts';

/** What a person sees who opens the platform's address. */
export const landingPage = (version: string): string =>
  page(
    'Clawcierge',
    html`<div class="layout"><main><h1>Clawcierge</h1>
<p>A concierge for private AI agents: outsiders ask by handle, a fail-closed pipeline decides, and the agent’s own channel
delivers. <span class="type">Version ${version}</span></p>
<ul class="links">
<li class="card"><a href="/graphql">GraphiQL</a> – try everything; the tabs walk you through it.</li>
<li class="card"><a href="/docs">API reference</a> – REST and the agent’s channel; for programs <a href="/openapi.json">openapi.json</a>.</li>
<li class="card"><a href="/admin/">Admin</a> – agents, requests, keys.</li>
<li class="card"><a href="/v1/info">/v1/info</a> – where a program starts; <a href="/health/ready">/health/ready</a> – whether the platform is ready.</li>
</ul></main></div>`,
  );
