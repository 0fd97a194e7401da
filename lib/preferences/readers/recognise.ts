/** Which layout a file has: each row belongs to the most particular layout that knows it, and all rows to one layout. */
import { didYouMean, InputError } from '../../errors';
import { describeBadRow, RowError } from './bad-row';
import type { ContainerRow } from './container-row';
import { isRow, type Layout, type Row } from './layout';

/** @throws {InputError} for an unknown name, with the near match. */
export function layoutByName<T>(kind: string, layouts: readonly Layout<T>[], format: string): Layout<T> {
  const layout = layouts.find(({ name }) => name === format);
  if (layout !== undefined) return layout;
  const names = layouts.map(({ name }) => name);
  throw new InputError(
    `format of ${kind} must be one of auto, ${names.join(', ')}, got '${format}'${didYouMean(format, names)}`,
  );
}

/**
 * The layout of the first rows. A row counts for the first layout of the list that knows it, so a general layout never
 * gets the rows of a particular one; rows of another layout than the file's are refused by {@link refuseOtherLayout}.
 *
 * @throws {InputError} when no layout knows any of the rows.
 */
export function recognise<T>(
  kind: string,
  layouts: readonly Layout<T>[],
  file: string,
  first: readonly ContainerRow[],
): Layout<T> {
  if (first.length === 0) throw new InputError(`${file}: holds no rows`);
  const owners = first.map(({ value }) => (isRow(value) ? ownerOf(layouts, value) : undefined));
  let best: Layout<T> | undefined;
  let most = 0;
  for (const layout of layouts) {
    const count = owners.filter((owner) => owner === layout).length;
    if (count > most) [best, most] = [layout, count];
  }
  if (best !== undefined) return best;
  const bad = first.find(({ problem }) => problem !== undefined);
  if (bad?.problem !== undefined && first.every(({ problem }) => problem !== undefined)) {
    throw new InputError(describeBadRow({ file, line: bad.line, problem: bad.problem, row: bad.value }));
  }
  const fields = first.map(({ value }) => value).find(isRow);
  throw new InputError(
    `${file}: no layout of ${kind} fits its rows (fields: ${fields === undefined ? 'none' : Object.keys(fields).join(', ')}); known: ${layouts.map(({ name, fields }) => `${name} (${fields})`).join('; ')}`,
  );
}

/** @throws {RowError} for a row that another layout than the file's knows; its own fields would be misread. */
export function refuseOtherLayout<T>(layouts: readonly Layout<T>[], layout: Layout<T>, row: Row): void {
  const owner = ownerOf(layouts, row);
  if (owner === undefined || owner === layout) return;
  throw new RowError('row', `has the layout '${owner.name}', and the file's is '${layout.name}'`);
}

function ownerOf<T>(layouts: readonly Layout<T>[], row: Row): Layout<T> | undefined {
  return layouts.find((layout) => layout.recognises(row));
}
