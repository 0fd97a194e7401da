/** Reads fields of a config.json, each refused in one sentence when it is not what it must be. */
import { mustBe } from '../errors';

export interface ConfigFields {
  /** The fields, with what transformers takes for those that are left out. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly refuse: (field: string, expected: string, got?: unknown) => never;
  /** A positive number. */
  readonly number: (field: string, fallback?: number) => number;
  /** A positive integer. */
  readonly size: (field: string, fallback?: number) => number;
  /** true or false; absent or null is false. */
  readonly flag: (field: string) => boolean;
  /** Refuses every other value; absent or null will do. */
  readonly only: (field: string, value: unknown) => void;
}

/** @param where names the file in refusals. */
export function configFields(raw: Readonly<Record<string, unknown>>, where: string): ConfigFields {
  const refuse = (field: string, expected: string, got: unknown = raw[field]): never => {
    throw mustBe(where, field, expected, got);
  };
  const number = (field: string, fallback?: number): number => {
    const value = raw[field] ?? fallback;
    return typeof value === 'number' && value > 0 ? value : refuse(field, 'a positive number');
  };
  return {
    raw,
    refuse,
    number,
    size: (field, fallback) => {
      const value = number(field, fallback);
      return Number.isInteger(value) ? value : refuse(field, 'a positive integer', raw[field] ?? fallback);
    },
    flag: (field) => {
      const value = raw[field] ?? false;
      return typeof value === 'boolean' ? value : refuse(field, 'true or false');
    },
    only: (field, value) => {
      if ((raw[field] ?? value) !== value) refuse(field, JSON.stringify(value));
    },
  };
}
