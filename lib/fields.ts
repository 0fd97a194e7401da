/**
 * Fields of configurations, as zod schemas. One table of fields gives a stage its types, its defaults, its checks, its flags, its `--help`
 * and its JSON Schema.
 *
 * @example
 * const fields = { beta: field.number('strength of the pull', { default: 0.1, above: 0, source: 'TRL' }) };
 * type Config = ConfigOf<typeof fields>; // { readonly beta: number }
 */
import * as z from 'zod';

/** Fields by key, in the order of `--help`. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** Some fields that make at least a C. */
export type FieldsOf<C> = { readonly [K in keyof C]-?: z.ZodType<C[K] | undefined> };

type Optional<F extends Fields> = {
  [K in keyof F]: undefined extends z.output<F[K]> ? K : never;
}[keyof F];

/** What a table of fields makes: every field is set, except optional ones. */
export type ConfigOf<F extends Fields> = Flat<
  { readonly [K in Exclude<keyof F, Optional<F>>]: z.output<F[K]> } & {
    readonly [K in Optional<F>]?: Exclude<z.output<F[K]>, undefined>;
  }
>;
type Flat<T> = { [K in keyof T]: T[K] };

/** What a field says of itself besides what it accepts. */
interface About {
  readonly unit?: string;
  /** Where the default comes from: the paper, a peer, or `ours`. */
  readonly source?: string;
}

interface Bounds extends About {
  /** Inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** A lower bound that is refused itself. */
  readonly above?: number;
}

interface Default<T> {
  /** Absent: the field is required, unless it is `optional()`. */
  readonly default: T;
}

/** With a default where `about` has one. */
type Made<S extends z.ZodType, A> = A extends Default<unknown> ? z.ZodDefault<S> : S;

function made<S extends z.ZodType, A extends About>(schema: S, doc: string, about: A, kind?: string) {
  const { unit, source, default: value } = about as About & Partial<Default<z.util.NoUndefined<z.output<S>>>>;
  const meta = {
    description: doc,
    ...(kind !== undefined && { kind }),
    ...(unit !== undefined && { unit }),
    ...(source !== undefined && { source }),
  };
  return (value === undefined ? schema.meta(meta) : schema.default(value).meta(meta)) as Made<S, A>;
}

function bounded<S extends z.ZodNumber>(schema: S, { min, max, above }: Bounds): S {
  let result: z.ZodNumber = schema;
  if (min !== undefined) result = result.min(min);
  if (above !== undefined) result = result.gt(above);
  if (max !== undefined) result = result.max(max);
  return result as S;
}

/** A finite number. */
export function number<const A extends Bounds & Partial<Default<number>>>(doc: string, about = {} as A) {
  return made(bounded(z.number(), about), doc, about);
}

/** An integer that a float64 holds exactly. */
export function integer<const A extends Bounds & Partial<Default<number>>>(doc: string, about = {} as A) {
  return made(bounded(z.int() as z.ZodNumber, about), doc, about);
}

/** On the command line also has a `--no-` form. */
export function boolean<const A extends About & Partial<Default<boolean>>>(doc: string, about = {} as A) {
  return made(z.boolean(), doc, about);
}

export function text<const A extends About & Partial<Default<string>>>(doc: string, about = {} as A) {
  return made(z.string(), doc, about);
}

/** Text that names a file or a folder. */
export function path<const A extends About & Partial<Default<string>>>(doc: string, about = {} as A) {
  return made(z.string().min(1), doc, about, 'path');
}

/** A list; on the command line its flag is repeated. */
export function texts<const A extends About & Partial<Default<string[]>>>(doc: string, about = {} as A) {
  return made(z.array(z.string()), doc, about);
}

/** One of some words. */
export function choice<T extends string, const A extends About & Partial<Default<NoInfer<T>>>>(
  choices: readonly T[],
  doc: string,
  about = {} as A,
) {
  return made(z.enum(choices) as z.ZodType<T>, doc, about);
}

/** What a setting can be. */
export const setting = z.union([z.number(), z.string(), z.boolean()]);

/** A list of at least one, unless `min` says otherwise. */
export function list<S extends z.ZodType>(of: S, doc: string, { min = 1 }: { readonly min?: number } = {}) {
  return z.array(of).min(min).meta({ description: doc }) as unknown as z.ZodType<readonly z.output<S>[]>;
}

/** Values by names of one's own. */
export function record<S extends z.ZodType>(of: S, doc: string) {
  return z.record(z.string(), of).meta({ description: doc }) as unknown as z.ZodType<
    Readonly<Record<string, z.output<S>>>
  >;
}

/** A part of a configuration with fields of its own. */
export function part<F extends Fields>(fields: F): z.ZodType<ConfigOf<F>> {
  return z.strictObject(fields) as unknown as z.ZodType<ConfigOf<F>>;
}

/** Several parts. */
export function parts<P extends Readonly<Record<string, Fields>>>(tables: P) {
  return mapped(tables, part) as { readonly [K in keyof P]: z.ZodType<ConfigOf<P[K]>> };
}

/** The same fields, each of which may be missing; what is missing has no default here. */
export function loose<F extends Fields>(fields: F) {
  return mapped(fields, (field) => withoutDefault(field).optional()) as {
    readonly [K in keyof F]: z.ZodType<z.output<F[K]> | undefined>;
  };
}

/** Several parts, each of which, and of whose fields each, may be missing. */
export function looseParts<P extends Readonly<Record<string, Fields>>>(tables: P) {
  return mapped(tables, (fields) => part(loose(fields)).optional()) as {
    readonly [K in keyof P]: z.ZodType<Partial<ConfigOf<P[K]>> | undefined>;
  };
}

function mapped<T, U>(record: Readonly<Record<string, T>>, of: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, of(value)]));
}

function withoutDefault(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodDefault)) return schema;
  return (schema.unwrap() as z.ZodType).meta(schema.meta() ?? {});
}

/** A field with another default, and its source. */
export function redefine<S extends z.ZodType>(
  field: z.ZodDefault<S>,
  { default: value, ...about }: Default<z.util.NoUndefined<z.output<S>>> & About,
): z.ZodDefault<S> {
  const schema = field.unwrap() as unknown as S;
  return schema.default(value).meta({ ...field.meta(), ...about });
}
