/** What the cells of a table mean: text, except where a layout has a number, a boolean, a list or an object. */
import { errorMessage } from '../../errors';
import { RowError } from './bad-row';
import { parseExactJson } from './exact-json';
import { describeValue } from './fields';
import type { Layout, Row } from './layout';

/** Turns that a program wrote into a cell, as JSON or in a notation of its own. */
const turns = /^\s*\[?\s*\{\s*["'](role|content|from|value)["']\s*:/;

/**
 * A row of a table with the values that its cells hold as JSON: the `json` fields of the layout, and turns wherever they
 * stand. An empty cell of such a field is no value.
 *
 * @throws {RowError} for a cell that must be JSON and is not.
 */
export function cellValues(row: Row, { json = [] }: Pick<Layout<unknown>, 'json'>): Row {
  const isJson = (column: string): boolean =>
    json.some((field) => (typeof field === 'string' ? field === column : field.test(column)));
  return Object.fromEntries(
    Object.entries(row).map(([column, cell]) => {
      const text = cell as string;
      return [column, isJson(column) || turns.test(text) ? parseCell(column, text) : text];
    }),
  );
}

function parseCell(column: string, text: string): unknown {
  const word = text.trim();
  if (word === '') return null;
  // As spreadsheets and Python write them.
  if (/^(true|false)$/i.test(word)) return word.toLowerCase() === 'true';
  try {
    return parseExactJson(word);
  } catch (error) {
    throw new RowError(
      column,
      `must be JSON in a table of text, got ${describeValue(text)} (${errorMessage(error)})`,
    );
  }
}
