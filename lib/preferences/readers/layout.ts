/** What a layout is: how its rows look and how one becomes records. */

/** A parsed row before anything is known about its fields. */
export type Row = Readonly<Record<string, unknown>>;

export interface RowParser<T> {
  (row: Row): readonly T[];
  /** The records that take several rows, once all of them are read. @throws {InputError} for rows that do not belong together. */
  readonly rest?: () => readonly T[];
}

export interface Layout<T> {
  /** The word for `format`. */
  readonly name: string;
  /** The fields of a row, for the error that lists the layouts. */
  readonly fields: string;
  /** Every field that a record is made of, or that only repeats others; what else a row holds is questioned. */
  readonly reads: readonly (string | RegExp)[];
  /** Those that are never plain text: numbers, booleans, lists, objects. In a table of text their cells are JSON. */
  readonly json?: readonly (string | RegExp)[];
  /** A row of this layout, for docs/layouts.md. */
  readonly example: Row;
  /** Further rows, where it takes several to make a record. */
  readonly furtherExamples?: readonly Row[];
  /** Whether a row has this layout, judged by its fields alone. */
  recognises(row: Row): boolean;
  /**
   * Starts on a file; some layouts need what lies beside it.
   *
   * @returns turns one row into its records; throws {@link RowError} for a row that cannot be used.
   */
  parser(file: string): RowParser<T>;
  /** What a row means that gives no record on purpose, for the sentence that counts such rows. */
  readonly passesOver?: string;
}

/** Whether a row has all these fields. */
export function hasFields(row: Row, ...names: readonly string[]): boolean {
  return names.every((name) => row[name] !== undefined && row[name] !== null);
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
