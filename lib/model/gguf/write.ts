/** Models as GGUF files, which llama.cpp reads. */
import { basename, resolve } from 'node:path';
import type { GGUFTypedMetadata } from '@huggingface/gguf';
import { InputError } from '../../errors';
import { writeFileAtomically } from '../../files';
import type { Model } from '../directory';
import type { Params } from '../params';
import { ggufName, reorderRows, turnedHeads } from './names';
import { quantize, writableTypes, type WritableType } from './quantize';
import { tensorTypes } from './tensor-types';
import { writtenTokenizer } from './write-tokenizer';

/** A value with its type in the file. */
export type Entry = GGUFTypedMetadata[string];

/** What llama.cpp calls a file by the type of most of its tensors. */
const fileTypes: Readonly<Record<WritableType, number>> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };
/** Tensors begin at multiples of it. */
const alignment = 32;
const padded = (size: number): number => Math.ceil(size / alignment) * alignment;
const padding = (size: number): Uint8Array => new Uint8Array(padded(size) - size);

export interface WrittenGguf {
  readonly bytes: number;
  readonly tensors: number;
}

interface Written {
  readonly name: string;
  readonly source: Params[string];
  readonly type: (typeof tensorTypes)[number];
  readonly bytes: number;
  readonly values: () => Float32Array;
}

/**
 * Writes a language model as a GGUF file of architecture llama: matrices in `type`, norms in float32.
 *
 * @param directory where the model comes from, for messages.
 * @throws {InputError} for a model or a tokenizer that the format has no words for, and for numbers that are not finite in `type`.
 */
export async function writeGguf(
  path: string,
  model: Model,
  type: WritableType,
  directory: string,
): Promise<WrittenGguf> {
  const tensors = Object.entries(model.params).map(([name, source]) =>
    writtenTensor(directory, name, source, type, model),
  );
  const header = await headerOf(model, type, directory, tensors);
  writeFileAtomically(
    path,
    (function* () {
      yield header;
      yield padding(header.length);
      for (const { name, type: own, values, bytes } of tensors) {
        yield quantize(own.name as WritableType, values(), `${directory}: ${name}`);
        yield padding(bytes);
      }
    })(),
  );
  const bytes = tensors.reduce((sum, tensor) => sum + padded(tensor.bytes), padded(header.length));
  return { bytes, tensors: tensors.length };
}

function writtenTensor(
  directory: string,
  name: string,
  source: Params[string],
  wanted: WritableType,
  { config }: Model,
): Written {
  const own = ggufName(name);
  if (own === undefined)
    throw new InputError(
      `${directory}: ${name} has no place in a GGUF file, which holds a language model of Llama's family`,
    );
  const { shape, size } = source;
  const type = tensorTypes.find((known) => known.name === (shape.length === 1 ? 'F32' : wanted)) as Written['type']; // prettier-ignore
  const row = shape.at(-1) as number;
  if (row % type.weights !== 0)
    throw new InputError(
      `${directory}: ${name} has rows of ${row} weights, and ${type.name} needs a multiple of ${type.weights}; choose another type: ${writableTypes.filter((other) => other !== type.name).join(', ')}`,
    );
  const heads = turnedHeads(name, config);
  const values = (): Float32Array => {
    const read = source.dataSync() as Float32Array;
    return heads === undefined ? read : reorderRows(read, heads, shape as [number, number], 'pairs');
  };
  return { name: own, source, type, bytes: (size / type.weights) * type.bytes, values };
}

async function headerOf(
  model: Model,
  type: WritableType,
  directory: string,
  tensors: readonly Written[],
): Promise<Buffer> {
  const { GGUFValueType, serializeGgufMetadata } = await import('@huggingface/gguf');
  const integer = (value: number): Entry => ({ value, type: GGUFValueType.UINT32 });
  const real = (value: number): Entry => ({ value, type: GGUFValueType.FLOAT32 });
  const text = (value: string): Entry => ({ value, type: GGUFValueType.STRING });
  const { config } = model;
  const entries: Record<string, Entry> = {
    'general.architecture': text('llama'),
    'general.type': text('model'),
    'general.name': text(basename(resolve(directory))),
    'general.file_type': integer(fileTypes[type]),
    ...(type === 'Q8_0' && { 'general.quantization_version': integer(2) }),
    'llama.vocab_size': integer(config.vocabSize),
    'llama.context_length': integer(config.maxPositionEmbeddings),
    'llama.embedding_length': integer(config.hiddenSize),
    'llama.block_count': integer(config.numHiddenLayers),
    'llama.feed_forward_length': integer(config.intermediateSize),
    'llama.attention.head_count': integer(config.numAttentionHeads),
    'llama.attention.head_count_kv': integer(config.numKeyValueHeads),
    'llama.attention.key_length': integer(config.headDim),
    'llama.attention.value_length': integer(config.headDim),
    'llama.rope.dimension_count': integer(config.headDim),
    'llama.rope.freq_base': real(config.ropeTheta),
    'llama.attention.layer_norm_rms_epsilon': real(config.rmsNormEps),
  };
  const typed = {
    version: { value: 3, type: GGUFValueType.UINT32 },
    tensor_count: { value: BigInt(tensors.length), type: GGUFValueType.UINT64 },
    kv_count: { value: 0n, type: GGUFValueType.UINT64 },
    ...entries,
    ...writtenTokenizer(model, directory, GGUFValueType),
  } as unknown as GGUFTypedMetadata;
  // Not padded: what follows are the names and places of the tensors.
  return Buffer.concat([serializeGgufMetadata(typed, { alignment: 1 }), ...placesOf(tensors)]);
}

/** Of each tensor the name, the sizes (columns first), the type, and where it begins behind the header. */
function placesOf(tensors: readonly Written[]): Buffer[] {
  let offset = 0;
  return tensors.map(({ name, source, type, bytes }) => {
    const sizes = [...source.shape].reverse();
    const place = Buffer.alloc(8 + name.length + 4 + 8 * sizes.length + 4 + 8);
    let at = place.writeBigUInt64LE(BigInt(name.length));
    at += place.write(name, at, 'latin1');
    at = place.writeUInt32LE(sizes.length, at);
    for (const size of sizes) at = place.writeBigUInt64LE(BigInt(size), at);
    at = place.writeUInt32LE(type.id, at);
    place.writeBigUInt64LE(BigInt(offset), at);
    offset += padded(bytes);
    return place;
  });
}
