/** A Llama in a GGUF file: its sizes and its parameters. */
import * as tf from '@tensorflow/tfjs';
import { InputError, mustBe } from '../../errors';
import { parseModelConfig, type ModelConfig } from '../config';
import { paramShapes, type Params } from '../params';
import type { GgufFile } from './file';
import { ggufName, reorderRows, turnedHeads } from './names';

/**
 * The sizes of the model, as its metadata says.
 *
 * @param ends tokens that end a response.
 * @throws {InputError} for another architecture than Llama's, and for what Llama's variants have and this transformer has not.
 */
export function readLlamaConfig({ path, metadata, tensors }: GgufFile, ends: readonly number[]): ModelConfig {
  const architecture = metadata.text('general.architecture');
  if (architecture !== 'llama') throw mustBe(path, 'general.architecture', '"llama"', architecture);
  const experts = metadata.integer('llama.expert_count', 0);
  if (experts > 0) throw mustBe(path, 'llama.expert_count', '0 (no mixture of experts)', experts);
  const scaling = metadata.text('llama.rope.scaling.type', 'none');
  if (scaling !== 'none') throw mustBe(path, 'llama.rope.scaling.type', '"none"', scaling);
  const hiddenSize = metadata.integer('llama.embedding_length');
  const heads = metadata.integer('llama.attention.head_count');
  const headDim = metadata.integer('llama.attention.key_length', hiddenSize / heads);
  for (const key of ['llama.attention.value_length', 'llama.rope.dimension_count']) {
    const length = metadata.integer(key, headDim);
    if (length !== headDim) throw mustBe(path, key, `${headDim}, the numbers of a head`, length);
  }
  return parseModelConfig(
    {
      model_type: 'llama',
      vocab_size: metadata.integer('llama.vocab_size', tensors.get('token_embd.weight')?.shape[0] ?? 0),
      hidden_size: hiddenSize,
      intermediate_size: metadata.integer('llama.feed_forward_length'),
      num_hidden_layers: metadata.integer('llama.block_count'),
      num_attention_heads: heads,
      num_key_value_heads: metadata.integer('llama.attention.head_count_kv', heads),
      head_dim: headDim,
      max_position_embeddings: metadata.integer('llama.context_length'),
      rms_norm_eps: metadata.number('llama.attention.layer_norm_rms_epsilon'),
      rope_theta: metadata.number('llama.rope.freq_base', 10000),
      tie_word_embeddings: !tensors.has('output.weight'),
      eos_token_id: ends,
      ...(metadata.has('tokenizer.ggml.bos_token_id') && {
        bos_token_id: metadata.integer('tokenizer.ggml.bos_token_id'),
      }),
    },
    path,
  );
}

/**
 * The parameters under Hugging Face's names, as float32, queries and keys in Hugging Face's order of rows. The caller owns them.
 *
 * @throws {InputError} naming the tensor when one is missing, has another shape, cannot be read, or has no place in a plain Llama.
 */
export function readLlamaParams({ path, tensors }: GgufFile, config: ModelConfig): Params {
  const shapes = paramShapes(config);
  const known = new Set([...shapes.keys()].map(ggufName));
  for (const name of tensors.keys()) {
    if (!known.has(name))
      throw new InputError(
        `${path}: ${name} has no place in a plain Llama (biases, experts and scaled rotary embeddings are not read)`,
      );
  }
  // Every tensor is read before the first is made: a refused file leaves nothing behind.
  const read = [...shapes].map(([name, shape]) => {
    const own = ggufName(name) as string;
    const tensor = tensors.get(own);
    if (tensor === undefined) throw new InputError(`${path}: there is no tensor ${own}`);
    if (tensor.shape.join() !== shape.join())
      throw new InputError(
        `${path}: ${own} must be [${shape.join()}] by the metadata, got [${tensor.shape.join()}]`,
      );
    const heads = turnedHeads(name, config);
    const values = tensor.read();
    const ordered =
      heads === undefined ? values : reorderRows(values, heads, shape as [number, number], 'halves');
    return { name, shape, ordered };
  });
  return Object.fromEntries(
    read.map(({ name, shape, ordered }) => [name, tf.tensor(ordered, shape, 'float32')]),
  );
}
