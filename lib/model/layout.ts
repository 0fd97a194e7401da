/** How parameters lie on disk: a family's own names, several in one tensor, matrices transposed. In memory they are Llama's. */
import * as tf from '@tensorflow/tfjs';
import { familyOf } from './families';
import type { ModelConfig } from './config';
import { paramShapes } from './params';

/** Numbers of a tensor, row by row. Tensors of tfjs are such. */
export interface Numbers {
  readonly shape: readonly number[];
  dataSync(): ArrayLike<number>;
}

/** One tensor on disk. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** The parameters in it, their rows one below the other. */
  readonly parts: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly transposed: boolean;
  /** In how many equal pieces the rows of each part are, which take turns. */
  readonly pieces: number;
}

/** Tensors that checkpoints carry beside parameters: constants of older versions, and value heads of TRL, which no stage here reads. */
const passedOver = /(^|\.)(rotary(_pos)?_emb\.inv_freq|position_ids|attn\.(masked_)?bias)$|^v_head\./;

/** What a model's directory holds: name on disk → tensor, in the order of the parameters. */
export function storedTensors(config: ModelConfig): Map<string, StoredTensor> {
  const { modules = {}, transposed = false, byHead } = familyOf(config.family ?? 'llama', 'config');
  const stored = new Map<string, StoredTensor>();
  const turns = byHead?.(config.otherFields ?? {}) === true ? config.numKeyValueHeads : 1;
  for (const [name, shape] of paramShapes(config)) {
    const [, layer, module, leaf] = /^(?:model\.layers\.(\d+)\.)?(.*)\.(\w+)$/.exec(name) as unknown as [
      string,
      string | undefined,
      string,
      string,
    ];
    const prefix = layer === undefined ? '' : `${modules['model.layers'] ?? 'model.layers'}.${layer}.`;
    const disk = `${prefix}${modules[module] ?? module}.${leaf}`;
    const parts = [...(stored.get(disk)?.parts ?? []), { name, shape }];
    const rows = parts.reduce((sum, part) => sum + (part.shape[0] as number), 0);
    const whole = [rows, ...shape.slice(1)];
    const turned = transposed && layer !== undefined && shape.length === 2;
    stored.set(disk, {
      name: disk,
      shape: turned ? whole.reverse() : whole,
      parts,
      transposed: turned,
      pieces: module.startsWith('self_attn.') && parts.length > 1 ? turns : 1,
    });
  }
  return stored;
}

/**
 * The name by which {@link storedTensors} know a tensor: files of the bare model leave the first word out. Undefined: it is to be passed
 * over.
 */
export function storedName(
  stored: ReadonlyMap<string, unknown>,
  config: ModelConfig,
  name: string,
): string | undefined {
  if (stored.has(name)) return name;
  const { modules = {} } = familyOf(config.family ?? 'llama', 'config');
  const [first] = (modules['model.embed_tokens'] ?? 'model').split('.');
  if (stored.has(`${first}.${name}`)) return `${first}.${name}`;
  return passedOver.test(name) ? undefined : name;
}

const sizeOf = (shape: readonly number[]): number => tf.util.sizeFromShape([...shape]);

/** Places of a stored tensor's numbers: `each(part, from, at, count)` for runs of `count` numbers, from the part's place to the joined rows'. */
function runs(
  { parts, pieces }: StoredTensor,
  each: (part: number, from: number, at: number, count: number) => void,
): void {
  let at = 0;
  for (let piece = 0; piece < pieces; piece++) {
    parts.forEach(({ shape }, part) => {
      const count = sizeOf(shape) / pieces;
      each(part, piece * count, at, count);
      at += count;
    });
  }
}

function transpose(values: ArrayLike<number>, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = values[row * columns + column] as number;
  return turned;
}

/** The parameters in a stored tensor, in the order of its parts. */
export function splitStored(stored: StoredTensor, values: Float32Array): Float32Array[] {
  const [rows, columns = 1] = stored.shape as [number, number?];
  const joined = stored.transposed ? transpose(values, rows, columns) : values;
  if (stored.parts.length === 1) return [joined];
  const parts = stored.parts.map(({ shape }) => new Float32Array(sizeOf(shape)));
  runs(stored, (part, from, at, count) => parts[part]?.set(joined.subarray(at, at + count), from));
  return parts;
}

/** Parameters as they are stored. Names that are none of the model's, such as those of heads, stay. */
export function storedForm(
  config: ModelConfig,
  params: Readonly<Record<string, Numbers>>,
): Record<string, Numbers> {
  const place = new Map<string, StoredTensor>();
  for (const stored of storedTensors(config).values())
    for (const { name } of stored.parts) place.set(name, stored);
  const form: Record<string, Numbers> = {};
  for (const [name, numbers] of Object.entries(params)) {
    const stored = place.get(name);
    if (stored === undefined) form[name] = numbers;
    else form[stored.name] ??= joinStored(stored, params);
  }
  return form;
}

function joinStored(stored: StoredTensor, params: Readonly<Record<string, Numbers>>): Numbers {
  const parts = stored.parts.map(({ name }) => {
    const numbers = params[name];
    if (numbers === undefined) throw new Error(`the model has no parameter ${name}`);
    return numbers;
  });
  if (parts.length === 1 && !stored.transposed) return parts[0] as Numbers;
  return {
    shape: stored.shape,
    dataSync: () => {
      const given = parts.map((numbers) => numbers.dataSync() as Float32Array);
      const joined = new Float32Array(sizeOf(stored.shape));
      runs(stored, (part, from, at, count) => joined.set((given[part] as Float32Array).subarray(from, from + count), at));
      const [rows, columns] = stored.shape as [number, number];
      return stored.transposed ? transpose(joined, columns, rows) : joined;
    },
  };
} // prettier-ignore
