/** The look of the reference's own parts and of the landing page: light and dark, from a telephone's width on. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #f6f7fa; --card: #fff; --text: #1b1f2a; --soft: #566076; --line: #d9dde7;
  --accent: #b0301a; --code: #eef0f5; --bad: #9b1c12; --scalar-custom-header-height: 49px; }
@media (prefers-color-scheme: dark) { :root { --bg: #12141b; --card: #1b1e28; --text: #eceef4; --soft: #a9b0c2;
  --line: #343948; --accent: #ff8468; --code: #252938; --bad: #ffb4a6; } }
html { scroll-padding-top: 65px; }
body { margin: 0; background: var(--bg); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
header { position: sticky; top: 0; z-index: 10; display: flex; gap: 20px; align-items: center; box-sizing: border-box;
  height: 49px; padding: 0 16px; background: var(--card); border-bottom: 1px solid var(--line); font-size: 14px;
  overflow-x: auto; white-space: nowrap; }
header nav { display: flex; gap: 16px; }
header a { color: inherit; text-decoration: none; }
header a:hover { color: var(--accent); }
header a[aria-current] { color: var(--accent); font-weight: 600; }
[data-view="section"] #reference, [data-view="reference"] .layout { display: none; }
#reference > p, #reference noscript { padding: 0 16px; }
.layout a { color: var(--accent); }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 55%, transparent); outline-offset: 2px; }
.layout { box-sizing: border-box; max-width: 960px; margin: 0 auto; padding: 32px 16px 64px; }
.layout h1 { margin: 0 0 12px; font-size: 28px; letter-spacing: -.02em; line-height: 1.2; }
.layout h2 { margin: 24px 0 8px; font-size: 17px; }
.card h2:first-child { margin-top: 0; }
.layout section + section { margin-top: 48px; }
.layout p { margin: 0 0 12px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 20px; margin: 0 0 16px; }
.type { color: var(--soft); font-size: 14px; }
.layout code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--code);
  padding: 1px 5px; border-radius: 5px; }
.bad { color: var(--bad); }
.layout table { border-collapse: collapse; width: 100%; font-size: 15px; }
.scroll { overflow-x: auto; }
.layout th, .layout td { text-align: left; vertical-align: top; padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); }
.layout dt { font-weight: 600; margin-top: 12px; }  .layout dd { margin: 0; }
.layout :target { border-color: var(--accent); }
.links { display: grid; gap: 12px; padding: 0; list-style: none; }
.links .card { margin: 0; }
`;
