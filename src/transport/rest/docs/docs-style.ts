/** The look of the reference and of the landing page: light and dark, from a telephone's width on. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #f6f7fa; --card: #fff; --text: #1b1f2a; --soft: #566076; --line: #d9dde7;
  --accent: #b0301a; --code: #eef0f5; --good: #1c6b3a; --bad: #9b1c12; }
@media (prefers-color-scheme: dark) { :root { --bg: #12141b; --card: #1b1e28; --text: #eceef4; --soft: #a9b0c2;
  --line: #343948; --accent: #ff8468; --code: #252938; --good: #7ed6a0; --bad: #ffb4a6; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 16px; }
body { margin: 0; background: var(--bg); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid color-mix(in srgb, var(--accent) 55%, transparent); outline-offset: 2px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px; }
.layout { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 1180px; margin: 0 auto; padding: 20px 16px 64px; gap: 24px; }
nav { font-size: 14px; }
nav h2 { margin: 16px 0 4px; font-size: 12px; text-transform: uppercase; letter-spacing: .06em; color: var(--soft); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: 4px 0; text-decoration: none; color: inherit; }
nav a:hover { color: var(--accent); }
@media (min-width: 900px) {
  .layout { grid-template-columns: 230px minmax(0, 1fr); padding-top: 40px; }
  nav { position: sticky; top: 24px; max-height: calc(100vh - 48px); overflow-y: auto; align-self: start; }
}
h1 { margin: 0 0 8px; font-size: 30px; letter-spacing: -.02em; line-height: 1.2; }
h2 { margin: 40px 0 8px; font-size: 22px; }
h3 { margin: 0 0 8px; font-size: 17px; }
h4 { margin: 20px 0 8px; font-size: 13px; color: var(--soft); }
p { margin: 0 0 12px; }
.operation, .card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 20px; margin: 0 0 20px; }
.method { display: inline-block; min-width: 60px; padding: 2px 8px; border-radius: 6px; font-size: 12px; font-weight: 700;
  text-align: center; background: var(--code); }
.method.post { color: var(--good); } .method.delete { color: var(--bad); }
.anchor { text-decoration: none; color: var(--soft); }
.key, .type { color: var(--soft); font-size: 14px; }
.fields { border-top: 1px solid var(--line); }
.field { display: grid; gap: 2px 16px; padding: 10px 0; border-bottom: 1px solid var(--line); font-size: 15px; }
@media (min-width: 700px) { .field { grid-template-columns: minmax(0, 5fr) minmax(0, 4fr) minmax(0, 7fr); } }
.must { color: var(--bad); font-size: 12px; }
code { font: .9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
p code, li code, summary code, .field code { background: var(--code); padding: 1px 5px; border-radius: 5px; }
pre { margin: 8px 0; padding: 14px; background: var(--code); border-radius: 10px; overflow-x: auto; line-height: 1.45; }
details { border-top: 1px solid var(--line); padding: 8px 0; }
summary { cursor: pointer; }
.status { font-weight: 700; } .good { color: var(--good); } .bad { color: var(--bad); }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
.scroll { overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: 8px 12px 8px 0; border-bottom: 1px solid var(--line); }
dt { font-weight: 600; margin-top: 12px; } dd { margin: 0; }
:target { border-color: var(--accent); }
.links { display: grid; gap: 12px; padding: 0; list-style: none; }
`;
