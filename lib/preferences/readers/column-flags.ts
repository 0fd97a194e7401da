/** The flags of every command that reads rows: their layout, and which columns are to be ignored. */
import type { Field, FieldTable } from '../../config';

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

/** The flag that names the layout of a command's rows. @param formats by kind of row. */
export function formatFlag(formats: Readonly<Record<string, readonly string[]>>): Field<string> {
  const kinds = Object.entries(formats).map(([kind, names]) => `${kind}: ${names.join(', ')}`);
  return { doc: `layout of the rows; ${kinds.join('; ')}`, type: 'string', default: 'auto' };
}
