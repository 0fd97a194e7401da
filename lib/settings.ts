/** Settings: places in a nested configuration, by dotted path, and the values that go there. */
import * as z from 'zod';
import { checkFields } from './config';
import { InputError, unknownName } from './errors';
import type { ConfigOf, Fields } from './fields';

export type Setting = number | string | boolean;
/** E.g. `{ "reward.lengthBalance": "drop" }`. */
export type Settings = Readonly<Record<string, Setting>>;

/**
 * A configuration with settings in it.
 *
 * @param where beginning of error messages.
 * @param base of these fields. Its seed is no setting: it is said once, and stages have it too.
 * @throws {InputError} for a setting that is not known (with the near match), and for a value that it cannot take.
 */
export function applySettings<F extends Fields>(
  where: string,
  fields: F,
  base: ConfigOf<F>,
  settings: Settings,
): ConfigOf<F> {
  const known = settingPaths(fields).filter((path) => path !== 'seed');
  const config: Record<string, unknown> = { ...base };
  for (const [path, value] of Object.entries(settings)) {
    if (!known.includes(path)) throw unknownName(where, 'setting', path, known);
    const [key, inner] = path.split('.') as [string, string?];
    config[key] = inner === undefined ? value : { ...(config[key] as object), [inner]: value };
  }
  return checkFields(where, 'setting', fields, config);
}

/** The fields of a nested record by their paths. */
export function settingsIn(record: object): Settings {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]): [string, Setting][] =>
      typeof value === 'object'
        ? Object.entries(value as Settings).map(([inner, setting]) => [`${key}.${inner}`, setting])
        : [[key, value as Setting]],
    ),
  );
}

/** What can be set: fields, and those of parts as `part.field`. */
export function settingPaths(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([key, field]) =>
    field instanceof z.ZodObject ? Object.keys(field.shape).map((inner) => `${key}.${inner}`) : [key],
  );
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
