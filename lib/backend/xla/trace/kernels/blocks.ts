/** Kernels that cut arrays into blocks, fold them, mirror them. */
import { backend_util, util } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';

/** Blocks of space become entries of the batch. */
const spaceToBatch: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const { blockShape, paddings } = attributes as { blockShape: number[]; paddings: [number, number][] };
  const count = util.sizeFromShape(blockShape);
  const all = x.shape.map((_, axis) => paddings[axis - 1] ?? ([0, 0] as const));
  const padded = program.pad(x, all, 0);
  const apart = backend_util.getReshaped([...padded.shape], blockShape, count, false);
  const order = backend_util.getPermuted(apart.length, blockShape.length, false);
  const together = backend_util.getReshapedPermuted([...padded.shape], blockShape, count, false);
  return program.reshape(program.transpose(program.reshape(padded, apart), order), together);
};

/** The reverse, with edges cut off. */
const batchToSpace: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const { blockShape, crops } = attributes as { blockShape: number[]; crops: number[][] };
  const [count, rank] = [util.sizeFromShape(blockShape), blockShape.length];
  const apart = backend_util.getReshaped([...x.shape], blockShape, count);
  const order = backend_util.getPermuted(apart.length, rank);
  const together = backend_util.getReshapedPermuted([...x.shape], blockShape, count);
  const whole = program.reshape(program.transpose(program.reshape(x, apart), order), together);
  const begin = whole.shape.map((_, axis) => crops[axis - 1]?.[0] ?? 0);
  const size = whole.shape.map(
    (extent, axis) => extent - (crops[axis - 1] ?? [0, 0]).reduce((a, b) => a + b),
  );
  return program.slice(whole, begin, size);
};

/** Channels become blocks of space: [batch, rows, columns, blocks, blocks, channels]. */
const depthToSpace: Emitter = (program, inputs, attributes) => {
  const x = input(inputs, 'x');
  const { blockSize, dataFormat } = attributes as { blockSize: number; dataFormat: string };
  const channelsLast = dataFormat === 'NHWC';
  const moved = channelsLast ? x : program.transpose(x, [0, 2, 3, 1]);
  const [batch, rows, columns, depth] = moved.shape as [number, number, number, number];
  const channels = depth / blockSize ** 2;
  const apart = program.reshape(moved, [batch, rows, columns, blockSize, blockSize, channels]);
  const image = program.reshape(program.transpose(apart, [0, 1, 3, 2, 4, 5]), [
    batch,
    rows * blockSize,
    columns * blockSize,
    channels,
  ]);
  return channelsLast ? image : program.transpose(image, [0, 3, 1, 2]);
};

/** x continued over its edges by itself, turned round: with the numbers on the edge (symmetric) or without (reflect). */
const mirrorPad: Emitter = (program, inputs, attributes) => {
  const { paddings, mode } = attributes as { paddings: [number, number][]; mode: string };
  const skipped = mode === 'reflect' ? 1 : 0;
  return paddings.reduce(
    (x, [before, after], axis) => {
      const extent = x.shape[axis] as number;
      const turned = (start: number, length: number): Value[] => {
        if (length === 0) return [];
        const at = (value: number, rest: (other: number) => number): number[] =>
          x.shape.map((_, other) => (other === axis ? value : rest(other)));
        const piece = program.slice(
          x,
          at(start, () => 0),
          at(length, (other) => x.shape[other] as number),
        );
        return [program.reverse(piece, [axis])];
      };
      const pieces = [...turned(skipped, before), x, ...turned(extent - skipped - after, after)];
      return pieces.length === 1 ? x : program.concatenate(pieces as [Value, ...Value[]], axis);
    },
    input(inputs, 'x'),
  );
};

/** Numbers on the diagonal of a square matrix, zeros elsewhere. [n, n] */
function onDiagonal(program: Program, numbers: Value): Value {
  const n = numbers.shape[0] as number;
  const [row, column] = [program.iota([n, n], 0, 'int32'), program.iota([n, n], 1, 'int32')];
  const spread = program.broadcast(program.reshape(numbers, [n, 1]), [n, n]);
  return program.select(program.compare('EQ', row, column), spread, program.fill(0, [n, n], numbers.dtype));
}

export const blockKernels: Kernels = {
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  MirrorPad: mirrorPad,
  Diag: (program, inputs) => {
    const x = input(inputs, 'x');
    const flat = program.reshape(x, [util.sizeFromShape([...x.shape])]);
    return program.reshape(onDiagonal(program, flat), [...x.shape, ...x.shape]);
  },
};
