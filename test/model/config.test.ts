import { describe, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { parseModelConfig, toHfConfig } from '../../lib/model/config';
import { tinyConfig } from './tiny';

const json = toHfConfig({ ...tinyConfig, bosTokenId: 1, eosTokenId: 2 });
const parse = (change: object) => () => parseModelConfig({ ...json, ...change }, 'x/config.json');

describe('parseModelConfig', () => {
  it('reads back what toHfConfig writes', () => {
    expect(parseModelConfig(json)).toEqual({ ...tinyConfig, bosTokenId: 1, eosTokenId: 2 });
  });

  it('fills in what older files leave out', () => {
    const older = { ...json, head_dim: undefined, num_key_value_heads: undefined, rope_theta: undefined };
    const config = parseModelConfig(older);
    expect(config).toMatchObject({ headDim: 2, numKeyValueHeads: 4, ropeTheta: 10000 });
  });

  it('reads the rotary base from rope_parameters, where newer files keep it', () => {
    const config = parseModelConfig({
      ...json,
      rope_theta: undefined,
      rope_parameters: { rope_theta: 5e5, rope_type: 'default' },
    });
    expect(config.ropeTheta).toBe(5e5);
    // Both places: the newer counts, as in transformers 5.
    const both = { rope_theta: 1e4, rope_parameters: { rope_theta: 5e5, rope_type: 'default' } };
    expect(parse(both)().ropeTheta).toBe(5e5);
    expect(parse({ ...both, rope_parameters: { rope_type: 'default' } })().ropeTheta).toBe(1e4);
    expect(parse({ rope_parameters: { rope_theta: '5e5' } })).toThrow(
      /'rope_parameters.rope_theta' must be a positive number, got "5e5"/,
    );
  });

  it('refuses families and variants that it does not compute, naming file and field', () => {
    expect(parse({ model_type: 'bloom' })).toThrow(
      new InputError(
        `x/config.json: 'model_type' must be one of llama, mistral, qwen2, qwen3, smollm3, gemma3_text, phi3, olmo2, glm, glm4, chatglm, gpt2, got "bloom"`,
      ),
    );
    expect(parse({ hidden_act: 'relu' })).toThrow(
      /'hidden_act' must be one of silu, swish, gelu_new, gelu_pytorch_tanh, got "relu"/,
    );
    expect(parse({ attention_bias: 'yes' })).toThrow(/'attention_bias' must be true or false, got "yes"/);
    expect(parse({ sliding_window: 4096 })).toThrow(/'sliding_window' must be null/);
    expect(parse({ partial_rotary_factor: 0.5 })).toThrow(/'partial_rotary_factor' must be 1 in this family/);
    expect(parse({ quantization_config: { bits: 4 } })).toThrow(/'quantization_config' must be null/);
  });

  it('refuses sizes that are missing or do not fit together', () => {
    expect(parse({ vocab_size: undefined })).toThrow(/'vocab_size' must be a positive number/);
    expect(parse({ num_hidden_layers: 1.5 })).toThrow(
      /'num_hidden_layers' must be a positive integer, got 1.5/,
    );
    expect(parse({ num_key_value_heads: 3 })).toThrow(/'num_key_value_heads' must be a divisor/);
    expect(parse({ head_dim: 3 })).toThrow(/'head_dim' must be even/);
    expect(() => parseModelConfig([])).toThrow(InputError);
  });
});

describe('toHfConfig', () => {
  it('writes a plain Llama’s fields and no others', () => {
    expect(Object.keys(json)).toHaveLength(20);
    expect(parseModelConfig({ ...json, rope_parameters: { rope_type: 'default', rope_theta: 7 } })).toEqual({
      ...parseModelConfig(json),
      ropeTheta: 7,
    });
  });

  it('writes back fields that mean nothing here, and those of a variant', () => {
    const rope_scaling = { rope_type: 'linear', factor: 2 };
    const read = parseModelConfig({ ...json, initializer_range: 0.01, attention_bias: true, rope_scaling });
    expect(toHfConfig(read)).toMatchObject({ initializer_range: 0.01, attention_bias: true, rope_scaling });
    expect(parseModelConfig(toHfConfig(read))).toEqual(read);
  });

  it('refuses a property that its other fields contradict', () => {
    const { variant } = parseModelConfig({ ...json, attention_bias: true });
    expect(() => toHfConfig({ ...parseModelConfig(json), ...(variant && { variant }) })).toThrow(
      /toHfConfig: 'variant' is \{"biases":.*but config.json of llama with these fields says null/,
    );
  });

  it('calls a reward model the classifier of its family', () => {
    const mistral = parseModelConfig({ ...json, model_type: 'mistral', sliding_window: null });
    expect(toHfConfig(mistral, 'reward')['architectures']).toEqual(['MistralForSequenceClassification']);
  });

  it('marks a reward model as a classifier with one label', () => {
    expect(toHfConfig(tinyConfig, 'reward', 'bfloat16')).toMatchObject({
      architectures: ['LlamaForSequenceClassification'],
      num_labels: 1,
      torch_dtype: 'bfloat16',
    });
  });
});
