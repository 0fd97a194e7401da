/** Weights in safetensors files: read in f32, f16 or bf16 (computed in f32), written in any of them. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Float16Array } from '@petamoriken/float16';
import * as tf from '@tensorflow/tfjs';
import { errorMessage, InputError, mustBe } from '../errors';
import { notThere, readJson, writeFileAtomically } from '../files';
import type { Numbers } from './layout';
import type { Params } from './params';

export const weightTypes = ['F32', 'F16', 'BF16'] as const;
export type WeightType = (typeof weightTypes)[number];
const bytesOf: Readonly<Record<WeightType, number>> = { F32: 4, F16: 2, BF16: 2 };
/** Magnitudes from here on round to infinity. */
export const infiniteFrom: Readonly<Record<WeightType, number>> = {
  F32: Infinity,
  F16: 65520,
  BF16: (2 - 2 ** -8) * 2 ** 127,
};

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** What stands in a clone for a large file that has not been fetched begins so. */
const lfsPointer = 'version https://git-lfs.github.com/spec/';

type Wanted = (name: string) => boolean;

/** The numbers of a tensor, not yet on a device. */
export interface ReadTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Reads tensors of a safetensors file as {@link readWeights} does. */
export function readSafetensors(path: string, wanted: Wanted = () => true): Params {
  return Object.fromEntries(
    Object.entries(readWeights(path, wanted)).map(([name, { shape, values }]) => [
      name,
      tf.tensor(values, [...shape], 'float32'),
    ]),
  );
}

/**
 * Reads the numbers of a safetensors file's tensors.
 *
 * @param wanted tells by name which; the others are passed over, whatever they hold. Absent: all.
 * @throws {InputError} naming file and tensor when the file is missing, cut short or garbled, when a tensor has another
 * type, or holds NaN or infinite numbers.
 */
function readWeights(path: string, wanted: Wanted): Record<string, ReadTensor> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (!existsSync(path)) throw notThere(path);
    throw new InputError(`cannot read ${path}: ${errorMessage(error)}`);
  }
  if (bytes.toString('latin1', 0, lfsPointer.length) === lfsPointer)
    throw new InputError(
      `${path}: expected weights, got the pointer that Git LFS leaves in their place; run git lfs pull there`,
    );
  const headerLength = bytes.length >= 8 ? Number(bytes.readBigUInt64LE(0)) : Number.NaN;
  if (!(headerLength > 0 && 8 + headerLength <= bytes.length)) {
    throw new InputError(
      `${path}: not a whole safetensors file (header of ${headerLength} bytes in a file of ${bytes.length})`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
  } catch (error) {
    throw new InputError(`${path}: the safetensors header is not JSON (${errorMessage(error)})`);
  }
  if (typeof header !== 'object' || header === null) throw mustBe(path, 'header', 'an object', header);
  const body = bytes.subarray(8 + headerLength);
  return Object.fromEntries(
    Object.entries(header)
      .filter(([name]) => name !== '__metadata__' && wanted(name))
      .map(([name, entry]) => {
        const { shape } = checkEntry(path, name, entry);
        return [name, { shape, values: readTensor(path, name, entry as Entry, body) }];
      }),
  );
}

function checkEntry(path: string, name: string, entry: unknown): Entry {
  const { shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  const counts = (list: unknown): boolean =>
    Array.isArray(list) && list.every((n) => Number.isInteger(n) && (n as number) >= 0);
  if (!counts(shape) || !counts(offsets) || offsets?.length !== 2)
    throw new InputError(
      `${path}: ${name} must have a shape and two data_offsets, got ${JSON.stringify(entry)}`,
    );
  return entry as Entry;
}

/**
 * Reads the numbers of tensors of `model.safetensors`, or of the shards that `model.safetensors.index.json` lists.
 *
 * @param wanted as for {@link readSafetensors}; it may throw for a name that must not be there.
 */
export function readShardedSafetensors(
  directory: string,
  wanted: Wanted = () => true,
): Record<string, ReadTensor> {
  const single = join(directory, 'model.safetensors');
  const indexPath = join(directory, 'model.safetensors.index.json');
  if (existsSync(single) || !existsSync(indexPath)) return readWeights(single, wanted);
  const { weight_map: shards } = readJson<{ weight_map?: Record<string, string> }>(indexPath);
  if (typeof shards !== 'object' || shards === null)
    throw mustBe(indexPath, 'weight_map', 'an object', shards);
  const read: Record<string, ReadTensor> = {};
  const listed = Object.entries(shards).filter(([name]) => wanted(name));
  for (const shard of new Set(listed.map(([, file]) => file))) {
    Object.assign(read, readWeights(join(dirname(indexPath), shard), wanted));
  }
  for (const [name] of listed) {
    if (read[name] === undefined)
      throw new InputError(`${indexPath}: lists ${name}, which is in none of its shards`);
  }
  return read;
}

function readTensor(path: string, name: string, entry: Entry, body: Buffer): Float32Array {
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!(dtype in bytesOf)) {
    throw new InputError(`${path}: ${name} must be of type ${Object.keys(bytesOf).join(', ')}, got ${dtype}`);
  }
  const size = tf.util.sizeFromShape([...shape]);
  const [start, end] = offsets;
  const expected = size * bytesOf[dtype as WeightType];
  if (end - start !== expected) {
    throw new InputError(
      `${path}: ${name} [${shape.join()}] must take ${expected} bytes, got ${end - start}`,
    );
  }
  if (end > body.length) throw new InputError(`${path}: the file ends inside ${name} (cut short?)`);
  // A copy: typed arrays need alignment, and the tensor must not hold the whole file.
  const raw = new Uint8Array(body.subarray(start, end));
  const values = decodeTensor(raw.buffer, dtype as WeightType);
  requireFinite(path, name, values);
  return values;
}

/** @throws {InputError} naming file and tensor when numbers that were read are not finite. */
export function requireFinite(path: string, name: string, values: Float32Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError(`${path}: ${name} holds ${values[bad]} at position ${bad}; the weights are damaged`);
}

/**
 * Writes tensors as a safetensors file, whole or not at all.
 *
 * @throws {InputError} when a tensor holds NaN or infinite numbers, or numbers too large for `dtype`, or when the disk is full.
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, Numbers>>,
  dtype: WeightType = 'F32',
): void {
  const header: Record<string, Entry | Record<string, string>> = { __metadata__: { format: 'pt' } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    const values = tensor.dataSync() as Float32Array;
    const bad = values.findIndex((value) => !(Math.abs(value) < infiniteFrom[dtype]));
    if (bad >= 0)
      throw new InputError(
        `${path}: ${name} holds ${values[bad]} at position ${bad}, which is no finite ${dtype}; such weights are not saved`,
      );
    const part = encodeTensor(values, dtype);
    header[name] = { dtype, shape: tensor.shape, data_offsets: [offset, offset + part.length] };
    offset += part.length;
    parts.push(part);
  }
  // Spaces at the end of the header align the tensors to 8 bytes.
  const json = JSON.stringify(header);
  const padded = Buffer.from(json + ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writeFileAtomically(path, [length, padded, ...parts]);
}

/** Numbers in a type, low byte first. */
export function encodeTensor(values: Float32Array, dtype: WeightType): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (dtype === 'F32') return bytes;
  if (dtype === 'F16') return new Uint8Array(new Float16Array(values).buffer);
  // The upper half of a float32, rounded to nearest, ties to even.
  const bits = new Uint32Array(bytes.buffer, bytes.byteOffset, values.length);
  return new Uint8Array(
    new Uint16Array(bits.map((float) => (float + 0x7fff + ((float >>> 16) & 1)) >>> 16)).buffer,
  );
}

let halves: Float32Array | undefined;

/** Every half float by its bits, made when it is first asked for: Float16Array itself reads one number at a time, slowly. */
export function halfFloats(): Float32Array {
  return (halves ??= Float32Array.from(
    new Float16Array(Uint16Array.from({ length: 2 ** 16 }, (_, half) => half).buffer),
  ));
}

/** The float32 numbers of bytes in a type. */
export function decodeTensor(bytes: ArrayBuffer, dtype: WeightType): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes);
  const bits = new Uint16Array(bytes);
  if (dtype === 'BF16') return new Float32Array(new Uint32Array(bits).map((half) => half << 16).buffer);
  const known = halfFloats();
  return new Float32Array(bits.length).map((_, i) => known[bits[i] as number] as number);
}
