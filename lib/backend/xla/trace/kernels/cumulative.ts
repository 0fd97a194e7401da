/** Running sums and products along an axis. */
import { util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';
import { reduceWindow, type WindowAxis } from '../windows';

/** Numbers that are summed by one product with a triangle of ones; longer rows are summed block by block. */
const block = 64;

interface Direction {
  readonly reverse: boolean;
  /** Whether a place's own number is left out of its sum. */
  readonly exclusive: boolean;
}

/** Sums of x·[i ≤ j] over i for every j, of rows. @param x [rows, n] */
function runningSums(program: Program, x: Value, direction: Direction): Value {
  const [rows, n] = x.shape as [number, number];
  if (n > 2 * block) return blockwiseSums(program, x, direction);
  const [row, column] = [program.iota([n, n], 0, 'int32'), program.iota([n, n], 1, 'int32')];
  const [first, second] = direction.reverse ? [column, row] : [row, column];
  const counted = program.compare(direction.exclusive ? 'LT' : 'LE', first, second);
  return rows === 0 || n === 0 ? x : program.dot(x, program.convert(counted, x.dtype), 0, 1, 0);
}

/** Sums within each block, and on top of them those of the blocks before it. */
function blockwiseSums(program: Program, x: Value, direction: Direction): Value {
  const [rows, n] = x.shape as [number, number];
  const blocks = Math.ceil(n / block);
  const padded = program.pad(x, [[0, 0], [0, blocks * block - n]], 0); // prettier-ignore
  const apart = program.reshape(padded, [rows * blocks, block]);
  const within = program.reshape(runningSums(program, apart, direction), [rows, blocks, block]);
  const totals = program.reshape(program.reduce('add', apart, [1], 0), [rows, blocks]);
  const before = runningSums(program, totals, { ...direction, exclusive: true });
  const spread = program.broadcast(program.reshape(before, [rows, blocks, 1]), within.shape);
  const sums = program.reshape(program.elementwise('add', within, spread), [rows, blocks * block]);
  return program.slice(sums, [0, 0], [rows, n]);
}

const cumsum: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const [axis] = util.parseAxisParam((attributes['axis'] ?? 0) as number, [...x.shape]) as [number];
  const axes = x.shape.map((_, i) => i);
  const last = [...axes.filter((i) => i !== axis), axis];
  const moved = program.transpose(x, last);
  const rows = program.reshape(moved, [
    util.sizeFromShape(moved.shape.slice(0, -1)),
    x.shape[axis] as number,
  ]);
  const sums = runningSums(program, rows, {
    reverse: attributes['reverse'] === true,
    exclusive: attributes['exclusive'] === true,
  });
  return program.transpose(
    program.reshape(sums, moved.shape),
    axes.map((i) => last.indexOf(i)),
  );
};

/** What lies in a window that ends, or begins, at each place is multiplied. */
const cumprod: Emitter = (program, inputs, attributes) => {
  const given = input(inputs, 'x');
  const x = given.dtype === 'bool' ? program.convert(given, 'int32') : given;
  const [axis] = util.parseAxisParam((attributes['axis'] ?? 0) as number, [...x.shape]) as [number];
  const n = x.shape[axis] as number;
  const [own, others] = attributes['exclusive'] === true ? [1, n] : [0, n - 1];
  const padding = (attributes['reverse'] === true ? [-own, others] : [others, -own]) as [number, number];
  const window = x.shape.map((_, i): WindowAxis => {
    const still = { size: 1, stride: 1, dilation: 1, spread: 1, padding: [0, 0] } as const;
    return i === axis ? { ...still, size: n, padding } : still;
  });
  return n === 0 ? x : reduceWindow(program, 'multiply', x, 1, window);
};

export const cumulativeKernels: Kernels = { Cumsum: cumsum, Cumprod: cumprod };
