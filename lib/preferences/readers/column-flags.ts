/** The flag of every command that reads rows: which columns are to be ignored. */
import type { FieldTable } from '../../config';

export interface ColumnFlags {
  readonly ignoreColumns: readonly string[];
}

export const columnFlags: FieldTable<ColumnFlags> = {
  ignoreColumns: {
    doc: 'column of the rows to leave out; a column that the layout has no use for is refused otherwise',
    type: 'strings',
    default: [],
  },
};
