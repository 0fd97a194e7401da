/** The types of tensors in GGUF files that are read: blocks of so many weights in so many bytes. */
import { decodeTensor, type WeightType } from '../weights';
import { decodeBlock } from './blocks';

export type TensorTypeName = WeightType | keyof typeof decodeBlock;

export interface TensorType {
  readonly name: TensorTypeName;
  /** The number that stands for it in a file. */
  readonly id: number;
  /** Weights of a block; a row is a whole number of blocks. */
  readonly weights: number;
  /** Bytes of a block. */
  readonly bytes: number;
}

export const tensorTypes: readonly TensorType[] = (
  [
    ['F32', 0, 1, 4],
    ['F16', 1, 1, 2],
    ['BF16', 30, 1, 2],
    ['Q4_0', 2, 32, 18],
    ['Q4_1', 3, 32, 20],
    ['Q5_0', 6, 32, 22],
    ['Q5_1', 7, 32, 24],
    ['Q8_0', 8, 32, 34],
    ['Q4_K', 12, 256, 144],
    ['Q5_K', 13, 256, 176],
    ['Q6_K', 14, 256, 210],
  ] as const
).map(([name, id, weights, bytes]) => ({ name, id, weights, bytes }));

/**
 * The float32 numbers of a tensor's bytes, which are whole blocks.
 *
 * @see the package gguf for Python, the reference: its float32 results are equal bit by bit.
 */
export function dequantize({ name, weights, bytes: size }: TensorType, bytes: Uint8Array): Float32Array {
  if (name === 'F32' || name === 'F16' || name === 'BF16')
    return decodeTensor(new Uint8Array(bytes).buffer, name);
  const decode = decodeBlock[name];
  const out = new Float32Array((bytes.length / size) * weights);
  for (let from = 0, at = 0; from < bytes.length; from += size, at += weights) decode(bytes, from, out, at);
  return out;
}
