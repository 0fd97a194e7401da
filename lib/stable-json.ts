/** JSON text that depends on what an object holds, not on the order in which its keys were written. */

/**
 * `JSON.stringify` with the keys of every plain object in alphabetical order, for text that is hashed.
 *
 * @example stableJson({ b: 1, a: 2 }) === '{"a":2,"b":1}'
 */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (isPlainObject(part) ? sorted(part) : part));
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
