/** How a tfjs kernel is written as StableHLO. */
import type { Program } from './program';
import type { Value } from './value';

/** tfjs's attributes of a kernel; each emitter knows the ones of its own. */
export type Attributes = Readonly<Record<string, unknown>>;

/**
 * Writes one kernel into a program. Nothing but shapes, types and attributes is known: so the same emitter serves a traced step and
 * a single operation.
 */
export type Emitter = (
  program: Program,
  inputs: Readonly<Record<string, Value>>,
  attributes: Attributes,
) => Value | readonly Value[];

/** Emitters by tfjs's name of the kernel. */
export type Kernels = Readonly<Record<string, Emitter>>;

/** An input that the kernel always has. */
export function input(inputs: Readonly<Record<string, Value>>, name: string): Value {
  const value = inputs[name];
  if (value === undefined) throw new Error(`xla: a kernel came without its input '${name}'`);
  return value;
}
