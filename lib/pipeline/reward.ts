/** Step 4: the reward models. */
import { writeJson } from '../files';
import { loadModel, saveModel } from '../model/directory';
import { readPairs } from '../preferences/readers/open';
import { rewardModelConfig } from '../reward/dimensions';
import { splitPairs } from '../reward/split';
import { trainReward } from '../reward/trainer';
import { disposeTree } from '../tensor/pytree';
import type { PipelineConfig } from './config';
import { variantConfig, type RewardVariant } from './reward-variants';
import type { Step } from './run-steps';

/**
 * Trains one of the two reward models. Both hold the same prompts out.
 *
 * @param start folder of the step whose model the reward model starts from.
 */
export function rewardStep(
  config: PipelineConfig,
  variant: RewardVariant,
  out: (path: string) => string,
  start = 'sft',
): Step {
  const reward = variantConfig(config, variant);
  return {
    name: `reward-${variant}`,
    module: __filename,
    config: reward,
    inputs: [`${start}/model`, 'filter/pairs.jsonl'],
    async run(directory) {
      const model = loadModel(out(`${start}/model`));
      const split = splitPairs(await readPairs(out('filter/pairs.jsonl')), reward, model.tokenizer);
      const params = await trainReward(model, split, reward, directory);
      saveModel(directory.file('model'), {
        ...model,
        config: rewardModelConfig(model.config, reward),
        params,
      });
      writeJson(directory.file('length-balance.json'), split.lengthBalance);
      disposeTree([model.params, params]);
      return { pairs: split.training.length, heldOut: split.heldOut.length };
    },
  };
}
