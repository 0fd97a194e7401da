/** Reads the parameters of a model directory: every tensor in its files is one that the configuration asks for, or is refused. */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../errors';
import type { ModelConfig } from './config';
import { splitStored, storedName, storedTensors, type StoredTensor } from './layout';
import type { Params } from './params';
import { readShardedSafetensors, type ReadTensor } from './weights';

/** Parameters that heads add to a language model's. */
const headShapes = (config: ModelConfig): ReadonlyMap<string, readonly number[]> =>
  new Map([
    ['score.weight', [config.scoreCriteria?.length ?? 1, config.hiddenSize]],
    ['value.weight', [1, config.hiddenSize]],
    ['value.bias', [1]],
  ]);

/**
 * The parameters, heads included, under Llama's names. The caller owns them.
 *
 * @throws {InputError} naming the tensor when one is missing, unknown, twice there or of another shape than config.json says, or when a
 * language-model head that is tied to the embedding differs from it. A refused model leaves no tensors behind.
 */
export function readParams(directory: string, config: ModelConfig): Params {
  const stored = storedTensors({ ...config, tieWordEmbeddings: false });
  const heads = headShapes(config);
  const read = readTensors(directory, config, new Map<string, unknown>([...stored, ...heads]));
  const head = [...stored.values()].find(({ parts }) => parts[0]?.name === 'lm_head.weight') as StoredTensor;
  const embedding = [...stored.keys()][0] as string;
  // A reward model predicts no tokens: it may leave the language-model head out.
  if (config.tieWordEmbeddings || (read.has('score.weight') && !read.has(head.name)))
    stored.delete(head.name);

  const split: [name: string, shape: readonly number[], values: Float32Array][] = [];
  for (const tensor of stored.values()) {
    const parts = splitStored(tensor, take(directory, read, tensor.name, tensor.shape));
    tensor.parts.forEach(({ name, shape }, i) => split.push([name, shape, parts[i] as Float32Array]));
  }
  for (const [name, shape] of heads)
    if (read.has(name)) split.push([name, shape, take(directory, read, name, shape)]);
  // A tied model may repeat the embedding as its head.
  if (config.tieWordEmbeddings && read.has(head.name)) {
    const repeated = take(directory, read, head.name, head.shape);
    const own = take(directory, read, embedding, head.shape);
    if (repeated.some((value, i) => value !== own[i]))
      throw new InputError(
        `${directory}: ${head.name} must equal ${embedding}, for config.json says tie_word_embeddings, but it differs`,
      );
  }
  return Object.fromEntries(
    split.map(([name, shape, values]) => [name, tf.tensor(values, [...shape], 'float32')]),
  );
}

/** @param known names on disk. */
function readTensors(
  directory: string,
  config: ModelConfig,
  known: ReadonlyMap<string, unknown>,
): Map<string, ReadTensor> {
  const files = readShardedSafetensors(directory, (name) => {
    const own = storedName(known, config, name);
    if (own !== undefined && !known.has(own))
      throw new InputError(
        `${directory}: the weights hold ${name}, which a ${config.family ?? 'llama'} model by this config.json does not have`,
      );
    return own !== undefined;
  });
  const read = new Map<string, ReadTensor>();
  for (const [name, tensor] of Object.entries(files)) {
    const own = storedName(known, config, name) as string;
    if (read.has(own)) throw new InputError(`${directory}: the weights hold ${own} twice, once as ${name}`);
    read.set(own, tensor);
  }
  return read;
}

function take(
  directory: string,
  read: ReadonlyMap<string, ReadTensor>,
  name: string,
  shape: readonly number[],
): Float32Array {
  const tensor = read.get(name);
  if (tensor === undefined) throw new InputError(`${directory}: model.safetensors has no ${name}`);
  if (tensor.shape.join() !== shape.join()) {
    throw new InputError(
      `${directory}: ${name} must be [${shape.join()}] by config.json, got [${tensor.shape.join()}]`,
    );
  }
  return tensor.values;
}
