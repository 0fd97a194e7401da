/** Reads the fixtures that the scripts beside this file write. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readJson } from '../../lib/files';

const shared = process.env['RLHF_KIT_SHARED'] ?? resolve(__dirname, '../../../shared');

/** The cases of a fixture, in the script's order. */
export function readCases<Case>(name: string): readonly Case[] {
  return (readJson(join(__dirname, name)) as { readonly cases: readonly Case[] }).cases;
}

/** Where a folder of the shared data lies, and whether it is there. */
export function sharedData(name: string): { readonly path: string; readonly missing: boolean } {
  const path = join(shared, 'data', name);
  return { path, missing: !existsSync(path) };
}

/** Largest |a − b|; infinite when the lengths differ or a number is missing. */
export function largestDifference(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    const difference = Math.abs((got[i] as number) - (expected[i] as number));
    largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }
  return largest;
}
