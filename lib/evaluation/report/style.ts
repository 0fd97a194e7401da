/** Style sheet of the report, light and dark. */
import { scrollerStyle } from './scrollers';
import { fontFamily } from './theme';

export const style = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --card: #ffffff; --text: #27303a; --muted: #5d6875; --line: #dde1e7; --accent: #1f6fae;
  --soft: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1216; --card: #171b21; --text: #e3e7ec; --muted: #a2adb9; --line: #2b323b; --accent: #6db3e8;
    --soft: #1f252d;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 4rem; }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.6 ${fontFamily};
  -webkit-text-size-adjust: 100%;
}
header, main, footer { max-width: 1120px; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 2.75rem; }
h1 { font-size: 1.9rem; line-height: 1.25; letter-spacing: -0.02em; margin: 0 0 .35rem; }
h2 { font-size: 1.25rem; letter-spacing: -0.01em; margin: 2.75rem 0 .2rem; }
h3 { font-size: 1rem; margin: 0 0 .1rem; }
p { margin: .35rem 0; max-width: 76ch; }
.lead { color: var(--muted); font-size: 1.05rem; }
.facts { display: flex; flex-wrap: wrap; gap: .4rem 1.6rem; margin: 1rem 0 0; padding: 0; font-size: .85rem; }
.facts div { display: flex; gap: .4rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
nav {
  position: sticky; top: 0; z-index: 2; margin-top: 1.5rem; background: var(--ground);
  border-bottom: 1px solid var(--line);
}
nav ul {
  max-width: 1120px; margin: 0 auto; padding: .6rem 1.5rem; list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem;
  font-size: .88rem;
}
nav a { color: var(--muted); text-decoration: none; }
nav a:hover, nav a:focus-visible { color: var(--accent); }
.highlights { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: .9rem; margin: 1.5rem 0 0; }
.highlight, .card {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
}
.highlight { padding: .85rem 1rem .8rem; }
.highlight .label { color: var(--muted); font-size: .84rem; }
.highlight .value { font-size: 1.6rem; font-weight: 650; letter-spacing: -0.02em; line-height: 1.3; font-variant-numeric: tabular-nums; }
.highlight .note { color: var(--muted); font-size: .82rem; font-variant-numeric: tabular-nums; }
.cards { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; margin-top: .9rem; }
.card { padding: 1rem 1.2rem 1.05rem; grid-column: span 2; min-width: 0; }
.card.half { grid-column: span 1; }
@media (max-width: 860px) { .card.half { grid-column: span 2; } }
.card > p { font-size: .9rem; color: var(--muted); }
.chart { width: 100%; margin: .5rem 0 .2rem; }
${scrollerStyle}
.scroll { margin-top: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--muted); font-size: .8rem; vertical-align: bottom; }
th, td { padding: .42rem .8rem .42rem 0; border-bottom: 1px solid var(--line); }
tr:last-child > * { border-bottom: 0; }
th.number, td.number, th[align='right'], td[align='right'] { text-align: right; white-space: nowrap; }
th.number { white-space: normal; }
td.number + td { padding-left: .8rem; }
tbody th { font-size: .88rem; color: var(--text); vertical-align: top; }
.name .swatch { margin-right: .4rem; }
td { vertical-align: top; }
@media (max-width: 1000px) {
  .stacking thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stacking, .stacking tbody { display: block; }
  .stacking tr {
    display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .5rem .8rem;
    padding: .7rem 0; border-bottom: 1px solid var(--line);
  }
  .stacking tr:last-child { border-bottom: 0; }
  .stacking th, .stacking td.number { display: block; padding: 0; border: 0; text-align: left; }
  .stacking td.none { display: none; }
  .stacking th.name { grid-column: 1 / -1; }
  .stacking td::before { content: attr(data-head); display: block; white-space: normal; color: var(--muted); font-size: .78rem; }
}
td.note { color: var(--muted); }
td .interval { display: block; color: var(--muted); font-size: .78rem; }
.swatch { display: inline-block; width: .65rem; height: .65rem; border-radius: 2px; margin-right: .5rem; }
.choice { border: 0; margin: .4rem 0 .6rem; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .9rem; }
.choice[hidden], details[hidden] { display: none; }
.choice legend { float: left; color: var(--muted); padding: 0; margin-right: .2rem; }
.choice label { cursor: pointer; }
.choice input { accent-color: var(--accent); margin: 0 .3rem 0 0; vertical-align: -.1em; }
details { border-top: 1px solid var(--line); }
details:first-of-type { border-top: 0; }
summary { cursor: pointer; padding: .55rem 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
summary .tag { color: var(--muted); font-size: .8rem; margin-right: .6rem; }
.turns { margin: .2rem 0 .8rem; font-size: .9rem; }
.turn { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); gap: .6rem; padding: .15rem 0; }
.turn .role { color: var(--muted); }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: .8rem; margin-bottom: 1rem; }
.answer { background: var(--soft); border-radius: 8px; padding: .65rem .8rem .7rem; font-size: .9rem; }
.answer h4 { margin: 0 0 .25rem; font-size: .84rem; }
.answer .marks { color: var(--muted); font-size: .78rem; font-variant-numeric: tabular-nums; margin-top: .45rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
footer { color: var(--muted); font-size: .85rem; padding-top: 2.5rem; padding-bottom: 3rem; }
@media (max-width: 700px) {
  header, main, footer { padding-left: 1rem; padding-right: 1rem; }
  nav { position: static; }
  nav ul { padding: .5rem 1rem; }
  .card { padding: .8rem .8rem .9rem; }
  .account, .account tbody { display: block; }
  .account tr { display: grid; grid-template-columns: 1fr auto; gap: 0 .8rem; padding: .45rem 0; border-bottom: 1px solid var(--line); }
  .account tr:last-child { border-bottom: 0; }
  .account td, .account td.number { padding: 0; border: 0; }
  .account td.note { grid-column: 1 / -1; font-size: .82rem; padding: 0; }
  .turn { grid-template-columns: minmax(0, 1fr); gap: 0; }
}
@media print { nav { display: none; } .card { break-inside: avoid; } }
`;
