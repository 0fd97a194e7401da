/** Rows that cannot be used: how a layout reports one, and what is kept of it. */

/** A row that was set aside, as it is written to bad-rows.jsonl. */
export interface BadRow {
  readonly file: string;
  /** Line of a text file, number of the row in a JSON array or in Parquet; from 1. Absent of a record made of several rows. */
  readonly line?: number;
  /** The field at fault; absent when the line could not be parsed at all. */
  readonly field?: string;
  readonly problem: string;
  /** The row itself, or the text of a line that is not JSON. */
  readonly row: unknown;
}

/** Thrown by a layout for a row it recognises and cannot use; the reader adds file and line. */
export class RowError extends Error {
  override name = 'RowError';
  readonly field: string;

  constructor(field: string, problem: string) {
    super(problem);
    this.field = field;
  }
}

/** One sentence: file, line, field, what is wrong. */
export function describeBadRow({ file, line, field, problem }: BadRow): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${field === undefined ? '' : `'${field}' `}${problem}`;
}
