/** Sizes of batches: an engine that compiles makes a program for every shape, which takes seconds; another one pays for padding alone. */
import { compilesSteps } from './jit';

/**
 * The length that rows of at most `length` are padded to: the next multiple or, on an engine that compiles, the next power of 2, at
 * least 64.
 */
export function paddedLength(length: number, multiple = 16): number {
  if (!compilesSteps()) return Math.max(multiple, Math.ceil(length / multiple) * multiple);
  return 2 ** Math.ceil(Math.log2(Math.max(64, length)));
}

/** Tokens that are decoded before a key–value cache is made longer: a shorter cache is read and written faster, each length is a shape. */
export function decodingStretch(): number {
  return compilesSteps() ? 64 : 16;
}

/** How a batch shrinks when its rows are done one by one: to so large a part of it, and never below so many rows. */
export function shrinking(): { readonly part: number; readonly leastRows: number } {
  return compilesSteps() ? { part: 1 / 4, leastRows: 16 } : { part: 1 / 2, leastRows: 1 };
}
