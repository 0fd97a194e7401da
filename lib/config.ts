/**
 * Configurations as field tables: one table gives a stage its defaults, its checks, its `--help` and its command-line
 * flags. A stage declares `interface XConfig` and a table of the same keys.
 */
import { InputError, nearMatch } from './errors';

export interface Field<T> {
  /** One line: what the field does. */
  readonly doc: string;
  /** `strings` is a list: on the command line its flag is repeated. */
  readonly type: 'number' | 'integer' | 'boolean' | 'string' | 'path' | 'strings' | readonly string[];
  /** Absent: the field is required, unless `optional`. */
  readonly default?: T;
  /** May be left undefined. */
  readonly optional?: boolean;
  /** Inclusive bounds. */
  readonly min?: number;
  readonly max?: number;
  /** The lower bound itself is refused. */
  readonly exclusiveMin?: boolean;
  readonly unit?: string;
  /** Where the default comes from: the paper, a peer, or `ours`. */
  readonly source?: string;
}

export type FieldTable<C> = { readonly [K in keyof C]-?: Field<Exclude<C[K], undefined>> };

/**
 * Checks `given` against a field table and fills the defaults in.
 *
 * @param stage the name in error messages, e.g. `ppo`.
 * @returns a frozen configuration with every field set (optional ones may be missing).
 * @throws {InputError} for an unknown key (with the near match), a missing field, a wrong type, a value out of range.
 */
export function parseConfig<C extends object>(
  stage: string,
  fields: FieldTable<C>,
  given: Readonly<Record<string, unknown>>,
): Readonly<C> {
  const known = Object.keys(fields);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      const near = nearMatch(key, known);
      throw new InputError(
        `${stage} config: unknown key '${key}'${near === undefined ? '' : `; did you mean '${near}'?`} (known: ${known.join(', ')})`,
      );
    }
  }
  const config: Record<string, unknown> = {};
  for (const [key, field] of Object.entries<Field<unknown>>(fields)) {
    const value = given[key] ?? field.default;
    if (value === undefined) {
      if (field.optional) continue;
      throw new InputError(`${stage} config: '${key}' is required (${field.doc})`);
    }
    checkField(stage, key, field, value);
    config[key] = value;
  }
  return Object.freeze(config) as Readonly<C>;
}

/** What a field accepts, in words: for error messages and `--help`. */
export function describeField(field: Field<unknown>): string {
  if (Array.isArray(field.type)) return `one of ${field.type.join(', ')}`;
  const noun =
    field.type === 'path'
      ? 'a path'
      : field.type === 'integer'
        ? 'an integer'
        : field.type === 'strings'
          ? 'a list of strings'
          : `a ${field.type as string}`;
  const bounds: string[] = [];
  if (field.min !== undefined) bounds.push(`${field.exclusiveMin ? '>' : '≥'} ${field.min}`);
  if (field.max !== undefined) bounds.push(`≤ ${field.max}`);
  return bounds.length === 0 ? noun : `${noun} ${bounds.join(' and ')}`;
}

function checkField(stage: string, key: string, field: Field<unknown>, value: unknown): void {
  const refuse = (): never => {
    throw new InputError(
      `${stage} config: '${key}' must be ${describeField(field)}, got ${JSON.stringify(value)}`,
    );
  };
  const { type } = field;
  if (Array.isArray(type)) {
    if (!type.includes(value as string)) refuse();
  } else if (type === 'boolean') {
    if (typeof value !== 'boolean') refuse();
  } else if (type === 'strings') {
    if (!Array.isArray(value) || value.some((entry) => typeof entry !== 'string')) refuse();
  } else if (type === 'string' || type === 'path') {
    if (typeof value !== 'string' || (type === 'path' && value === '')) refuse();
  } else {
    if (typeof value !== 'number' || !Number.isFinite(value)) return refuse();
    if (type === 'integer' && !Number.isInteger(value)) refuse();
    if (field.min !== undefined && (field.exclusiveMin ? value <= field.min : value < field.min)) refuse();
    if (field.max !== undefined && value > field.max) refuse();
  }
}
