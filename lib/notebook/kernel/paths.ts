/** A notebook's process works in the notebook's folder, so it gets paths of the environment whole. */
import { resolve } from 'node:path';

const names = ['RLHF_KIT_SHARED', 'RLHF_KIT_CACHE'];

/** Variables of the environment that name a path, as seen from anywhere. */
export function pathsFromHere(): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const path = process.env[name];
      return path ? [[name, resolve(path)]] : [];
    }),
  );
}
