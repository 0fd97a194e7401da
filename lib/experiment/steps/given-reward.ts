/** A reward model from given weights and pairs, and its scores of pairs that it has not seen. */
import { loadModel, saveModel } from '../../model/directory';
import type { Step } from '../../pipeline/run-steps';
import type { RewardConfig } from '../../reward/config';
import { rewardScorer } from '../../reward/score';
import { splitPairs } from '../../reward/split';
import { trainReward } from '../../reward/trainer';
import { disposeTree } from '../../tensor/pytree';
import { writeJson } from '../../files';
import type { PreferencePair, Scorer } from '../../types';
import { contents, givenModel } from './given-files';

/**
 * Its head starts at zero, so that a seed decides which prompts it learns from and in what order.
 *
 * @param module `__filename` of the module that calls: how it reads the pairs decides results too.
 * @param from what decides which pairs are read, for the step's configuration.
 */
export function givenRewardStep(
  module: string,
  { model: name, reward }: { readonly model: string; readonly reward: RewardConfig },
  inputs: readonly string[],
  from: object,
  readTraining: () => Promise<readonly PreferencePair[]>,
): Step {
  return {
    name: 'reward',
    module,
    get config() {
      return { ...reward, ...from, start: contents(givenModel(name).files) };
    },
    inputs,
    async run(directory) {
      const model = loadModel(givenModel(name).folder);
      const split = splitPairs(await readTraining(), reward, model.tokenizer);
      const params = await trainReward(model, split, reward, directory);
      saveModel(directory.file('model'), { ...model, params });
      writeJson(directory.file('length-balance.json'), split.lengthBalance);
      disposeTree([model.params, params]);
      return { pairs: split.training.length };
    },
  };
}

/** The trained model as a scorer, and the length of responses in its tokens: all of them, those included that it does not read. */
export function trainedScorer(
  { maxPromptTokens, maxResponseTokens }: RewardConfig,
  out: (path: string) => string,
): { scorer: Scorer; lengthOf: (response: string) => number; dispose(): void } {
  const model = loadModel(out('reward/model'));
  return {
    scorer: rewardScorer(model, { maxPromptTokens, maxResponseTokens, batchSize: 32 }),
    lengthOf: (response) => model.tokenizer.encode(response).length,
    dispose: () => disposeTree(model.params),
  };
}
