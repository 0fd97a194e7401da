/**
 * Seeded random numbers. A stream is named by its path: `rng.fork('rollout').fork(17)` gives the same numbers whenever
 * and wherever it is made, so nothing about randomness has to be saved to resume a run: the step number is enough.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface Rng {
  /** An independent stream for one consumer; the same name always gives the same stream. */
  fork(name: string | number): Rng;
  /** Uniform in (0, 1): never 0 and never 1, 2⁻²⁴ apart, so that float32 holds it exactly. */
  uniform(): number;
  /** Integer in [0, below). */
  integer(below: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** One element, each equally likely. */
  pick<T>(items: readonly T[]): T;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A new array in random order (Fisher–Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** `n` uniforms as float32, e.g. one for each sequence of a decoding step. */
  uniforms(n: number): Float32Array;
  /** `n` standard normals times `std`, as float32. */
  normals(n: number, std?: number): Float32Array;
}

/**
 * The root stream of a run.
 *
 * @example
 * ```ts
 * import { createRng } from 'rlhf-kit';
 *
 * const rng = createRng(1);
 * console.log(rng.fork('order').shuffle(['a', 'b', 'c']), rng.fork('noise').normal());
 * ```
 */
export function createRng(seed: number | string): Rng {
  return stream(`${seed}`);
}

function stream(path: string): Rng {
  let generator: ReturnType<typeof xoroshiro128plus> | undefined;
  // Made on first use: most forks only name further forks.
  const next = (): number => {
    generator ??= xoroshiro128plus(hash(path));
    return generator.next() >>> 0;
  };
  const uniform = (): number => ((next() >>> 9) + 0.5) / 8388608;
  let spare: number | undefined;
  const rng: Rng = {
    fork: (name) => stream(`${path}/${name}`),
    uniform,
    integer: (below) => Math.floor(uniform() * below),
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    pick: <T>(items: readonly T[]): T => {
      if (items.length === 0) throw new RangeError('Rng.pick: items must not be empty');
      return items[rng.integer(items.length)] as T;
    },
    chance: (probability) => uniform() < probability,
    shuffle: <T>(items: readonly T[]): T[] => {
      const shuffled = items.slice();
      for (let i = shuffled.length - 1; i > 0; i--) {
        const j = rng.integer(i + 1);
        [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
      }
      return shuffled;
    },
    uniforms: (n) => Float32Array.from({ length: n }, uniform),
    normals: (n, std = 1) => Float32Array.from({ length: n }, () => rng.normal() * std),
  };
  return rng;
}

/** FNV-1a over UTF-16 units, then a finalizer: names that differ by one letter get unrelated seeds. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
