/** A reward model of several dimensions with other weights than it was trained with: what changes is its configuration, no parameter. */
import { readJson, writeJson } from '../../files';
import { loadModel, saveModel } from '../../model/directory';
import type { Step } from '../../pipeline/run-steps';
import { weighDimensions } from '../../reward/dimensions';
import { disposeTree } from '../../tensor/pytree';

/** Folder of the reward model as it was trained, where another is made of it. */
export const trainedReward = 'reward-trained';

/** The model that everything after it scores with, in the folder where it looks for one. */
export function weighRewardsStep(rewardWeights: string, out: (path: string) => string): Step {
  return {
    name: 'reward-debiased',
    module: __filename,
    config: { rewardWeights },
    inputs: [`${trainedReward}/model`, `${trainedReward}/length-balance.json`],
    run(directory) {
      const model = loadModel(out(`${trainedReward}/model`));
      const { scoreDimensions = [] } = model.config;
      saveModel(directory.file('model'), {
        ...model,
        config: {
          ...model.config,
          scoreDimensions: weighDimensions('rewardWeights', scoreDimensions, rewardWeights),
        },
      });
      writeJson(directory.file('length-balance.json'), readJson(out(`${trainedReward}/length-balance.json`)));
      disposeTree(model.params);
      return Promise.resolve();
    },
  };
}
