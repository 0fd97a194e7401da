/** Tables of text: CSV and TSV with a header row. */
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { InputError } from '../../errors';
import type { ContainerRow } from './container-row';
import { streamText } from './text-file';

/**
 * Streams the rows of a table as objects of text cells. Lines that are empty are passed over; a row with another number of
 * cells than the header is a problem of that row.
 *
 * @throws {InputError} for a header with a name twice, and for quotes that do not close: what follows them is anyone's guess.
 */
export async function* streamTable(file: string, ending: '.csv' | '.tsv'): AsyncGenerator<ContainerRow> {
  // In TSV a quote inside of a cell is a character like any other.
  const parser = parse({
    delimiter: ending === '.csv' ? ',' : '\t',
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: ending === '.tsv',
  });
  const source = Readable.from(streamText(file));
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let header: readonly string[] | undefined;
  let line = 1;
  try {
    for await (const cells of parser as AsyncIterable<readonly string[]>) {
      const first = line;
      line += 1 + cells.reduce((breaks, cell) => breaks + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
      if (cells.length === 1 && cells[0]?.trim() === '') continue;
      if (header === undefined) header = checkedHeader(file, cells);
      else yield { line: first, ...rowOf(header, cells) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const where = error.code === 'CSV_QUOTE_NOT_CLOSED' ? '' : `:${String(error['lines'])}`;
    throw new InputError(
      `${file}${where}: not readable as ${ending.slice(1).toUpperCase()} (${error.message})`,
    );
  } finally {
    source.destroy();
    parser.destroy();
  }
}

function checkedHeader(file: string, names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new InputError(`${file}:1: the header has '${twice}' twice`);
  return names;
}

function rowOf(header: readonly string[], cells: readonly string[]): Omit<ContainerRow, 'line'> {
  if (cells.length !== header.length) {
    return { value: cells, problem: `must have ${header.length} cells as the header, got ${cells.length}` };
  }
  return { value: Object.fromEntries(header.map((name, i) => [name, cells[i]])), cells: true };
}
