/** The greatest or least of many numbers, written as XLA's compiler for processors computes it fast. */
import type { Program } from './program';
import type { Value } from './value';

/** Fewer numbers are compared one by one. */
const few = 8;
/** Halvings that make one operation of the device; a longer chain would be one of thousands of lines. */
const together = 5;

/**
 * x with a last axis of at most `few` places and the same extremes along it: its halves are compared number by number, which
 * processors do several at a time, again and again. A reduction that must not lose NaN goes through the numbers singly and takes 15
 * times as long.
 */
function halved(program: Program, operation: 'maximum' | 'minimum', x: Value): Value {
  let [rest, halvings] = [x, 0];
  for (;;) {
    const extent = rest.shape.at(-1) as number;
    if (extent <= few) return rest;
    if (halvings > 0 && halvings % together === 0) rest = program.barrier(rest);
    // Of an odd number the middle one is in both halves: an extreme may be counted twice.
    const half = Math.ceil(extent / 2);
    const size = [...rest.shape.slice(0, -1), half];
    const from = (begin: number): Value =>
      program.slice(
        rest,
        size.map((_, axis) => (axis === size.length - 1 ? begin : 0)),
        size,
      );
    rest = program.elementwise(operation, from(0), from(extent - half));
    halvings++;
  }
}

/** The extremes along axes. @param start what there is where these have no places. */
export function reduceExtreme(
  program: Program,
  operation: 'maximum' | 'minimum',
  x: Value,
  axes: readonly number[],
  start: number,
): Value {
  const helped = program.forProcessor && x.dtype === 'float32' && axes.includes(x.shape.length - 1);
  return program.reduce(operation, helped ? halved(program, operation, x) : x, axes, start);
}
