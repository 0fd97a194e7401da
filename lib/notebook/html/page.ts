/** A notebook as one HTML file with live charts, which asks the network for nothing. */
import { createHash } from 'node:crypto';
import { html, htmlPage, scriptJson, trusted, type Html } from '../../evaluation/report/html';
import { plotlyTemplate } from '../../evaluation/report/theme';
import { readText } from '../../files';
import { textOf, type Cell, type Notebook } from '../runner/notebook-file';
import { highlight } from './code';
import { firstHeading, renderMarkdown } from './markdown';
import { partScripts, renderOutput, type Parts } from './outputs';
import { pageScript } from './page-script';
import { style } from './style';

/**
 * Renders a notebook with the outputs that it has. Texts are escaped, foreign markup is contained and cannot run: of scripts the page
 * allows its own two, by their hashes.
 *
 * @param name stands in the title when the notebook has no heading.
 */
export function renderNotebook(notebook: Notebook, name: string): string {
  const parts: Parts = { charts: [], fragments: [] };
  const cells = notebook.cells.map((cell) => renderCell(cell, parts));
  const scripts = [...(parts.charts.length > 0 ? [plotlySource()] : []), pageScript];
  const body = html`<main>${cells}</main>
    <footer><noscript>Tables and charts need JavaScript. </noscript>${name}, a notebook of rlhf-kit</footer>
    ${partScripts('chart', parts.charts)} ${partScripts('fragment', parts.fragments)}
    <script type="application/json" id="templates">
      ${scriptJson({ light: plotlyTemplate('light'), dark: plotlyTemplate('dark') })}
    </script>
    ${trusted(scripts.map((script) => `<script>${script}</script>`).join('\n'))}`;
  return htmlPage({ title: titleOf(notebook) ?? name, policy: contentPolicy(scripts), style, body });
}

/** Its first heading. */
export function titleOf({ cells }: Notebook): string | undefined {
  return cells
    .filter(({ cell_type: type }) => type === 'markdown')
    .map(({ source }) => firstHeading(textOf(source)))
    .find((text) => text !== undefined);
}

function renderCell(cell: Cell, parts: Parts): Html | undefined {
  const source = textOf(cell.source);
  if (cell.cell_type === 'markdown')
    return html`<section class="cell markdown">${renderMarkdown(source)}</section>`;
  if (cell.cell_type !== 'code' || source.trim() === '') return undefined;
  const outputs = (cell.outputs ?? []).flatMap((output) => renderOutput(output, parts) ?? []);
  return html`<section class="cell">
    ${highlight(source)}${outputs.length === 0 ? undefined : html`<div class="outputs">${outputs}</div>`}
  </section>`;
}

/** Nothing may be fetched or sent. `data:` and `blob:` are pictures in outputs and Plotly's image export. */
function contentPolicy(scripts: readonly string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'`;
}

/** The bundle declares a global when no module system is there. */
function plotlySource(): string {
  return readText(require.resolve('plotly.js-dist-min/plotly.min.js'));
}
