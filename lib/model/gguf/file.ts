/** GGUF files: their metadata, and their tensors as float32. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import type { MetadataValue } from '@huggingface/gguf';
import { errorMessage, InputError } from '../../errors';
import { notThere } from '../../files';
import { requireFinite } from '../weights';
import { metadataOf, type Metadata } from './metadata';
import { dequantize, tensorTypes } from './tensor-types';

export interface GgufTensor {
  readonly name: string;
  /** As Python has it: rows first. The file has the sizes the other way round. */
  readonly shape: readonly number[];
  /**
   * Reads and dequantises it.
   *
   * @throws {InputError} for a type that is not read, a file that ends before, and numbers that are not finite.
   */
  readonly read: () => Float32Array;
}

export interface GgufFile {
  readonly path: string;
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

/** Where the numbers of a tensor are in a file. */
interface Place {
  readonly path: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: number;
  /** What the format calls the type. */
  readonly typeName: string;
  readonly start: number;
}

/**
 * Opens a GGUF file: one file, low bytes first. Tensors are read one by one, when they are asked for.
 *
 * @throws {InputError} when the file is missing, is no GGUF file, is cut short, or is one of several parts.
 */
export async function openGguf(path: string): Promise<GgufFile> {
  if (!existsSync(path)) throw notThere(path);
  // It takes a twentieth of a second to load, which other commands need not wait for.
  const { gguf, GGMLQuantizationType } = await import('@huggingface/gguf');
  let parsed;
  try {
    parsed = await gguf(path, { allowLocalFile: true });
  } catch (error) {
    throw new InputError(`${path}: not a whole GGUF file (${errorMessage(error)})`);
  }
  const { tensorInfos, tensorDataOffset, littleEndian } = parsed;
  const { size } = statSync(path);
  if (tensorDataOffset > size) throw new InputError(`${path}: the file ends inside its header (cut short?)`);
  if (!littleEndian)
    throw new InputError(`${path}: the numbers must have their low bytes first, got high bytes first`);
  const metadata = metadataOf(path, parsed.metadata as unknown as Readonly<Record<string, MetadataValue>>);
  const parts = metadata.integer('split.count', 1);
  if (parts > 1)
    throw new InputError(
      `${path}: one of ${parts} parts of a model; join them first, with llama-gguf-split --merge`,
    );
  const tensors = tensorInfos.map(({ name, shape: sizes, dtype, offset }): GgufTensor => {
    const shape = sizes.map(Number).reverse();
    const typeName = (GGMLQuantizationType as Record<number, string>)[dtype] ?? `number ${Number(dtype)}`;
    const start = Number(tensorDataOffset + offset);
    return { name, shape, read: () => readTensor({ path, name, shape, type: dtype, typeName, start }) };
  });
  return { path, metadata, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

function readTensor({ path, name, shape, type: id, typeName, start }: Place): Float32Array {
  const type = tensorTypes.find((known) => known.id === id);
  if (type === undefined) {
    const known = tensorTypes.map((one) => one.name).join(', ');
    throw new InputError(`${path}: ${name} must be of type ${known}, got ${typeName}`);
  }
  const row = shape.at(-1) ?? 1;
  if (row % type.weights !== 0)
    throw new InputError(
      `${path}: ${name} [${shape.join()}] must have rows of whole blocks of ${type.weights} weights, as ${type.name} has them`,
    );
  const count = tf.util.sizeFromShape([...shape]);
  const bytes = Buffer.allocUnsafeSlow((count / type.weights) * type.bytes);
  const file = openSync(path, 'r');
  try {
    for (let done = 0; done < bytes.length;) {
      const read = readSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30), start + done);
      if (read === 0) throw new InputError(`${path}: the file ends inside ${name} (cut short?)`);
      done += read;
    }
  } finally {
    closeSync(file);
  }
  const values = dequantize(type, bytes);
  requireFinite(path, name, values);
  return values;
}
