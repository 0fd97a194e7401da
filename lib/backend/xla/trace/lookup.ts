/** Operations that read and write at places that are known only when the program runs, and the order of numbers. */
import type { Program } from './program';
import { typeOf, type Value } from './value';

/**
 * Slices of x along an axis, one for each index; the first `batch` axes of both go together.
 *
 * @param shape of the result: x's axes, with those of the indices that are no batch axes in place of the one.
 */
export function gather(
  program: Program,
  x: Value,
  indices: Value,
  axis: number,
  batch: number,
  shape: readonly number[],
): Value {
  const taken = indices.shape.length - batch;
  // Axes of the result that come from x's slices: before and behind those of the indices.
  const offsets = shape.map((_, i) => i).filter((i) => i >= batch && (i < axis || i >= axis + taken));
  const batchAxes = Array.from({ length: batch }, (_, i) => i).join(', ');
  const batching =
    batch === 0
      ? ''
      : `operand_batching_dims = [${batchAxes}], start_indices_batching_dims = [${batchAxes}], `;
  const sizes = x.shape.map((extent, i) => (i === axis || i < batch ? 1 : extent)).join(', ');
  const numbers = `offset_dims = [${offsets.join(', ')}], collapsed_slice_dims = [${axis}], ${batching}start_index_map = [${axis}], index_vector_dim = ${indices.shape.length}`;
  return program.apply(
    `"stablehlo.gather"(${x.name}, ${indices.name}) <{dimension_numbers = #stablehlo.gather<${numbers}>, indices_are_sorted = false, slice_sizes = array<i64: ${sizes}>}>`,
    [x, indices],
    shape,
  );
}

/**
 * target with the rows of x added at the rows that the indices name, or put in their place (the last one where several
 * are); rows that are not there are left out.
 */
export function scatter(
  program: Program,
  how: 'add' | 'replace',
  target: Value,
  indices: Value,
  x: Value,
): Value {
  const window = x.shape.slice(1).map((_, i) => i + 1);
  const numbers = `update_window_dims = [${window.join(', ')}], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1`;
  const one = typeOf({ shape: [], dtype: x.dtype });
  const region =
    how === 'add'
      ? `%sum = stablehlo.add %before, %new : ${one}\nstablehlo.return %sum : ${one}`
      : `stablehlo.return %new : ${one}`;
  return program.apply(
    `"stablehlo.scatter"(${target.name}, ${indices.name}, ${x.name}) <{scatter_dimension_numbers = #stablehlo.scatter<${numbers}>, indices_are_sorted = false, unique_indices = false}> ({\n^bb0(%before: ${one}, %new: ${one}):\n${region}\n})`,
    [target, indices, x],
    target.shape,
  );
}

/** Numbers along an axis from the largest down, and the places where they stood; equal ones stay in order. */
export function sortDescending(program: Program, x: Value, axis: number): [Value, Value] {
  const places = program.iota(x.shape, axis, 'int32');
  const [one, place] = [typeOf({ shape: [], dtype: x.dtype }), typeOf({ shape: [], dtype: 'int32' })];
  const sort = `"stablehlo.sort"(${x.name}, ${places.name}) <{dimension = ${axis} : i64, is_stable = true}> ({\n^bb0(%a: ${one}, %b: ${one}, %i: ${place}, %j: ${place}):\n%before = stablehlo.compare GT, %a, %b : (${one}, ${one}) -> tensor<i1>\nstablehlo.return %before : tensor<i1>\n})`;
  return program.applyMany(sort, [x, places], [x, places]) as [Value, Value];
}
