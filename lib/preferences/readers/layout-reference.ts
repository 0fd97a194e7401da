/** The part of docs/layouts.md that the layouts themselves say: one row of each, and the records that it becomes. */
import type { Layout } from './layout';

export const layoutMarkers = { name: 'layouts', madeBy: '`npm run docs`' };

/** Markdown: a section for each kind of record, a layout after the other. */
export function layoutReference(layouts: Readonly<Record<string, readonly Layout<object>[]>>): string {
  return Object.entries(layouts)
    .map(([kind, known]) => [`## ${capital(kind)}`, ...known.map((layout) => section(layout))].join('\n\n'))
    .join('\n\n');
}

function section(layout: Layout<object>): string {
  const parse = layout.parser('rows.jsonl');
  const rows = [layout.example, ...(layout.furtherExamples ?? [])];
  const records = [...rows.flatMap(parse), ...(parse.rest?.() ?? [])];
  return [
    `### \`${layout.name}\``,
    ...(layout.passesOver === undefined ? [] : [`Rows may be left out: ${layout.passesOver}.`]),
    block(`fields: ${layout.fields}`),
    block(rows.map((row) => JSON.stringify(row)).join('\n')),
    `becomes${records.length > 1 ? ` ${records.length} records, the first of them` : ''}`,
    block(JSON.stringify(records[0])),
  ].join('\n\n');
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
