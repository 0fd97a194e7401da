import { describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import { parseModelConfig, toHfConfig } from '../../../lib/model/config';
import { families, familyOf } from '../../../lib/model/families';
import { paramShapes } from '../../../lib/model/params';
import { hubConfigs } from './hub-configs';

/** Billions of parameters, to a hundredth. */
const billions: Readonly<Record<string, number>> = {
  'Llama-3.1-8B': 8.03,
  'Mistral-7B-v0.1': 7.24,
  'Qwen2.5-0.5B': 0.49,
  'Qwen3-0.6B': 0.6,
  'SmolLM3-3B': 3.08,
  'gemma-3-1b-it': 1,
  'Phi-3-mini-4k': 3.82,
  'OLMo-2-1124-7B': 7.3,
  'glm-4-9b-chat-hf': 9.4,
  'GLM-4-9B-0414': 9.4,
  'chatglm3-6b': 6.24,
  gpt2: 0.12,
};

describe('families', () => {
  it('are each read from the configuration of a model that people train', () => {
    const types = Object.values(hubConfigs).map((json) => json['model_type']);
    expect(types.sort()).toEqual(families.map(({ type }) => type).sort());
  });

  it.each(Object.entries(hubConfigs))('%s has as many parameters as its name says', (name, json) => {
    const shapes = [...paramShapes(parseModelConfig(json)).values()];
    const count = shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(count / 1e9).toBeCloseTo(billions[name] as number, 2);
  });

  it.each(Object.entries(hubConfigs))('%s comes back from the config.json that is written', (_, json) => {
    const config = parseModelConfig(json);
    const written = toHfConfig(config);
    expect(written['model_type']).toBe(json['model_type']);
    expect(parseModelConfig(written)).toEqual(config);
  });

  it('refuse an unknown type in one sentence that lists them', () => {
    expect(() => familyOf('t5', 'config.json')).toThrow(InputError);
    expect(() => familyOf('t5', 'config.json')).toThrow(
      `config.json: 'model_type' must be one of ${families.map(({ type }) => type).join(', ')}, got "t5"`,
    );
  });
});
