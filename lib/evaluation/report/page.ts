/** The page: one HTML file with style, Plotly, charts and script inside, which asks the network for nothing. */
import { readText } from '../../files';
import { decimal } from '../../number-text';
import { html, htmlPage, scriptJson, trusted, type Html } from './html';
import { pageScript } from './page-script';
import type { Highlight, RunFacts } from './report-data';
import { style } from './style';
import { plotlyTemplate, type Chart } from './theme';

export interface Card {
  readonly title: string;
  /** Half of the page's width where there is room. */
  readonly half?: boolean;
  readonly chart?: Chart;
  /** A table or folds. */
  readonly content?: Html;
  /** What is seen, and where it stands in the paper. One paragraph each. */
  readonly notes?: readonly string[];
}

export interface Section {
  readonly id: string;
  readonly title: string;
  readonly cards: readonly Card[];
}

export interface Page {
  readonly title: string;
  readonly lead?: string;
  readonly run: RunFacts;
  readonly highlights: readonly Highlight[];
  readonly sections: readonly Section[];
}

/** Nothing may be fetched; inline is what a page in one file is made of. `data:` and `blob:` are Plotly's image export. */
const contentPolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

/** Renders the page. Texts are escaped; charts travel as JSON. */
export function renderPage({ title, lead, run, highlights, sections }: Page): string {
  const charts: Chart[] = [];
  const cards = sections.map(
    (section) =>
      html`<section id="${section.id}">
        <h2>${section.title}</h2>
        <div class="cards">${section.cards.map((card) => cardMarkup(card, charts))}</div>
      </section>`,
  );
  const plotly =
    charts.length === 0
      ? undefined
      : [
          html`<script>
            ${trusted(plotlySource())};
          </script>`,
        ];
  const body = html`<header>
      <h1>${title}</h1>
      ${lead === undefined ? undefined : html`<p class="lead">${lead}</p>`} ${factList(run)}
      ${highlights.length === 0 ? undefined : html`<div class="highlights">${highlights.map(highlightMarkup)}</div>`}
    </header>
    <nav>
      <ul>
        ${sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}
      </ul>
    </nav>
    <main>${cards}</main>
    <footer>${footer(run)}</footer>
    ${plotly}
    <script type="application/json" id="templates">
      ${scriptJson({ light: plotlyTemplate('light'), dark: plotlyTemplate('dark') })}
    </script>
    ${charts.map(
      (chart, i) =>
        html`<script type="application/json" id="chart-${i}">
          ${scriptJson(chart)}
        </script> `,
    )}
    <script>
      ${trusted(pageScript)};
    </script>`;
  return htmlPage({ title, policy: contentPolicy, style, body });
}

function cardMarkup({ title, half, chart, content, notes = [] }: Card, charts: Chart[]): Html {
  const drawn =
    chart === undefined
      ? undefined
      : html`<div
          class="chart"
          role="img"
          aria-label="${title}"
          data-chart="chart-${charts.push(chart) - 1}"
          style="min-height:${Number(chart.layout['height'])}px"
        ></div>`;
  return html`<div class="card${half ? ' half' : ''}">
    <h3>${title}</h3>
    ${drawn}${content}${notes.map((note) => html`<p>${note}</p>`)}
  </div>`;
}

function highlightMarkup({ label, value, note }: Highlight): Html {
  return html`<div class="highlight">
    <div class="label">${label}</div>
    <div class="value">${value}</div>
    <div class="note">${note}</div>
  </div>`;
}

function factList({ engine, seed, wallSeconds, versions }: RunFacts): Html {
  const facts: readonly (readonly [string, string])[] = [
    ['engine', engine],
    typeof seed === 'number' ? ['seed', `${seed}`] : ['seeds', seed.join(', ')],
    ...(wallSeconds === undefined ? [] : [['wall time', duration(wallSeconds)] as const]),
    ...Object.entries(versions),
  ];
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function footer({ command, stageSeconds }: RunFacts): Html {
  const stages = Object.entries(stageSeconds ?? {}).map(([name, seconds]) => `${name} ${duration(seconds)}`);
  return html`${stages.length === 0 ? undefined : html`<p>Time by stage: ${stages.join(' · ')}</p>`}
  ${command === undefined ? undefined : html`<p>Made by <code>${command}</code></p>`}`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${decimal(seconds, 1)} s`;
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** The bundle declares a global when no module system is there. */
function plotlySource(): string {
  return readText(require.resolve('plotly.js-dist-min/plotly.min.js'));
}
