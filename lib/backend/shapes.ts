/** Sizes of batches: an engine that compiles makes a program for every shape, which takes seconds; another one pays for padding alone. */
import { compilesSteps } from './jit';

/** On an engine that compiles, no batch is cut shorter or narrower than this: what it would save is less than a program costs. */
const leastLength = 64;
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

/** As {@link paddedLength}, but on an engine that compiles always the limit: for steps whose programs cost more than such padding. */
export function fullLength(length: number, limit: number, multiple = 16): number {
  return paddedLength(compilesSteps() ? Math.max(length, limit) : length, limit, multiple);
}

/**
 * The places for `count` numbers of which at most `limit` can be: the next multiple or, on an engine that compiles, all of them or half.
 */
export function paddedCount(count: number, limit: number, multiple: number): number {
  return paddedLength(compilesSteps() ? Math.max(count, limit / 2) : count, limit, multiple);
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

/** Rows of packed sequences are at most this long on an engine that compiles, unless a sequence is longer. */
const longestPacked = 1024;
/** Lengths of packed rows are so many times this on an engine that compiles, else of 16, as {@link stepped} gives. */
const packedMultiple = 128;

/** The next of 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on. */
function stepped(size: number): number {
  if (size < 4) return size;
  const power = 2 ** Math.floor(Math.log2(size));
  return [power, 1.5 * power, 2 * power].find((step) => step >= size) as number;
}

/**
 * The lengths that rows of packed sequences may have.
 *
 * @param longest what cannot be parted. Tokens. @param all tokens of the batch.
 */
export function packedLengths(longest: number, all: number): number[] {
  if (!compilesSteps())
    return [Math.max(1, Math.ceil(all / 16)) * 16, Math.max(1, Math.ceil(longest / 16)) * 16];
  const times = (length: number): number => stepped(Math.max(1, Math.ceil(length / packedMultiple)));
  const least = times(longest);
  const most = Math.max(least, times(Math.min(all, longestPacked)));
  const lengths: number[] = [];
  for (let n = least; n <= most; n = stepped(n + 1)) lengths.push(n * packedMultiple);
  return lengths;
}

/** The rows that packed rows are filled up to: none are added or, on an engine that compiles, as many as {@link stepped} gives. */
export function packedRows(rows: number): number {
  return compilesSteps() ? stepped(rows) : rows;
}

/** The places for `count` numbers about packed rows of `size` tokens: the next quarter of them or, on an engine that does not compile, no more than needed. */
export function packedCount(count: number, size: number): number {
  const multiple = compilesSteps() ? size / 4 : 1;
  return Math.max(1, Math.ceil(count / multiple)) * multiple;
}

function halved(size: number, limit: number, least: number): number {
  let half = Math.max(size, limit);
  while (Math.ceil(half / 2) >= Math.max(size, least)) half = Math.ceil(half / 2);
  return half;
}

/** Bytes of a device that has memory of its own, as a GPU has. */
let ownMemory: number | undefined;

/** `useEngine` calls it. */
export function setOwnMemory(bytes: number | undefined): void {
  ownMemory = bytes;
}

/**
 * Tokens that are decoded before a key–value cache is made longer: a shorter cache is read and written faster, each length is a shape. A
 * GPU's memory is read so fast that programs count for more.
 */
export function decodingStretch(): number {
  if (!compilesSteps()) return 16;
  return ownMemory === undefined ? 64 : 256;
}

/** Bytes that the keys and values of a batch may take: a sixteenth of a device's own memory, else 512 MiB. */
export function decodingBytes(): number {
  return ownMemory === undefined ? 2 ** 29 : Math.floor(ownMemory / 16);
}

/**
 * The rows that a batch of responses shrinks to when so many of them are left: a half or, on an engine that compiles, a quarter.
 *
 * @returns 0 when it shrinks no more.
 */
export function shrunkBatch(rows: number): number {
  const { part, least } = compilesSteps() ? { part: 1 / 4, least: 16 } : { part: 1 / 2, least: 1 };
  return rows > least ? Math.max(least, Math.ceil(rows * part)) : 0;
}

/**
 * Rows of the batches that `rows` responses are decoded in: equal ones or, on an engine that compiles, powers of two, so that calls
 * with other numbers of responses share their programs. The last may have more rows than responses are left.
 *
 * @param most rows of the largest batch.
 */
export function decodingBatches(rows: number, most: number): number[] {
  if (!compilesSteps()) {
    const batches = Math.ceil(rows / most);
    return Array.from({ length: batches }, () => Math.ceil(rows / batches));
  }
  const batches: number[] = [];
  for (let left = rows; left > 0; left -= batches.at(-1) as number) {
    batches.push(Math.min(most, 2 ** Math.ceil(Math.log2(left))));
  }
  return batches;
}
