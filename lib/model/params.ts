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

/** Whether a parameter is a head's, which a language model by itself has not. */
export function isOfHead(name: string): boolean {
  return /^(score|value)\./.test(name);
}

/** The parameters for which a test of the name holds. */
export function pickParams(params: Params, keep: (name: string) => boolean): Params {
  return Object.fromEntries(Object.entries(params).filter(([name]) => keep(name)));
}

/**
 * Names and shapes of a language model's parameters: Llama's names, whatever the family calls them on disk. Linear weights are [out, in].
 *
 * Where what attention and feed-forward give is normed, `post_attention_layernorm` norms what attention gives; else it norms what
 * feed-forward reads, as in Llama.
 */
export function paramShapes(config: ModelConfig): Map<string, number[]> {
  const { vocabSize: V, hiddenSize: D, intermediateSize: F, headDim, variant = {} } = config;
  const queries = config.numAttentionHeads * headDim;
  const keys = config.numKeyValueHeads * headDim;
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [V, D]]]);
  const norm = (name: string, width = D): void => {
    shapes.set(`${name}.weight`, [width]);
    if (variant.norm === 'layer') shapes.set(`${name}.bias`, [width]);
  };
  if (variant.learnedPositions === true)
    shapes.set('model.embed_positions.weight', [config.maxPositionEmbeddings, D]);
  for (let layer = 0; layer < config.numHiddenLayers; layer++) {
    const name = `model.layers.${layer}`;
    const linear = (module: string, outputs: number, inputs: number): void => {
      shapes.set(`${name}.${module}.weight`, [outputs, inputs]);
      if (variant.biases?.includes(module)) shapes.set(`${name}.${module}.bias`, [outputs]);
    };
    if (variant.normPlace !== 'after') norm(`${name}.input_layernorm`);
    linear('self_attn.q_proj', queries, D);
    linear('self_attn.k_proj', keys, D);
    linear('self_attn.v_proj', keys, D);
    if (variant.queryKeyNorm !== undefined) {
      const each = variant.queryKeyNorm === 'head';
      norm(`${name}.self_attn.q_norm`, each ? headDim : queries);
      norm(`${name}.self_attn.k_norm`, each ? headDim : keys);
    }
    linear('self_attn.o_proj', D, queries);
    norm(`${name}.post_attention_layernorm`);
    if (variant.normPlace === 'both') norm(`${name}.pre_feedforward_layernorm`);
    if (variant.plainFeedForward !== true) linear('mlp.gate_proj', F, D);
    linear('mlp.up_proj', F, D);
    linear('mlp.down_proj', D, F);
    if (variant.normPlace !== undefined) norm(`${name}.post_feedforward_layernorm`);
  }
  norm('model.norm');
  if (!config.tieWordEmbeddings) shapes.set('lm_head.weight', [V, D]);
  return shapes;
}

/**
 * Random parameters: normal with standard deviation 1/√(inputs), norms 1, biases 0; the projections that write into the residual
 * stream are scaled by 1/√(2L), so that its variance does not grow with depth (Radford et al. 2019, section 2.3).
 *
 * At the small widths of this kit the usual constant 0.02 leaves attention scores near 0 for hundreds of steps, and with
 * them everything that has to be looked up in the prompt.
 */
export function initParams(config: ModelConfig, rng: Rng): Params {
  const params: Params = {};
  for (const [name, shape] of paramShapes(config)) {
    if (shape.length === 1) {
      const isOne = name.endsWith('.weight') && config.variant?.norm !== 'onePlus';
      params[name] = isOne ? tf.ones(shape) : tf.zeros(shape);
      continue;
    }
    const [outputs, inputs] = shape as [number, number];
    const writes = name.endsWith('o_proj.weight') || name.endsWith('down_proj.weight');
    const std = (writes ? 1 / Math.sqrt(2 * config.numHiddenLayers) : 1) / Math.sqrt(inputs);
    params[name] = tf.tensor(rng.fork(name).normals(outputs * inputs, std), shape, 'float32');
  }
  return params;
}
