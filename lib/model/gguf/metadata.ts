/** Metadata of a GGUF file, by key, checked when it is asked for. */
import type { MetadataValue } from '@huggingface/gguf';
import { mustBe } from '../../errors';

/** Each with a fallback where the key may be missing. All throw an InputError that names file and key. */
export interface Metadata {
  readonly has: (key: string) => boolean;
  readonly number: (key: string, fallback?: number) => number;
  readonly integer: (key: string, fallback?: number) => number;
  readonly flag: (key: string, fallback?: boolean) => boolean;
  readonly text: (key: string, fallback?: string) => string;
  readonly texts: (key: string) => readonly string[];
  /** As many as `count`. */
  readonly integers: (key: string, count: number) => readonly number[];
}

/** The shortest decimal that is this float32: 0.000009999999747378752 is what float32 makes of 1e-5. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export function metadataOf(path: string, values: Readonly<Record<string, MetadataValue>>): Metadata {
  const get = <T>(key: string, expected: string, is: (value: unknown) => value is T, fallback?: T): T => {
    const raw = values[key];
    const value: unknown = typeof raw === 'bigint' ? Number(raw) : (raw ?? fallback);
    if (is(value)) return value;
    throw mustBe(path, key, expected, Array.isArray(value) ? `a list of ${value.length}` : (value ?? null));
  };
  const listOf =
    <T>(is: (value: unknown) => value is T, count?: number) =>
    (value: unknown): value is T[] =>
      Array.isArray(value) && value.every(is) && (count === undefined || value.length === count);
  const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
  return {
    has: (key) => values[key] !== undefined,
    number: (key, fallback) => shortest(get(key, 'a number', isNumber, fallback)),
    integer: (key, fallback) => get(key, 'an integer of 0 or more', isInteger, fallback),
    flag: (key, fallback) => get(key, 'true or false', isFlag, fallback),
    text: (key, fallback) => get(key, 'a text', isText, fallback),
    texts: (key) => get(key, 'a list of texts', listOf(isText)),
    integers: (key, count) => get(key, `a list of ${count} integers`, listOf(isInteger, count)),
  };
}
