import { describe, expect, it } from 'vitest';
import { benchCase } from '../../lib/bench/cases';
import { denseBfloat16Rate, modelFlops, multipliedParameters, tokensOf } from '../../lib/bench/flops';

describe('modelFlops', () => {
  it('is 6N + 12·L·D·T a token', () => {
    const model = {
      vocabSize: 10,
      hiddenSize: 4,
      intermediateSize: 6,
      numHiddenLayers: 2,
      numAttentionHeads: 2,
      numKeyValueHeads: 1,
    };
    // Queries and output 16 each, keys and values 8 each, the gated layer 72; embedding 40.
    expect(multipliedParameters(model)).toBe(2 * (16 + 16 + 8 + 8 + 72) + 40);
    const work = { kind: 'step', model, B: 3, T: 5, repetitions: 1 } as const;
    expect(tokensOf(work)).toBe(15);
    expect(modelFlops(work)).toBe(15 * (6 * 280 + 12 * 2 * 4 * 5));
  });

  it('counts SmolLM2-135M as what it is', () => {
    expect(multipliedParameters(benchCase('smollm2Step8x1024', true).model) / 1e6).toBeCloseTo(134.5, 1);
    expect(multipliedParameters(benchCase('smollm2LargeStep8x1024', true).model) / 1e6).toBeCloseTo(361.8, 1);
  });

  it('is none for generation, whose tokens are those that are sampled', () => {
    const work = benchCase('smollm2Generate64', true);
    expect([modelFlops(work), tokensOf(work)]).toEqual([undefined, 64 * 256]);
  });
});

it('knows cards by their names, and an unknown one not at all', () => {
  expect(denseBfloat16Rate('NVIDIA H200')).toBe(989.4e12);
  expect(denseBfloat16Rate('NVIDIA H100 80GB HBM3')).toBe(989.4e12);
  expect(denseBfloat16Rate('NVIDIA H100 PCIe')).toBe(756e12);
  expect(denseBfloat16Rate('cpu')).toBeUndefined();
});
