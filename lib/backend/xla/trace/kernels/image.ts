/** Kernels that resize and turn images of [batch, rows, columns, channels]. */
import { backend_util } from '@tensorflow/tfjs';
import { input, type Attributes, type Emitter, type Kernels } from '../kernel';
import { gather } from '../lookup';
import type { Program } from '../program';
import type { Value } from '../value';

/** Which places of an axis go into a place of the resized one, and the second one's part. */
interface Sample {
  readonly first: number;
  readonly second: number;
  readonly part: number;
}

/** Places of the first axis for each place of the second; positions as tfjs counts them. */
function samples(from: number, to: number, attributes: Attributes, nearest: boolean): Sample[] {
  const { alignCorners, halfPixelCenters } = attributes as { alignCorners: boolean; halfPixelCenters: boolean }; // prettier-ignore
  const aligned = alignCorners && to > 1;
  const ratio = aligned ? (from - 1) / (to - 1) : from / to;
  return Array.from({ length: to }, (_, i) => {
    if (nearest) {
      const place = ratio * (halfPixelCenters ? i + 0.5 : i);
      const whole = alignCorners ? Math.round(place) : Math.floor(place);
      const first = Math.max(0, Math.min(from - 1, whole));
      return { first, second: first, part: 0 };
    }
    const place = halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i;
    const first = Math.max(0, Math.floor(place));
    return { first, second: Math.min(from - 1, Math.ceil(place)), part: place - first };
  });
}

function taken(program: Program, x: Value, places: readonly number[], axis: number): Value {
  const indices = program.constant(places, [places.length], 'int32');
  const shape = x.shape.map((extent, i) => (i === axis ? places.length : extent));
  return gather(program, x, indices, axis, 0, shape);
}

/** x with an axis resized. */
function resized(program: Program, x: Value, all: readonly Sample[], axis: number): Value {
  const first = taken(program, x, all.map((sample) => sample.first), axis); // prettier-ignore
  if (all.every(({ part }) => part === 0)) return first;
  const second = taken(program, x, all.map((sample) => sample.second), axis); // prettier-ignore
  const parts = program.constant(all.map(({ part }) => part), first.shape.map((extent, i) => (i === axis ? extent : 1)), x.dtype); // prettier-ignore
  const step = program.elementwise('subtract', second, first);
  const moved = program.elementwise('multiply', step, program.broadcast(parts, first.shape));
  return program.elementwise('add', first, moved);
}

const resize =
  (nearest: boolean): Emitter =>
  (program, inputs, attributes) => {
    const images = input(inputs, 'images');
    const x = nearest ? images : program.convert(images, 'float32');
    return (attributes['size'] as [number, number]).reduce(
      (image, to, i) =>
        resized(program, image, samples(image.shape[i + 1] as number, to, attributes, nearest), i + 1),
      x,
    );
  };

/** The gradient: each number goes back to the places that it came from, as a product with a matrix along each axis. */
const resizeGradient =
  (nearest: boolean): Emitter =>
  (program, inputs, attributes) => {
    const [images, dy] = [input(inputs, 'images'), input(inputs, 'dy')];
    return [1, 2].reduce((gradient, axis) => {
      const [from, to] = [images.shape[axis] as number, gradient.shape[axis] as number];
      const parts = new Float32Array(from * to);
      samples(from, to, attributes, nearest).forEach(({ first, second, part }, i) => {
        parts[first * to + i] = (parts[first * to + i] as number) + 1 - part;
        parts[second * to + i] = (parts[second * to + i] as number) + part;
      });
      const matrix = program.constant(parts, [from, to], 'float32');
      const product = program.dot(gradient, matrix, 0, axis, 1);
      return program.transpose(product, axis === 1 ? [0, 3, 1, 2] : [0, 1, 3, 2]);
    }, dy);
  };

const flip: Emitter = (program, inputs) => program.reverse(input(inputs, 'image'), [2]);

/** Turned round a centre; places that come from outside get the fill value. */
const rotate: Emitter = (program, inputs, attributes) => {
  const image = input(inputs, 'image');
  const { radians, fillValue, center } = attributes as { radians: number; fillValue: number | number[]; center: number }; // prettier-ignore
  const [batch, rows, columns, channels] = image.shape as [number, number, number, number];
  const [centreX, centreY] = backend_util.getImageCenter(center, rows, columns);
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  const sources = Array.from({ length: rows * columns }, (_, i) => {
    const [x, y] = [(i % columns) - centreX, Math.floor(i / columns) - centreY];
    const column = Math.round(x * cosine - y * sine + centreX);
    const row = Math.round(x * sine + y * cosine + centreY);
    return column >= 0 && column < columns && row >= 0 && row < rows ? row * columns + column : -1;
  });
  const flat = program.reshape(image, [batch, rows * columns, channels]);
  const found = taken(program, flat, sources.map((place) => Math.max(0, place)), 1); // prettier-ignore
  const inside = program.constant(sources.map((place) => (place < 0 ? 0 : 1)), [rows * columns, 1], 'bool'); // prettier-ignore
  const fills = Array.from({ length: channels }, (_, channel) => {
    if (typeof fillValue === 'number') return fillValue;
    return channel === 3 ? 255 : (fillValue[channel] as number);
  });
  const outside = program.broadcast(program.constant(fills, [channels], image.dtype), found.shape);
  const turned = program.select(program.broadcast(inside, found.shape), found, outside);
  return program.reshape(turned, image.shape);
};

export const imageKernels: Kernels = {
  ResizeBilinear: resize(false),
  ResizeBilinearGrad: resizeGradient(false),
  ResizeNearestNeighbor: resize(true),
  ResizeNearestNeighborGrad: resizeGradient(true),
  FlipLeftRight: flip,
  RotateWithOffset: rotate,
};
