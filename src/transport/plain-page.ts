import { Html, html } from './html.ts';

/** Pages of the platform that need no program of theirs: logins, and links that somebody was sent. */

/** The claw of the platform's mark, in its own colour. */
const MARK = new Html(
  '<svg class="mark" viewBox="0 0 32 32" width="44" height="44" aria-hidden="true">' +
    '<rect width="32" height="32" rx="9" fill="currentColor"/>' +
    '<path d="M10 23c-3-6-1-12 4-15 0 4 1 6 3 7M16 24c-1-5 1-9 6-12 1 4 0 8-3 11" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"/></svg>',
);

const STYLE = new Html(`<style>
  :root { color-scheme: light dark; --bg: #f4f5f8; --card: #fff; --text: #1b1f2a; --soft: #596074; --line: #d5d9e3;
    --accent: #c2361f; --on-accent: #fff; --bad-bg: #fdecea; --bad: #9b1c12; }
  @media (prefers-color-scheme: dark) {
    :root { --bg: #12141b; --card: #1b1e28; --text: #eceef4; --soft: #a3aabc; --line: #363b4a;
      --accent: #ff7a5c; --on-accent: #231009; --bad-bg: #3a1814; --bad: #ffb4a6; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px 16px; background: var(--bg);
    color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
  main { width: 100%; max-width: 384px; padding: 32px; background: var(--card); border: 1px solid var(--line);
    border-radius: 16px; box-shadow: 0 12px 40px rgb(0 0 0 / 8%); }
  .mark { color: #c2361f; display: block; }
  h1 { margin: 16px 0 4px; font-size: 22px; line-height: 1.3; letter-spacing: -0.01em; }
  p { margin: 0 0 20px; color: var(--soft); }
  label { display: block; margin-bottom: 6px; font-weight: 600; font-size: 14px; }
  input { width: 100%; padding: 11px 12px; font: inherit; color: inherit; background: transparent;
    border: 1px solid var(--line); border-radius: 10px; }
  button, .button { display: block; width: 100%; margin-top: 18px; padding: 11px 12px; font: inherit; font-weight: 600;
    text-align: center; text-decoration: none; color: var(--on-accent); background: var(--accent); border: 0;
    border-radius: 10px; cursor: pointer; }
  button:hover, .button:hover { filter: brightness(1.08); }
  :focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 55%, transparent); outline-offset: 2px; }
  .message { padding: 10px 12px; border-radius: 10px; background: var(--bad-bg); color: var(--bad); font-size: 14px; }
  code { font-size: 0.92em; }
  .hint { margin: 20px 0 0; font-size: 13px; }
  .hint.below { margin: 6px 0 18px; }
  .hint a { color: inherit; }
  form input + label { margin-top: 16px; }
  .message[hidden], [data-passkey-part][hidden] { display: none; }
  form.second { margin-top: 28px; padding-top: 20px; border-top: 1px solid var(--line); }
  h2 { margin: 0 0 14px; font-size: 16px; }
  .rows { margin: 0 0 20px; padding: 0; list-style: none; }
  .rows li { display: flex; gap: 12px; align-items: center; padding: 10px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
  .rows form { margin-left: auto; }
  .quiet { width: auto; margin: 0; padding: 6px 12px; color: inherit; background: transparent; border: 1px solid var(--line); font-size: 14px; }
  .qr svg { display: block; width: 200px; max-width: 100%; margin: 0 auto; }
  .key { overflow-wrap: anywhere; }
  .codes { margin: 0 0 8px; padding: 0; list-style: none; columns: 2; }
</style>`);

/** A whole page. */
export const page = (title: string, content: Html): string => `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Clawcierge</title>
<link rel="icon" href="data:,">
${STYLE}
</head>
<body>
<main>
${MARK}
${content}
</main>
</body>
</html>`.text
}`;

/** What went wrong, where a screen reader hears it. */
export const alert = (message: string | null): Html | null =>
  message === null ? null : html`<p class="message" role="alert" id="message">${message}</p>`;

export const describedByMessage = (message: string | null): Html | null =>
  message === null ? null : new Html(' aria-describedby="message"');
