/** Coefficients of a formula: numbers, or inputs of a compiled step, so that runs with other values share its program. */
import * as tf from '@tensorflow/tfjs';

/** What a formula takes: a number is a constant of the step. */
export type Coefficient = number | tf.Scalar;

/** The same names, as inputs. */
export type Coefficients<K extends string> = { readonly [name in K]: Coefficient };

/** Makes scalars of numbers; a 0 stays a number, since it may leave its term out of the step. The caller disposes them. */
export function coefficients<K extends string>(numbers: { readonly [name in K]: number }): Coefficients<K> {
  const inputs = Object.entries<number>(numbers).map(([name, number]) => [
    name,
    number === 0 ? 0 : tf.scalar(number),
  ]);
  return Object.fromEntries(inputs) as Coefficients<K>;
}
