/** Boxes cut out of images of [batch, rows, columns, channels], each brought to one size. */
import { input, type Emitter, type Kernels } from '../kernel';
import { gather } from '../lookup';
import type { Program } from '../program';
import type { Value } from '../value';
import { like } from './elementwise';

/** Where the places of a cut lie along an axis of the image. [boxes, length] */
function placesOfCut(program: Program, boxes: Value, axis: 0 | 1, length: number, extent: number): Value {
  const count = boxes.shape[0] as number;
  const edge = (column: number): Value =>
    program.broadcast(program.slice(boxes, [0, column], [count, 1]), [count, length]);
  const [from, to] = [edge(axis), edge(axis + 2)];
  if (length === 1) return times(program, program.elementwise('add', from, to), 0.5 * (extent - 1));
  const step = times(program, program.elementwise('subtract', to, from), (extent - 1) / (length - 1));
  const steps = program.elementwise('multiply', program.iota(step.shape, 1, 'float32'), step);
  return program.elementwise('add', times(program, from, extent - 1), steps);
}

function times(program: Program, x: Value, factor: number): Value {
  return program.elementwise('multiply', x, like(program, x, factor));
}

/** The whole places round a place; one outside of the image becomes the nearest that there is. */
function wholePlace(program: Program, place: Value, how: 'floor' | 'ceil' | 'round', extent: number): Value {
  // Halves go up, as in JavaScript.
  const shifted = how === 'round' ? program.elementwise('add', place, like(program, place, 0.5)) : place;
  const whole = program.elementwise(how === 'ceil' ? 'ceil' : 'floor', shifted);
  return within(program, program.convert(whole, 'int32'), extent);
}

function within(program: Program, index: Value, extent: number): Value {
  const least = program.elementwise('maximum', index, like(program, index, 0));
  return program.elementwise('minimum', least, like(program, index, extent - 1));
}

function isWithin(program: Program, place: Value, extent: number): Value {
  return program.elementwise(
    'and',
    program.compare('GE', place, like(program, place, 0)),
    program.compare('LE', place, like(program, place, extent - 1)),
  );
}

/** Places outside of the image get the extrapolation value; a box of an image that is not there stays empty. */
const cropAndResize: Emitter = (program, inputs, attributes) => {
  const image = program.convert(input(inputs, 'image'), 'float32');
  const [boxes, boxInd] = [input(inputs, 'boxes'), input(inputs, 'boxInd')];
  const { cropSize, method, extrapolationValue } = attributes as {
    cropSize: [number, number];
    method: 'bilinear' | 'nearest';
    extrapolationValue: number;
  };
  const [batch, rows, columns, channels] = image.shape as [number, number, number, number];
  const [height, width] = cropSize;
  const count = boxes.shape[0] as number;
  const pixels = [count, height, width];
  const y = placesOfCut(program, boxes, 0, height, rows);
  const x = placesOfCut(program, boxes, 1, width, columns);

  /** One number a box, a row of the cut or a column of it, for each pixel. [boxes, height, width] */
  const perBox = (value: Value): Value => program.broadcast(program.reshape(value, [count, 1, 1]), pixels);
  const perRow = (value: Value): Value =>
    program.broadcast(program.reshape(value, [count, height, 1]), pixels);
  const perColumn = (value: Value): Value =>
    program.broadcast(program.reshape(value, [count, 1, width]), pixels);
  /** One number a pixel for all of its channels. */
  const all = (value: Value): Value =>
    program.broadcast(program.reshape(value, [...pixels, 1]), [...pixels, channels]);

  const flat = program.reshape(image, [batch * rows * columns, channels]);
  const start = perBox(times(program, within(program, boxInd, batch), rows * columns));
  const pixel = (row: 'floor' | 'ceil' | 'round', column: 'floor' | 'ceil' | 'round'): Value => {
    const line = perRow(times(program, wholePlace(program, y, row, rows), columns));
    const place = program.elementwise('add', line, perColumn(wholePlace(program, x, column, columns)));
    return gather(program, flat, program.elementwise('add', start, place), 0, 0, [...pixels, channels]);
  };
  const between = (a: Value, b: Value, part: Value): Value => {
    const step = program.elementwise('multiply', program.elementwise('subtract', b, a), part);
    return program.elementwise('add', a, step);
  };
  const fraction = (place: Value): Value =>
    program.elementwise('subtract', place, program.elementwise('floor', place));
  const bilinear = (): Value => {
    const [right, below] = [all(perColumn(fraction(x))), all(perRow(fraction(y)))];
    const above = between(pixel('floor', 'floor'), pixel('floor', 'ceil'), right);
    return between(above, between(pixel('ceil', 'floor'), pixel('ceil', 'ceil'), right), below);
  };

  const cut = method === 'nearest' ? pixel('round', 'round') : bilinear();
  const [inRows, inColumns] = [isWithin(program, y, rows), isWithin(program, x, columns)];
  const there = all(program.elementwise('and', perRow(inRows), perColumn(inColumns)));
  const filled = program.select(there, cut, like(program, cut, extrapolationValue));
  const known = all(perBox(program.compare('LT', boxInd, like(program, boxInd, batch))));
  return program.select(known, filled, like(program, filled, 0));
};

export const cropKernels: Kernels = { CropAndResize: cropAndResize };
