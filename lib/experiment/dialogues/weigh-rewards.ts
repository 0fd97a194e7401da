/** A reward model of several criteria with other weights than it was trained with: what changes is its configuration, no parameter. */
import { modelFolder } from '../../flow/formats';
import { defineStage, output, slot } from '../../flow/stage';
import { saveModel } from '../../model/directory';
import { weighCriteria } from '../../reward/criteria';

export const weighStage = defineStage({
  name: 'reward-weighed',
  module: __filename,
  inputs: { model: slot('model', 'the reward model as it was trained') },
  outputs: { model: output('model', modelFolder) },
  run({ model }, { rewardWeights }: { readonly rewardWeights: string }, run) {
    const { scoreCriteria = [] } = model.config;
    saveModel(run.file('model'), {
      ...model,
      config: {
        ...model.config,
        scoreCriteria: weighCriteria('rewardWeights', scoreCriteria, rewardWeights),
      },
    });
    return Promise.resolve();
  },
});
