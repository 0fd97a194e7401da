/** A row as a file holds it, before anything is known about its fields. */
export interface ContainerRow {
  /** Line of a text file, number of the row in a JSON array or in Parquet; from 1. */
  readonly line: number;
  /** The row, or the line's text when it is not one. */
  readonly value: unknown;
  /** Why the line is no row. */
  readonly problem?: string;
  /** The values are cells of a table: text, whatever they mean. */
  readonly cells?: true;
}
