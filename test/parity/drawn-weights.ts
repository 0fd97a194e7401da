/** Weights and tokens by the formula of families.py. */
import * as tf from '@tensorflow/tfjs';

/** A tiny model of transformers and what it computes; numbers are base64 of float32. */
export interface FamilyCase {
  readonly name: string;
  readonly seed: number;
  readonly config: Readonly<Record<string, unknown>>;
  /** Of the tensors on disk. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Of the real tokens. */
  readonly logits: string;
  readonly loss: number;
  /** Of the tensors on disk, one behind the other. */
  readonly gradients: string;
  readonly greedy: readonly number[][];
}

/** Numbers in [−1, 1): a linear congruential generator, begun with FNV-1a of the name. */
function drawn(name: string, seed: number, count: number): number[] {
  let state = 2166136261;
  for (const byte of Buffer.from(`${seed}:${name}`)) state = Math.imul(state ^ byte, 16777619) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The tensors of a case's model.safetensors. */
export function drawnWeights({ shapes, seed }: FamilyCase): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const numbers = drawn(name, seed, shape.reduce((product, extent) => product * extent, 1)); // prettier-ignore
      const columns = shape.at(-1) as number;
      const centre = name.endsWith('.bias') ? 0 : 1;
      const values = numbers.map((n) => (shape.length > 1 ? n / Math.sqrt(columns) : centre + 0.2 * n));
      return [name, tf.tensor(Float32Array.from(values), [...shape])];
    }),
  );
}

/** Two sequences of twelve tokens; the second begins with padding. */
export function sequences(seed: number, vocabSize: number) {
  const ids = drawn('tokens', seed, 24).map((n) => Math.trunc(((n + 1) / 2) * vocabSize));
  const tokens = [ids.slice(0, 12), ids.slice(12)];
  const padding = [0, 3];
  const mask = tokens.map((row, b) => row.map((_, t) => (t < (padding[b] as number) ? 0 : 1)));
  return { tokens, mask, padding };
}
