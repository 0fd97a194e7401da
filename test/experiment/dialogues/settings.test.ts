import { describe, expect, it } from 'vitest';
import { InputError } from '../../../lib/errors';
import { experimentBase } from '../../../lib/experiment/dialogues/config';
import { conditionConfig } from '../../../lib/experiment/dialogues/settings';
import type { Settings } from '../../../lib/settings';

const refusal = (settings: Settings): string => {
  try {
    conditionConfig('here', 1, settings);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('it was not refused');
};

describe('conditionConfig', () => {
  it('is the base where nothing is set, with its seed in every stage', () => {
    const config = conditionConfig('here', 7, {});
    expect(config).toEqual(experimentBase(7));
    for (const stage of ['sft', 'reward', 'dpo', 'ppo', 'grpo', 'rloo', 'evaluation'] as const)
      expect(config[stage].seed).toBe(7);
  });

  it('changes what a path names, and nothing else', () => {
    const base = experimentBase(1);
    expect(
      conditionConfig('here', 1, {
        'reward.lengthBalance': 'drop',
        'annotators.meanTemperature': 0.5,
        'rewardModel.hiddenSize': 48,
        dpoLabels: 'annotators',
        bestOf: 4,
      }),
    ).toEqual({
      ...base,
      reward: { ...base.reward, lengthBalance: 'drop' },
      annotators: { ...base.annotators, meanTemperature: 0.5 },
      rewardModel: { hiddenSize: 48 },
      dpoLabels: 'annotators',
      bestOf: 4,
    });
  });

  it.each<[Settings, RegExp]>([
    [
      { 'reward.lengthBalence': 'drop' },
      /unknown setting 'reward\.lengthBalence'; did you mean 'reward\.lengthBalance'\?/,
    ],
    [{ 'reward.lengthBalance': 'some' }, /'reward\.lengthBalance' must be one of .*, got "some"/],
    [{ 'reward.batchSize': 0 }, /'reward\.batchSize' must be an integer ≥ 1, got 0/],
    [
      { 'annotators.meanTemprature': 1 },
      /unknown setting 'annotators\.meanTemprature'; did you mean 'annotators\.meanTemperature'\?/,
    ],
    [{ 'annotators.panel': 'many' }, /'annotators\.panel' must be an integer ≥ 1, got "many"/],
    [{ 'rewards.batchSize': 3 }, /unknown setting 'rewards\.batchSize'; did you mean 'reward\.batchSize'\?/],
    [{ bestof: 3 }, /unknown setting 'bestof'; did you mean 'bestOf'\?/],
    [{ 'a.b.c': 3 }, /unknown setting 'a\.b\.c'/],
    [{ dpoLabels: 'nobody' }, /'dpoLabels' must be one of rewardModel, annotators, got "nobody"/],
  ])('refuses %o', (settings, message) => expect(refusal(settings)).toMatch(message));
});
