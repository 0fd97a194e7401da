import { describe, expect, it } from 'vitest';
import { parseModelConfig } from '../../lib/model/config';
import { ropeFrequencies } from '../../lib/model/rope';
import { hubConfigs } from './families/hub-configs';

const scalingOf = (rope_scaling: object, change: object = {}) =>
  parseModelConfig({ ...hubConfigs['Llama-3.1-8B'], rope_scaling, ...change }).variant?.rotary?.scaling;

describe('ropeFrequencies', () => {
  it('fall from 1 by the base, and are divided by a linear factor', () => {
    expect(ropeFrequencies(4, 100)).toEqual([1, expect.closeTo(0.1, 10)]);
    expect(ropeFrequencies(4, 100, { type: 'linear', factor: 4 })).toEqual([0.25, expect.closeTo(0.025, 10)]);
  });

  it('are kept high, divided low and blended between by Llama 3.1', () => {
    const scaling = { type: 'llama3', factor: 8, lowFrequency: 1, highFrequency: 4, original: 8192 } as const;
    const [plain, scaled] = [ropeFrequencies(128, 500000), ropeFrequencies(128, 500000, scaling)];
    const ratios = plain.map((frequency, i) => frequency / (scaled[i] as number));
    expect(ratios[0]).toBe(1);
    expect(ratios.at(-1)).toBeCloseTo(8, 10);
    expect(ratios.filter((ratio) => ratio > 1.001 && ratio < 7.999).length).toBeGreaterThan(3);
    // Half way between 1 and 4 turns in 8192 tokens: the mean of both.
    const theta = (8192 * 1) / (2.5 * 2 * Math.PI);
    expect(ropeFrequencies(4, theta ** 2, scaling)[1]).toBeCloseTo((1 / theta) * (0.5 + 0.5 / 8), 10);
  });

  it('go over from kept to divided along the pairs by YaRN', () => {
    const scaling = scalingOf({ type: 'yarn', factor: 4, original_max_position_embeddings: 4096 });
    const [plain, scaled] = [ropeFrequencies(128, 10000), ropeFrequencies(128, 10000, scaling)];
    const ratios = plain.map((frequency, i) => frequency / (scaled[i] as number));
    expect(ratios[0]).toBe(1);
    expect(ratios.at(-1)).toBeCloseTo(4, 10);
    expect([...ratios].sort((a, b) => a - b)).toEqual(ratios);
  });
});

describe('readRope', () => {
  it('takes dynamic scaling for none: within the model’s positions it is none', () => {
    expect(scalingOf({ type: 'dynamic', factor: 2 })).toBeUndefined();
  });

  it('gives YaRN its factor on cos and sin', () => {
    const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 32768 };
    expect(scalingOf(yarn)).toMatchObject({
      attentionFactor: 0.1 * Math.log(4) + 1,
      betaFast: 32,
      betaSlow: 1,
    });
    expect(scalingOf({ ...yarn, attention_factor: 1.5 })).toMatchObject({ attentionFactor: 1.5 });
  });

  it('refuses what is missing, out of range or unknown, naming the parameter', () => {
    const llama3 = hubConfigs['Llama-3.1-8B']?.['rope_scaling'] as object;
    expect(() => scalingOf({ type: 'linear' })).toThrow(
      /'rope_parameters.factor' must be a positive number, got undefined/,
    );
    expect(() => scalingOf({ ...llama3, high_freq_factor: 1 })).toThrow(
      /must be above low_freq_factor \(1\), got 1/,
    );
    expect(() => scalingOf({ type: 'mrope' })).toThrow(/'rope_parameters.rope_type' must be one of default/);
  });
});
