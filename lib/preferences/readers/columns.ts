/** The columns of a file: read by its layout, without meaning for training, ignored on request, or refused by name. */
import { InputError } from '../../errors';
import { describeValue } from './fields';
import type { Layout, Row } from './layout';

/** Ids and facts about where a row comes from: they say nothing that a model should learn. */
const withoutMeaning: readonly RegExp[] = [
  /^_*(id|ids|idx|index|uuid|guid|hash|row|row_?number|unnamed: \d+|)$/i,
  /(_|-)(id|ids|idx|index|uuid|hash|key)$/i,
  /[a-z](Id|Ids|Index|Hash)$/,
  /^__index_level_\d+__$/,
  /^(task|task_?type|task_?name|category|categories|topic|domain|subject|area|language|lang|locale|difficulty)$/i,
  /^(source|sources|source_?dataset|dataset|dataset_?name|origin|subset|split|license|licence|url|uri|link|file|file_?name)$/i,
  /^(meta|meta_?data|tags|notes|comment|version|created|updated|modified|date|time|timestamp|tstamp)$/i,
  /^(created|updated|modified|submitted)_?(at|on|by|utc)$/i,
  /^(annotator|worker|user|author|generator)s?$/i,
  /^((chosen|rejected)_?)?models?(_?name)?$/i,
  /^((prompt|chosen|rejected|response|total|num|n)_)?(tokens|token_?count|len|length|turns|words|characters)$/i,
];

/**
 * Watches the columns of a file. An empty value (null, '', [], {}) says nothing and is passed over.
 *
 * @returns throws {@link InputError} for the first row with a column that is neither read nor known to be without meaning.
 */
export function columnCheck<T>(layout: Layout<T>): (row: Row, file: string, line: number) => void {
  const allowed = new Set<string>();
  const isAllowed = (column: string): boolean =>
    layout.reads.some((field) => (typeof field === 'string' ? field === column : field.test(column))) ||
    ['promptId', 'task', 'language'].includes(column) ||
    withoutMeaning.some((pattern) => pattern.test(column));
  return (row, file, line) => {
    for (const [column, value] of Object.entries(row)) {
      if (allowed.has(column) || isEmpty(value)) continue;
      if (!isAllowed(column)) {
        throw new InputError(
          `${file}:${line}: layout '${layout.name}' has no use for column '${column}' (${describeValue(value)}), and it may change what the row means; --ignore-columns ${column} leaves it out`,
        );
      }
      allowed.add(column);
    }
  };
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value)) return value.every(isEmpty);
  return typeof value === 'object' && Object.values(value).every(isEmpty);
}

/** A row without the columns that are to be ignored. */
export function withoutColumns(row: Row, ignored: ReadonlySet<string>): Row {
  if (ignored.size === 0) return row;
  return Object.fromEntries(Object.entries(row).filter(([column]) => !ignored.has(column)));
}
