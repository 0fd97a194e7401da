/** Operations that slide a window over an array: convolutions, and extremes and sums of what lies in the window. */
import type { Program } from './program';
import { typeOf, type Value } from './value';

/** How a window moves along one axis. */
export interface WindowAxis {
  readonly size: number;
  readonly stride: number;
  /** Places before and behind the array; fewer than none cut it. */
  readonly padding: readonly [number, number];
  /** From one place of the window to the next. */
  readonly dilation: number;
  /** From one place of the array to the next: zeros lie in between. */
  readonly spread: number;
}

/** Places at which the window stands. @param extent of the array. */
function positions({ size, stride, padding, dilation, spread }: WindowAxis, extent: number): number {
  const length = extent === 0 ? 0 : (extent - 1) * spread + 1;
  const room = length + padding[0] + padding[1] - ((size - 1) * dilation + 1);
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/** The axis that a window does not move along. */
const still: WindowAxis = { size: 1, stride: 1, padding: [0, 0], dilation: 1, spread: 1 };

/** A window over an array of [batch, …, channels]. */
export function overSpace(axes: readonly WindowAxis[]): WindowAxis[] {
  return [still, ...axes, still];
}

const numbers = (window: readonly WindowAxis[], of: (axis: WindowAxis) => number): string =>
  `array<i64: ${window.map(of).join(', ')}>`;

/** As a constant of the operation, two numbers an axis. */
function paddingOf(window: readonly WindowAxis[]): string {
  const rows = window.map(({ padding }) => `[${padding.join(', ')}]`).join(', ');
  return `dense<[${rows}]> : tensor<${window.length}x2xi64>`;
}

/** @param operation e.g. `add`, with `start` as its neutral element. @param window one axis for each of x. */
export function reduceWindow(
  program: Program,
  operation: string,
  x: Value,
  start: number,
  window: readonly WindowAxis[],
): Value {
  const neutral = program.fill(start, [], x.dtype);
  const one = typeOf(neutral);
  const attributes = [
    `window_dimensions = ${numbers(window, ({ size }) => size)}`,
    `window_strides = ${numbers(window, ({ stride }) => stride)}`,
    `base_dilations = ${numbers(window, ({ spread }) => spread)}`,
    `window_dilations = ${numbers(window, ({ dilation }) => dilation)}`,
    `padding = ${paddingOf(window)}`,
  ];
  return program.apply(
    `"stablehlo.reduce_window"(${x.name}, ${neutral.name}) <{${attributes.join(', ')}}> ({\n^bb0(%a: ${one}, %b: ${one}):\n%both = stablehlo.${operation} %a, %b : ${one}\nstablehlo.return %both : ${one}\n})`,
    [x, neutral],
    window.map((axis, i) => positions(axis, x.shape[i] as number)),
  );
}

/** The greatest number in each window, and the number that stands for it in `places`: of equal ones the first. */
export function placesOfGreatest(
  program: Program,
  x: Value,
  places: Value,
  window: readonly WindowAxis[],
): Value {
  const [least, none] = [program.fill(-Infinity, [], 'float32'), program.fill(-1, [], 'int32')];
  const [one, place] = [typeOf(least), typeOf(none)];
  const shape = window.map((axis, i) => positions(axis, x.shape[i] as number));
  const attributes = [
    `window_dimensions = ${numbers(window, ({ size }) => size)}`,
    `window_strides = ${numbers(window, ({ stride }) => stride)}`,
    `padding = ${paddingOf(window)}`,
  ];
  const [, found] = program.applyMany(
    `"stablehlo.reduce_window"(${x.name}, ${places.name}, ${least.name}, ${none.name}) <{${attributes.join(', ')}}> ({\n^bb0(%a: ${one}, %i: ${place}, %b: ${one}, %j: ${place}):\n%first = stablehlo.compare GE, %a, %b : (${one}, ${one}) -> tensor<i1>\n%greatest = stablehlo.select %first, %a, %b : tensor<i1>, ${one}\n%place = stablehlo.select %first, %i, %j : tensor<i1>, ${place}\nstablehlo.return %greatest, %place : ${one}, ${place}\n})`,
    [x, places, least, none],
    [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ],
  ) as [Value, Value];
  return found;
}

/** Each number of dy added at the place of the greatest number of its window of x: of equal ones the first. */
export function scatterToGreatest(
  program: Program,
  x: Value,
  dy: Value,
  window: readonly WindowAxis[],
): Value {
  const zero = program.fill(0, [], dy.dtype);
  const one = typeOf(zero);
  const attributes = [
    `window_dimensions = ${numbers(window, ({ size }) => size)}`,
    `window_strides = ${numbers(window, ({ stride }) => stride)}`,
    `padding = ${paddingOf(window)}`,
  ];
  return program.apply(
    `"stablehlo.select_and_scatter"(${x.name}, ${dy.name}, ${zero.name}) <{${attributes.join(', ')}}> ({\n^bb0(%a: ${one}, %b: ${one}):\n%first = stablehlo.compare GE, %a, %b : (${one}, ${one}) -> tensor<i1>\nstablehlo.return %first : tensor<i1>\n}, {\n^bb0(%a: ${one}, %b: ${one}):\n%both = stablehlo.add %a, %b : ${one}\nstablehlo.return %both : ${one}\n})`,
    [x, dy, zero],
    x.shape,
  );
}

/** What the axes of an array mean: `b` batch, `f` channels, `i` and `o` a filter's channels, numbers for axes of space. */
export type Layout = readonly (string | number)[];

export interface Convolution {
  readonly layouts: { readonly x: Layout; readonly filter: Layout; readonly result: Layout };
  /** One for each axis of space; its size is the filter's. */
  readonly window: readonly WindowAxis[];
  /** Whether the filter is turned round along all axes of space. */
  readonly reversed?: boolean;
  /** Parts that the channels fall into, each with filters of its own. */
  readonly channelGroups?: number;
  /** Parts that the batch falls into, each with filters of its own. */
  readonly batchGroups?: number;
}

/** Sums of products of the filter with what lies under it. */
export function convolution(
  program: Program,
  x: Value,
  filter: Value,
  { layouts, window, reversed = false, channelGroups = 1, batchGroups = 1 }: Convolution,
): Value {
  const extent = (value: Value, layout: Layout, axis: string | number): number =>
    value.shape[layout.indexOf(axis)] as number;
  const shape = layouts.result.map((axis) => {
    if (axis === 'b') return extent(x, layouts.x, 'b') / batchGroups;
    if (axis === 'f') return extent(filter, layouts.filter, 'o');
    return positions(window[axis as number] as WindowAxis, extent(x, layouts.x, axis));
  });
  const list = (of: (axis: WindowAxis) => string | number): string => `[${window.map(of).join(', ')}]`;
  const dimensions = `[${layouts.x.join(', ')}]x[${layouts.filter.join(', ')}]->[${layouts.result.join(', ')}]`;
  const moves = [
    `stride = ${list(({ stride }) => stride)}`,
    `pad = ${list(({ padding }) => `[${padding.join(', ')}]`)}`,
    `lhs_dilate = ${list(({ spread }) => spread)}`,
    `rhs_dilate = ${list(({ dilation }) => dilation)}`,
    `reverse = ${list(() => `${reversed}`)}`,
  ].join(', ');
  const precision = [x, filter].map((operand) => `#stablehlo<precision ${program.precision(operand)}>`);
  return program.apply(
    `stablehlo.convolution(${x.name}, ${filter.name}) dim_numbers = ${dimensions}, window = {${moves}} {batch_group_count = ${batchGroups} : i64, feature_group_count = ${channelGroups} : i64, precision_config = [${precision.join(', ')}]}`,
    [x, filter],
    shape,
  );
}
