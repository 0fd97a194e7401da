/** Sizes of batches: an engine that compiles makes a program for every shape, which takes seconds; another one pays for padding alone. */
import { compilesSteps } from './jit';

/** On an engine that compiles, no batch is cut shorter or narrower than this: what it would save is less than a program costs. */
const leastLength = 48;
const leastRows = 8;

/**
 * The length that rows of at most `length` are padded to: the next multiple or, on an engine that compiles, the limit, its half, its
 * quarter and so on.
 *
 * @param limit no row of the run is longer.
 */
export function paddedLength(length: number, limit: number, multiple = 16): number {
  const upTo = compilesSteps() ? halved(length, limit, leastLength) : length;
  return Math.max(multiple, Math.ceil(upTo / multiple) * multiple);
}

/**
 * The rows that a batch of `rows` is filled up to: none are added or, on an engine that compiles, so many that there are half, a
 * quarter and so on of the limit.
 *
 * @param limit no batch of the run has more.
 */
export function paddedRows(rows: number, limit: number): number {
  return compilesSteps() ? halved(rows, limit, leastRows) : rows;
}

function halved(size: number, limit: number, least: number): number {
  let half = Math.max(size, limit);
  while (Math.ceil(half / 2) >= Math.max(size, least)) half = Math.ceil(half / 2);
  return half;
}

/** Tokens that are decoded before a key–value cache is made longer: a shorter cache is read and written faster, each length is a shape. */
export function decodingStretch(): number {
  return compilesSteps() ? 64 : 16;
}

/** How a batch shrinks when its rows are done one by one: to so large a part of it, and never below so many rows. */
export function shrinking(): { readonly part: number; readonly leastRows: number } {
  return compilesSteps() ? { part: 1 / 4, leastRows: 16 } : { part: 1 / 2, leastRows: 1 };
}
