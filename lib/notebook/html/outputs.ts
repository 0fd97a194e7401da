/** Outputs of cells as markup. */
import { stripVTControlCharacters } from 'node:util';
import { html, scriptJson, trusted, type Html } from '../../evaluation/report/html';
import { textOf, type Output, type Text } from '../runner/notebook-file';
import { renderMarkdown } from './markdown';

/** Lines that are seen before the rest is unfolded. */
const shownLines = 14;

/** What the page's script puts in place: by id, as JSON. */
export interface Parts {
  readonly charts: Html[];
  readonly fragments: Html[];
}

export function renderOutput(output: Output, parts: Parts): Html | undefined {
  if (output.output_type === 'stream') return foldedText(textOf(output.text), `text ${output.name}`);
  if (output.output_type === 'error') return foldedText(output.traceback.join('\n'), 'text error');
  const { data } = output;
  const text = (type: string): string => textOf(data[type] as Text);
  if ('application/vnd.plotly.v1+json' in data)
    return chart(data['application/vnd.plotly.v1+json'], parts, data['text/plain'] as Text | undefined);
  if ('text/html' in data) return fragment(text('text/html'), parts);
  if ('image/svg+xml' in data)
    return image('image/svg+xml', Buffer.from(text('image/svg+xml')).toString('base64'));
  for (const type of ['image/png', 'image/jpeg', 'image/gif'])
    if (type in data) return image(type, text(type).replace(/\s/g, ''));
  if ('text/markdown' in data) return renderMarkdown(text('text/markdown'));
  return 'text/plain' in data ? foldedText(text('text/plain'), 'text') : undefined;
}

function chart(value: unknown, { charts }: Parts, description: Text | undefined): Html {
  const { layout } = value as { layout?: { height?: number } };
  charts.push(scriptJson(value));
  const height = Number(layout?.height ?? 450);
  return html`<div
    class="chart"
    role="img"
    aria-label="${description === undefined ? 'chart' : textOf(description)}"
    style="min-height:${height}px"
  ></div>`;
}

/** Foreign markup: the script puts it into an element of its own, so that what it leaves open ends there; nothing in it can run. */
function fragment(markup: string, { fragments }: Parts): Html {
  fragments.push(scriptJson(markup));
  return html`<div class="fragment"></div>`;
}

function image(type: string, base64: string): Html {
  return html`<img src="data:${type};base64,${base64}" alt="" />`;
}

function foldedText(given: string, name: string): Html {
  const lines = stripVTControlCharacters(given).trimEnd().split('\n');
  const shown = html`<pre class="${name}">${lines.slice(0, shownLines).join('\n')}</pre>`;
  const rest = lines.slice(shownLines);
  if (rest.length === 0) return shown;
  return html`${shown}
    <details>
      <summary>${rest.length} more ${rest.length === 1 ? 'line' : 'lines'}</summary>
      <pre class="${name}">${rest.join('\n')}</pre>
    </details>`;
}

/** JSON for the page's script, under an id. */
export function partScripts(kind: string, values: readonly Html[]): Html {
  return trusted(
    values
      .map(({ markup }, i) => `<script type="application/json" id="${kind}-${i}">${markup}</script>`)
      .join('\n'),
  );
}
