/** The flags of every command that reads rows: their layout, and which columns are to be ignored. */
import * as field from '../../fields';

export const columnFlags = {
  ignoreColumns: field.texts(
    'column of the rows to leave out; a column that the layout has no use for is refused otherwise',
    { default: [] },
  ),
};

/** The flag that names the layout of a command's rows. @param formats by kind of row. */
export function formatFlag(formats: Readonly<Record<string, readonly string[]>>) {
  const kinds = Object.entries(formats).map(([kind, names]) => `${kind}: ${names.join(', ')}`);
  return field.text(`layout of the rows; ${kinds.join('; ')}`, { default: 'auto' });
}

export type ColumnFlags = field.ConfigOf<typeof columnFlags>;
