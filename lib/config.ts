/** Configurations checked against their fields: defaults are filled in, and what does not fit is refused in one sentence. */
import * as z from 'zod';
import { InputError, mustBe, unknownName } from './errors';
import type { ConfigOf, Fields } from './fields';

/** The JSON Schema of a field, as far as fields use it. */
interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly kind?: 'path';
  readonly unit?: string;
  readonly source?: string;
}

/** What a field says of itself. */
export interface FieldFacts extends Omit<FieldSchema, 'type' | 'enum' | 'description'> {
  readonly doc: string;
  readonly type:
    'number' | 'integer' | 'boolean' | 'string' | 'path' | 'strings' | 'object' | readonly string[];
  readonly optional: boolean;
}

/** The JSON Schema of a table of fields, for editors and for other programs. A file may say where it is, as `$schema`. */
export function jsonSchemaOf(title: string, fields: Fields): z.core.JSONSchema.BaseSchema {
  const place = z.string().meta({ description: 'where this schema is' }).optional();
  return { title, ...schemaOf(z.strictObject({ $schema: place, ...fields })) };
}

/** Integers of zod have the bounds of float64, which say nothing here. */
function schemaOf(schema: z.ZodType): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    override({ jsonSchema }) {
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
}

export function factsOf(field: z.ZodType): FieldFacts {
  const { description = '', type, enum: words, kind, ...facts } = schemaOf(field) as FieldSchema;
  return {
    ...facts,
    doc: description,
    type: words ?? kind ?? (type === 'array' ? 'strings' : (type as FieldFacts['type'])),
    optional: facts.default === undefined && field.safeParse(undefined).success,
  };
}

/** What a field accepts, in words: for error messages and `--help`. */
export function describeField(field: z.ZodType): string {
  const { type, minimum, exclusiveMinimum, maximum } = factsOf(field);
  if (Array.isArray(type)) return `one of ${type.join(', ')}`;
  const nouns = { path: 'a path', integer: 'an integer', strings: 'a list of strings', object: 'an object' };
  const noun = nouns[type as keyof typeof nouns] ?? `a ${type as string}`;
  const bounds = [
    ...(exclusiveMinimum === undefined ? [] : [`> ${exclusiveMinimum}`]),
    ...(minimum === undefined ? [] : [`≥ ${minimum}`]),
    ...(maximum === undefined ? [] : [`≤ ${maximum}`]),
  ];
  return bounds.length === 0 ? noun : `${noun} ${bounds.join(' and ')}`;
}

/**
 * Checks the configuration of a stage against its fields and fills the defaults in. `null` is as good as absent.
 *
 * @param stage the name in error messages, e.g. `ppo`.
 * @returns a frozen configuration with every field set (optional ones may be missing).
 * @throws {InputError} for an unknown key (with the near match), a missing field, a wrong type, a value out of range.
 */
export function parseConfig<F extends Fields>(
  stage: string,
  fields: F,
  given: Readonly<Record<string, unknown>>,
): Readonly<ConfigOf<F>> {
  return checkFields(`${stage} config`, 'key', fields, given);
}

/**
 * As {@link parseConfig}, for any record.
 *
 * @param where the beginning of error messages.
 * @param kind what a key is called in them.
 */
export function checkFields<F extends Fields>(
  where: string,
  kind: string,
  fields: F,
  given: Readonly<Record<string, unknown>>,
): Readonly<ConfigOf<F>> {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
  const { data, error } = z.strictObject(fields).safeParse(present);
  if (error === undefined) return Object.freeze(data as ConfigOf<F>);
  const { issues } = error;
  // What is missing is often what an unknown key stands for.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? (issues[0] as z.core.$ZodIssue);
  throw refusal(where, kind, fields, present, issue);
}

function refusal(
  where: string,
  kind: string,
  fields: Fields,
  given: unknown,
  issue: z.core.$ZodIssue,
): Error {
  const path: string[] = [];
  let field: z.ZodType = z.strictObject(fields);
  let got = given;
  for (const key of issue.path.map(String)) {
    const inside = withoutWrapping(field);
    if (!(inside instanceof z.ZodObject)) break;
    field = inside.shape[key] as z.ZodType;
    got = (got as Readonly<Record<string, unknown>>)[key];
    path.push(key);
  }
  if (issue.code === 'unrecognized_keys') {
    const inside = (key: string): string => [...path, key].join('.');
    const known = Object.keys((withoutWrapping(field) as z.ZodObject).shape);
    return unknownName(where, kind, inside(issue.keys[0] as string), known.map(inside));
  }
  const name = path.join('.');
  if (got !== undefined) return mustBe(where, name, describeField(field), got);
  const { doc } = factsOf(field);
  return new InputError(`${where}: '${name}' is required${doc === '' ? '' : ` (${doc})`}`);
}

/** What is inside of an optional field or one with a default. */
function withoutWrapping(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodOptional || field instanceof z.ZodDefault
    ? withoutWrapping(field.unwrap() as z.ZodType)
    : field;
}
