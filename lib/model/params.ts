/** A model's parameters: a plain map of tensors under Hugging Face's names. */
import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../random';
import type { ModelConfig } from './config';

export type Params = Record<string, tf.Tensor>;

/** The parameter of a name. @throws {Error} when the model has none. */
export function parameter(params: Params, name: string): tf.Tensor {
  const tensor = params[name];
  if (tensor === undefined) throw new Error(`the model has no parameter ${name}`);
  return tensor;
}

/** Names and shapes of a language model's parameters. Linear weights are [out, in]. */
export function paramShapes(config: ModelConfig): Map<string, number[]> {
  const { vocabSize: V, hiddenSize: D, intermediateSize: F, headDim } = config;
  const queries = config.numAttentionHeads * headDim;
  const keys = config.numKeyValueHeads * headDim;
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [V, D]]]);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const name = `model.layers.${layer}`;
    shapes.set(`${name}.input_layernorm.weight`, [D]);
    shapes.set(`${name}.self_attn.q_proj.weight`, [queries, D]);
    shapes.set(`${name}.self_attn.k_proj.weight`, [keys, D]);
    shapes.set(`${name}.self_attn.v_proj.weight`, [keys, D]);
    shapes.set(`${name}.self_attn.o_proj.weight`, [D, queries]);
    shapes.set(`${name}.post_attention_layernorm.weight`, [D]);
    shapes.set(`${name}.mlp.gate_proj.weight`, [F, D]);
    shapes.set(`${name}.mlp.up_proj.weight`, [F, D]);
    shapes.set(`${name}.mlp.down_proj.weight`, [D, F]);
  }
  shapes.set('model.norm.weight', [D]);
  if (!config.tieWordEmbeddings) shapes.set('lm_head.weight', [V, D]);
  return shapes;
}

/**
 * Random parameters: normal with standard deviation 1/√(inputs), norms 1; the projections that write into the residual
 * stream are scaled by 1/√(2L), so that its variance does not grow with depth (Radford et al. 2019, section 2.3).
 *
 * At the small widths of this kit the usual constant 0.02 leaves attention scores near 0 for hundreds of steps, and with
 * them everything that has to be looked up in the prompt.
 */
export function initParams(config: ModelConfig, rng: Rng): Params {
  const params: Params = {};
  for (const [name, shape] of paramShapes(config)) {
    if (shape.length === 1) {
      params[name] = tf.ones(shape);
      continue;
    }
    const [outputs, inputs] = shape as [number, number];
    const writes = name.endsWith('o_proj.weight') || name.endsWith('down_proj.weight');
    const std = (writes ? 1 / Math.sqrt(2 * config.numHiddenLayers) : 1) / Math.sqrt(inputs);
    params[name] = tf.tensor(rng.fork(name).normals(outputs * inputs, std), shape, 'float32');
  }
  return params;
}
