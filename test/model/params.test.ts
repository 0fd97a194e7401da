import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { initParams, paramShapes } from '../../lib/model/params';
import type { Variant } from '../../lib/model/variant';
import { createRng } from '../../lib/random';
import { distance, tinyConfig } from './tiny';

beforeAll(() => useEngine('cpu'));

describe('paramShapes', () => {
  it('names a Llama model’s tensors as Hugging Face does, linear weights [out, in]', () => {
    const shapes = paramShapes({ ...tinyConfig, tieWordEmbeddings: false });
    expect(shapes.get('model.embed_tokens.weight')).toEqual([11, 8]);
    expect(shapes.get('model.layers.1.self_attn.q_proj.weight')).toEqual([16, 8]);
    expect(shapes.get('model.layers.1.self_attn.k_proj.weight')).toEqual([8, 8]);
    expect(shapes.get('model.layers.0.self_attn.o_proj.weight')).toEqual([8, 16]);
    expect(shapes.get('model.layers.0.mlp.down_proj.weight')).toEqual([8, 12]);
    expect(shapes.get('lm_head.weight')).toEqual([11, 8]);
    expect(shapes.size).toBe(3 + 2 * 9);
  });

  it('has what the variant asks for', () => {
    const shapes = paramShapes({
      ...tinyConfig,
      variant: {
        norm: 'layer',
        normPlace: 'both',
        queryKeyNorm: 'projection',
        biases: ['self_attn.q_proj'],
        plainFeedForward: true,
        learnedPositions: true,
      },
    });
    expect(shapes.get('model.embed_positions.weight')).toEqual([32, 8]);
    expect(shapes.get('model.norm.bias')).toEqual([8]);
    expect(shapes.get('model.layers.0.self_attn.q_proj.bias')).toEqual([16]);
    expect(shapes.get('model.layers.0.self_attn.k_norm.weight')).toEqual([8]);
    expect(shapes.has('model.layers.0.pre_feedforward_layernorm.weight')).toBe(true);
    expect(shapes.has('model.layers.0.post_feedforward_layernorm.weight')).toBe(true);
    expect(shapes.has('model.layers.0.mlp.gate_proj.weight')).toBe(false);
    const after = paramShapes({ ...tinyConfig, variant: { normPlace: 'after', queryKeyNorm: 'head' } });
    expect(after.has('model.layers.0.input_layernorm.weight')).toBe(false);
    expect(after.get('model.layers.0.self_attn.q_norm.weight')).toEqual([4]);
  });

  it('has no lm_head when embeddings are tied', () => {
    expect(paramShapes(tinyConfig).has('lm_head.weight')).toBe(false);
  });
});

describe('initParams', () => {
  const wide = { ...tinyConfig, vocabSize: 200, hiddenSize: 64, intermediateSize: 200, headDim: 16 };

  it('gives the same parameters for the same seed and others for another', () => {
    const name = 'model.layers.0.mlp.up_proj.weight';
    const drawn = (seed: number) => initParams(tinyConfig, createRng(seed))[name] as tf.Tensor;
    expect(distance(drawn(1), drawn(1))).toBe(0);
    expect(distance(drawn(1), drawn(2))).toBeGreaterThan(0);
  });

  it('starts biases at 0, and norms that multiply by 1 + w too', () => {
    const first = (variant: Variant, name: string) =>
      (initParams({ ...tinyConfig, variant }, createRng(1))[name] as tf.Tensor).dataSync()[0];
    expect(first({ norm: 'layer' }, 'model.norm.weight')).toBe(1);
    expect(first({ norm: 'layer' }, 'model.norm.bias')).toBe(0);
    expect(first({ norm: 'onePlus' }, 'model.norm.weight')).toBe(0);
  });

  it('starts norms at 1 and shrinks what writes into the residual stream by √(2L)', () => {
    const params = initParams(wide, createRng(1));
    const std = (name: string): number =>
      tf.tidy(
        () =>
          tf
            .sqrt(tf.mean(tf.square(params[`model.layers.0.${name}.weight`] as tf.Tensor)))
            .dataSync()[0] as number,
      );
    expect((params['model.norm.weight'] as tf.Tensor).dataSync()).toEqual(new Float32Array(64).fill(1));
    // Same number of inputs: the ratio is √(2·2).
    expect(std('self_attn.q_proj') / std('self_attn.o_proj')).toBeCloseTo(2, 1);
  });
});
