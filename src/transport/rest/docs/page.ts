import { Html, html } from '../../html.ts';
import { STYLE } from './docs-style.ts';

/** A whole page around the content. */
export const page = (title: string, content: Html): string => `<!doctype html>
${
  html`<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"><style>${new Html(STYLE)}</style></head>
<body>${content}</body></html>`.text
}`;
