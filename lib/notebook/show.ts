/** Tables in notebooks. */
import { html, type Html } from '../evaluation/report/html';
import { display } from './cell-output';
import { columnText, type ColumnText } from './format';
import { columnsOf, rowNames, type Frame } from './frames';

export interface ShowOptions {
  /** The most rows that are shown; 20 when absent. */
  readonly rows?: number;
}

const defaultRows = 20;
/** Characters of a text that are seen before it is unfolded, and in a text table at all. */
const shownText = 160;
const shownInText = 48;

interface Column extends ColumnText {
  readonly name: string;
}

/**
 * Shows the first rows of a frame as a table, and says how many there are. Long texts are folded. Rows that
 * danfo has named keep their names.
 *
 * @example
 * ```ts
 * import { readPairs, show } from 'rlhf-kit';
 *
 * show(await readPairs('runs/start/filter/pairs.jsonl'), { rows: 5 });
 * ```
 */
export function show(frame: Frame, { rows: most = defaultRows }: ShowOptions = {}): void {
  const names = rowNames(frame);
  const columns: [string, readonly unknown[]][] = [
    ...(names === undefined ? [] : [['', names] as [string, typeof names]]),
    ...Object.entries(columnsOf(frame)),
  ];
  const rows = columns[0]?.[1].length ?? 0;
  const shown = Math.min(most, rows);
  const texts = columns.map(([name, values]): Column => ({ name, ...columnText(values.slice(0, shown)) }));
  const note =
    rows === 0
      ? 'no rows'
      : shown < rows
        ? `the first ${shown} of ${rows} rows; show(frame, { rows: ${rows} }) shows all`
        : undefined;
  display({
    'text/html': htmlTable(texts, shown, note).markup,
    'text/plain': textTable(texts, shown, note),
  });
}

function htmlTable(columns: readonly Column[], rows: number, note: string | undefined): Html {
  const head = columns.map(
    ({ name, align }) => html`<th style="text-align: ${align}; ${padding}">${name}</th>`,
  );
  const body = Array.from(
    { length: rows },
    (_, row) =>
      html`<tr>
        ${columns.map(({ align, cells }) => cell(cells[row] as string, align))}
      </tr>`,
  );
  return html`<div style="overflow-x: auto">
    <table style="font-variant-numeric: tabular-nums">
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
    ${note === undefined ? undefined : html`<p style="font-size: 0.9em">${note}</p>`}
  </div>`;
}

const padding = 'padding: 0.2em 0.7em';

function cell(text: string, align: ColumnText['align']): Html {
  return html`<td style="text-align: ${align}; vertical-align: top; ${padding}">${foldedText(text)}</td>`;
}

/** Whitespace of a text is shown as it is, so the markup around it has none. */
function foldedText(text: string): Html | string {
  // Characters, not halves of them.
  const characters = [...text];
  if (characters.length <= shownText) return text.includes('\n') ? asWritten(text) : text;
  const start = characters.slice(0, shownText - 20).join('');
  return html`<details>
    <summary>${start} …</summary>
    ${asWritten(text)}
  </details>`;
}

export function asWritten(text: string): Html {
  return html`<div style="white-space: pre-wrap">${text}</div>`;
}

function textTable(columns: readonly Column[], rows: number, note: string | undefined): string {
  const parts = columns.map(({ name, align, cells }) => {
    const lines = [name, ...cells.map(cut)];
    const width = Math.max(...lines.map((line) => line.length));
    return lines.map((line) => (align === 'right' ? line.padStart(width) : line.padEnd(width)));
  });
  const lines = Array.from({ length: columns.length === 0 ? 0 : rows + 1 }, (_, line) =>
    parts
      .map((column) => column[line] as string)
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...(note === undefined ? [] : [`(${note})`])].join('\n');
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= shownInText ? line : `${line.slice(0, shownInText - 2)} …`;
}
