import { beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { evaluationFields, type EvaluationConfig } from '../../lib/evaluation/config';
import { evaluateModels } from '../../lib/evaluation/evaluator';
import { parseConfig } from '../../lib/config';
import type { LanguageModel } from '../../lib/model/sample';
import type { Scorer } from '../../lib/types';
import { tinyModel } from './tiny-models';

const config: EvaluationConfig = parseConfig('evaluate', evaluationFields, {
  samplesPerPrompt: 2,
  maxNewTokens: 6,
  resamples: 100,
});
const prompts = ['hello', 'how are you', 'hi'].map((prompt, i) => ({
  promptId: `p${i}`,
  prompt,
  task: 'chat',
}));
const byLength: Scorer = async (rollouts) => rollouts.map(({ responseTokens = NaN }) => responseTokens);

describe('evaluateModels', () => {
  let models: Record<string, LanguageModel>;
  beforeAll(async () => {
    await useEngine('cpu');
    models = { sft: tinyModel(1), twin: tinyModel(1), ppo: tinyModel(2) };
  });

  it('samples, judges and compares every policy', async () => {
    const { policies, rollouts } = await evaluateModels(models, 'sft', prompts, byLength, config);
    expect(rollouts).toHaveLength(3 * 3 * 2);
    expect(policies['sft']).toMatchObject({ prompts: 3, winMinusLoss: 0, kl: 0 });
    // The same weights and the same random numbers give the same answers.
    expect(policies['twin']).toEqual(policies['sft']);
    expect(policies['ppo']?.kl).not.toBe(0);
    expect(policies['ppo']?.quality).toBeCloseTo(policies['ppo']?.meanResponseTokens ?? NaN, 10);
  });

  it('gives the same result for the same seed and another for another', async () => {
    const first = await evaluateModels(models, 'sft', prompts, byLength, config);
    expect(await evaluateModels(models, 'sft', prompts, byLength, config)).toEqual(first);
    const other = await evaluateModels(models, 'sft', prompts, byLength, { ...config, seed: 2 });
    expect(other.rollouts).not.toEqual(first.rollouts);
  });

  it('asks a repeated prompt once and refuses two prompts of one id', async () => {
    const [first] = prompts as [(typeof prompts)[number]];
    const { rollouts } = await evaluateModels(
      { sft: models['sft'] as LanguageModel },
      'sft',
      [first, first],
      byLength,
      config,
    );
    expect(rollouts).toHaveLength(2);
    const clash = { ...first, prompt: 'another' };
    await expect(evaluateModels(models, 'sft', [first, clash], byLength, config)).rejects.toThrow(
      "two different prompts have the id 'p0'",
    );
  });

  it('refuses a verdict that is not a number, naming policy and prompt', async () => {
    const broken: Scorer = async (rollouts) => rollouts.map((_, i) => (i === 2 ? NaN : 0));
    await expect(evaluateModels(models, 'sft', prompts, broken, config)).rejects.toThrow(
      "evaluate sft: the judge: the score of response 3 (prompt 'p1') must be a finite number, got NaN",
    );
  });

  it('refuses an unknown baseline and an empty file of prompts', async () => {
    await expect(evaluateModels(models, 'base', prompts, byLength, config)).rejects.toThrow(
      "the baseline 'base' is not among the policies (sft, twin, ppo)",
    );
    await expect(evaluateModels(models, 'sft', [], byLength, config)).rejects.toThrow('there are no prompts');
  });
});
