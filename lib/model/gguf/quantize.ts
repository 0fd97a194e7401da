/** Numbers in the types that GGUF files are written in. */
import { InputError } from '../../errors';
import { encodeTensor, infiniteFrom, type WeightType } from '../weights';

export const writableTypes = ['F32', 'F16', 'BF16', 'Q8_0'] as const satisfies readonly (
  WeightType | 'Q8_0'
)[];
export type WritableType = (typeof writableTypes)[number];

/**
 * The bytes of numbers in a type.
 *
 * @param where names the tensor in errors.
 * @throws {InputError} for numbers that are not finite in the type.
 */
export function quantize(type: WritableType, values: Float32Array, where: string): Uint8Array {
  const bad = values.findIndex((value) => !(Math.abs(value) < infinite[type]));
  if (bad >= 0)
    throw new InputError(`${where} holds ${values[bad]} at position ${bad}, which is no finite ${type}`);
  return type === 'Q8_0' ? q80(values) : encodeTensor(values, type);
}

/** Magnitudes from here on round to infinity; those of Q8_0 are 127 times a half float. */
const infinite: Readonly<Record<WritableType, number>> = { ...infiniteFrom, Q8_0: 127 * infiniteFrom.F16 };

/**
 * Blocks of 32 weights: a half float d = max|w|/127, then round(w/d) in a byte each. In float32 throughout, halves away from zero, as in
 * the reference, Python's package gguf.
 */
function q80(values: Float32Array): Uint8Array {
  const blocks = values.length / 32;
  const scales = new Float32Array(blocks);
  const bytes = new Uint8Array(blocks * 34);
  for (let block = 0; block < blocks; block++) {
    let largest = 0;
    for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[block * 32 + i] as number));
    const d = (scales[block] = Math.fround(largest / 127));
    const inverse = d === 0 ? 0 : Math.fround(1 / d);
    for (let i = 0; i < 32; i++) {
      const scaled = Math.fround((values[block * 32 + i] as number) * inverse);
      bytes[block * 34 + 2 + i] = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    }
  }
  const halves = encodeTensor(scales, 'F16');
  for (let block = 0; block < blocks; block++)
    bytes.set(halves.subarray(block * 2, block * 2 + 2), block * 34);
  return bytes;
}
