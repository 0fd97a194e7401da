/** Shape checks at the doors of public functions: a wrong shape is named before it broadcasts into a wrong number. */
import type * as tf from '@tensorflow/tfjs';
import { ShapeError } from '../errors';

/**
 * Refuses a tensor of another shape: `assertShape('dpoLoss', { refLogratios }, [8])`.
 *
 * @param where the function that checks.
 * @param named one or more tensors under the names of the arguments.
 * @param expected −1 stands for any size.
 * @throws {ShapeError} e.g. `dpoLoss: refLogratios must be [8], got [4]`.
 */
export function assertShape(
  where: string,
  named: Readonly<Record<string, tf.Tensor>>,
  expected: readonly number[],
): void {
  for (const [name, { shape }] of Object.entries(named)) {
    const fits = shape.length === expected.length && expected.every((n, i) => n === -1 || n === shape[i]);
    if (!fits) {
      const sizes = expected.map((n) => (n === -1 ? '*' : n)).join(', ');
      throw new ShapeError(`${where}: ${name} must be [${sizes}], got [${shape.join(', ')}]`);
    }
  }
}
