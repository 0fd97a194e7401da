/** Style sheet of exported notebooks, light and dark. */
import { scrollerStyle } from '../../evaluation/report/scrollers';
import { fontFamily } from '../../evaluation/report/theme';

export const style = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #27303a; --muted: #5d6875; --line: #dde1e7; --soft: #f4f6f8; --accent: #1f6fae;
  --keyword: #8a3b94; --string: #1b6e4f; --number: #a3550c; --comment: #66717d; --error: #fdecea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181d; --text: #e3e7ec; --muted: #a2adb9; --line: #2f3741; --soft: #1d232a; --accent: #6db3e8;
    --keyword: #d79be0; --string: #7fcaa9; --number: #e9a869; --comment: #93a0ad; --error: #3a1f1f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 1060px; padding: 2rem 1.25rem 3rem; background: var(--ground); color: var(--text);
  font: 16px/1.6 ${fontFamily};
  -webkit-text-size-adjust: 100%;
}
h1 { font-size: 1.8rem; line-height: 1.25; letter-spacing: -0.02em; margin: .5rem 0; }
h2 { font-size: 1.3rem; letter-spacing: -0.01em; margin: 2.2rem 0 .4rem; }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .3rem; }
a { color: var(--accent); }
img { max-width: 100%; }
pre, code { font-family: ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: .84rem; }
p, li { max-width: 80ch; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
${scrollerStyle}
.markdown code { background: var(--soft); border-radius: 4px; padding: .1em .3em; }
.markdown pre { background: var(--soft); border-radius: 8px; padding: .7rem .9rem; }
.markdown pre code { background: none; padding: 0; }
.cell { margin: 1.1rem 0; }
.code { background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; line-height: 1.5; }
.keyword { color: var(--keyword); } .string { color: var(--string); } .number { color: var(--number); }
.comment { color: var(--comment); font-style: italic; }
.outputs { padding: .5rem 0 0; display: grid; gap: .5rem; grid-template-columns: minmax(0, 1fr); }
.text { padding: .35rem .9rem; border-left: 3px solid var(--line); }
.error { background: var(--error); border-radius: 0 8px 8px 0; }
.chart { width: 100%; }
/* Foreign markup stays in its place. */
.fragment { overflow: auto; max-height: 36rem; contain: layout paint; font-size: .9rem; }
.fragment table, .markdown table { border-collapse: collapse; }
.fragment table { min-width: 60%; }
th { font-weight: 600; color: var(--muted); font-size: .84rem; vertical-align: bottom; }
.markdown th { text-align: left; }
th, td { padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line); }
.fragment tr:last-child td { border-bottom: 0; }
summary { cursor: pointer; color: var(--muted); font-size: .88rem; }
td summary { color: inherit; font-size: inherit; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .85rem; }
@media print { .fragment { max-height: none; } .cell { break-inside: avoid; } }
`;
