/** Tables of Markdown as Prettier writes them: what is generated must pass `prettier --check`. */

export interface Column {
  readonly head: string;
  /** `left` when absent. */
  readonly align?: 'left' | 'right';
}

/** Characters that fill two places of a fixed-width font. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u;

function widthOf(text: string): number {
  return [...text].reduce((width, character) => width + (wide.test(character) ? 2 : 1), 0);
}

/** A table with its columns in line. Texts are Markdown; `|` is escaped and line breaks become spaces. */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const texts = [columns.map(({ head }) => head), ...rows].map((row) => row.map(cellText));
  const widths = columns.map((_, i) => Math.max(3, ...texts.map((row) => widthOf(row[i] ?? ''))));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = texts.map((row) =>
    line(
      columns.map(({ align }, i) => {
        const text = row[i] ?? '';
        const space = ' '.repeat((widths[i] as number) - widthOf(text));
        return align === 'right' ? space + text : text + space;
      }),
    ),
  );
  const rule = line(
    columns.map(({ align }, i) => {
      const width = widths[i] as number;
      return align === 'right' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width);
    }),
  );
  return [padded[0], rule, ...padded.slice(1)].join('\n');
}

function cellText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<!\\)\|/g, '\\|');
}
