/** Tables of Markdown as Prettier writes them: what is generated must pass `prettier --check`. */
import { markdownTable as alignedTable } from 'markdown-table';
import stringWidth from 'string-width';

export interface Column {
  readonly head: string;
  /** `left` when absent. */
  readonly align?: 'left' | 'right';
}

/** A table with its columns in line. Texts are Markdown; `|` is escaped and line breaks become spaces. */
export function markdownTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  return alignedTable([columns.map(headText), ...rows.map((row) => row.map(cellText))], {
    align: columns.map(({ align }) => (align === 'right' ? align : undefined)),
    stringLength: stringWidth,
  });
}

/** Prettier makes no column narrower than three characters. */
function headText({ head, align }: Column): string {
  const text = cellText(head);
  const space = ' '.repeat(Math.max(0, 3 - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}

function cellText(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/(?<!\\)\|/g, '\\|');
}
