/** What a layout is: how its rows look and how one becomes records. */

/** A parsed row before anything is known about its fields. */
export type Row = Readonly<Record<string, unknown>>;

export interface Layout<T> {
  /** The word for `format`. */
  readonly name: string;
  /** The fields of a row, for the error that lists the layouts. */
  readonly fields: string;
  /** Whether a row has this layout, judged by its fields alone. */
  recognises(row: Row): boolean;
  /**
   * Starts on a file; some layouts need what lies beside it.
   *
   * @returns turns one row into its records; throws {@link RowError} for a row that cannot be used.
   */
  parser(file: string): (row: Row) => readonly T[];
}

/** Whether a row has all these fields. */
export function hasFields(row: Row, ...names: readonly string[]): boolean {
  return names.every((name) => row[name] !== undefined && row[name] !== null);
}
