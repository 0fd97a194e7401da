/** Settings: places in a nested configuration, by dotted path, and the values that go there. */
import { parseConfig, type FieldTable } from './config';
import { InputError, nearMatch } from './errors';

export type Setting = number | string | boolean;
/** E.g. `{ "reward.lengthBalance": "drop" }`. */
export type Settings = Readonly<Record<string, Setting>>;

/** What settings a configuration takes. */
export interface KnownSettings {
  /** Stages, which check their own fields. */
  readonly stages: Readonly<Record<string, FieldTable<object>>>;
  /** Parts that hold plain values, with a value for each key: a setting must be of its type. */
  readonly parts: Readonly<Record<string, object>>;
  /** The same for values that stand alone. */
  readonly values: Readonly<Record<string, Setting>>;
  /** Values of which only some are known. */
  readonly choices?: Readonly<Record<string, readonly Setting[]>>;
}

/**
 * A configuration with settings in it.
 *
 * @param where beginning of error messages.
 * @throws {InputError} for a setting that is not known, and for a value that it cannot take.
 */
export function applySettings<C extends object>(
  where: string,
  base: C,
  settings: Settings,
  { stages, parts, values, choices = {} }: KnownSettings,
): C {
  const config = { ...base } as Record<string, unknown>;
  const given: Record<string, Record<string, Setting>> = {};
  const knownOf = (part: string): object => stages[part] ?? parts[part] ?? {};
  const paths = [
    ...Object.keys(values),
    ...[...Object.keys(parts), ...Object.keys(stages)].flatMap((part) =>
      Object.keys(knownOf(part)).map((key) => `${part}.${key}`),
    ),
  ];
  for (const [path, value] of Object.entries(settings)) {
    const [part, key, ...rest] = path.split('.') as [string, string?, ...string[]];
    const isKnown = key === undefined ? part in values : part in parts || part in stages;
    if (rest.length > 0 || !isKnown) throw new InputError(`${where}: ${unknown(path, paths)}`);
    if (key === undefined) config[part] = checkValue(where, path, value, values[part], choices[part]);
    else (given[part] ??= {})[key] = value;
  }
  for (const [part, changes] of Object.entries(given)) {
    const before = config[part] as Record<string, unknown>;
    const fields = stages[part];
    if (fields !== undefined) {
      config[part] = parseConfig(`${where}: ${part}`, fields, { ...before, ...changes });
      continue;
    }
    const known = parts[part] as Record<string, unknown>;
    for (const [key, value] of Object.entries(changes)) {
      if (!(key in known))
        throw new InputError(
          `${where}: ${unknown(
            `${part}.${key}`,
            Object.keys(known).map((name) => `${part}.${name}`),
          )}`,
        );
      checkValue(where, `${part}.${key}`, value, known[key]);
    }
    config[part] = { ...before, ...changes };
  }
  return config as C;
}

function checkValue(
  where: string,
  path: string,
  value: Setting,
  example: unknown,
  choices?: readonly Setting[],
): Setting {
  if (choices !== undefined && !choices.includes(value))
    throw new InputError(
      `${where}: ${path} must be one of ${choices.join(', ')}, got ${JSON.stringify(value)}`,
    );
  if (typeof value !== typeof example || (typeof value === 'number' && !Number.isFinite(value)))
    throw new InputError(`${where}: ${path} must be a ${typeof example}, got ${JSON.stringify(value)}`);
  return value;
}

function unknown(path: string, known: readonly string[]): string {
  const near = nearMatch(path, known);
  return `no setting is called '${path}'${near === undefined ? '' : `; did you mean '${near}'?`}`;
}

/**
 * Settings as they are given on a command line, `path=value`. A value that JSON can read as a number or a boolean is one, else it is text.
 *
 * @throws {InputError} for a word without a path, and for a path that comes twice.
 */
export function readSettings(where: string, words: readonly string[]): Settings {
  const settings: Record<string, Setting> = {};
  for (const word of words) {
    const [, path, text] = /^([^=\s]+)=(.*)$/s.exec(word) ?? [];
    if (path === undefined || text === undefined)
      throw new InputError(`${where}: expected path=value, as in ppo.klCoef=0.1, got '${word}'`);
    if (path in settings) throw new InputError(`${where}: ${path} is set twice`);
    settings[path] = settingValue(text);
  }
  return settings;
}

function settingValue(text: string): Setting {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}
