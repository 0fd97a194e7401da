/** Configurations checked against their fields: defaults are filled in, and what does not fit is refused in one sentence. */
import * as z from 'zod';
import { InputError, mustBe, unknownName } from './errors';
import type { ConfigOf, Fields } from './fields';

/** The JSON Schema of a field, as far as fields use it. */
interface FieldSchema {
  /** Several of a union. */
  readonly type?: string | readonly string[];
  readonly enum?: readonly string[];
  readonly items?: FieldSchema;
  readonly minItems?: number;
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
  return describeSchema(schemaOf(field) as FieldSchema);
}

const nouns: Readonly<Record<string, string>> = { integer: 'an integer', object: 'an object' };

function describeSchema(schema: FieldSchema): string {
  const { type = '', enum: words, items, minItems, kind, minimum, exclusiveMinimum, maximum } = schema;
  if (words !== undefined) return `one of ${words.join(', ')}`;
  if (typeof type !== 'string') return `a ${type.slice(0, -1).join(', ')} or ${type.at(-1)}`;
  if (items !== undefined) return `a ${minItems ? 'non-empty ' : ''}list of ${String(items.type)}s`;
  const noun = kind === undefined ? (nouns[type] ?? `a ${type}`) : `a ${kind}`;
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
 *
 * @example
 * ```ts
 * import { parseConfig, ppoFields } from 'rlhf-kit';
 *
 * const config = parseConfig('ppo', ppoFields, { klCoef: 0.1, maxSteps: 40 });
 * console.log(config.learningRate); // the default
 * ```
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
  let name = '';
  let field: z.ZodType = z.strictObject(fields);
  let got = given;
  for (const key of issue.path) {
    const inside = fieldInside(field, key);
    if (inside === undefined) break;
    field = inside;
    got = (got as Readonly<Record<PropertyKey, unknown>>)[key];
    name = within(name, key);
  }
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys((withoutWrapping(field) as z.ZodObject).shape);
    return unknownName(
      where,
      kind,
      within(name, issue.keys[0] as string),
      known.map((key) => within(name, key)),
    );
  }
  if (got !== undefined) return mustBe(where, name, describeField(field), got);
  const { doc } = factsOf(field);
  return new InputError(`${where}: '${name}' is required${doc === '' ? '' : ` (${doc})`}`);
}

/** E.g. `ppo.klCoef`, `claims[0]`. */
function within(name: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${name}[${key}]`;
  return name === '' ? String(key) : `${name}.${String(key)}`;
}

/** The field of a key: of an object, of an entry of a list or of a record. */
function fieldInside(field: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  const whole = withoutWrapping(field);
  if (whole instanceof z.ZodObject) return whole.shape[key as string] as z.ZodType;
  if (whole instanceof z.ZodArray) return whole.element as z.ZodType;
  return whole instanceof z.ZodRecord ? (whole.valueType as z.ZodType) : undefined;
}

/** What is inside of an optional field or one with a default. */
function withoutWrapping(field: z.ZodType): z.ZodType {
  return field instanceof z.ZodOptional || field instanceof z.ZodDefault
    ? withoutWrapping(field.unwrap() as z.ZodType)
    : field;
}
