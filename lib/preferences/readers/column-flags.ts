/** The flag of every command that reads rows: which columns are to be ignored. */
import * as field from '../../fields';

export const columnFlags = {
  ignoreColumns: field.texts(
    'column of the rows to leave out; a column that the layout has no use for is refused otherwise',
    { default: [] },
  ),
};

export type ColumnFlags = field.ConfigOf<typeof columnFlags>;
