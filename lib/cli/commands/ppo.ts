/** `rlhf-kit ppo`: its value head may begin as the score head of the reward model. */
import type * as tf from '@tensorflow/tfjs';
import { InputError } from '../../errors';
import type { Input } from '../../flow/input';
import { loadModel } from '../../model/directory';
import { ppoStage } from '../../policy/ppo/stage';
import { disposeTree } from '../../tensor/pytree';
import { chosenReward, isModelDirectory, type RewardFlags } from '../scorers';
import { commandOf } from '../stage-command';

export const ppoCommand = commandOf(ppoStage, {
  inputs: (config) => (config.valueInit === 'rewardModel' ? scoreHeadOf(config) : {}),
});

/** The score head of a reward model in a folder; other scorers have none. */
function scoreHeadOf(flags: RewardFlags): { scoreHead?: Input<tf.Tensor> } {
  const { scorers = [] } = chosenReward('ppo', flags) ?? {};
  if (scorers.length > 1) {
    throw new InputError(`ppo: --value-init rewardModel takes one reward model, got ${scorers.length}`);
  }
  const [path] = scorers;
  if (path === undefined || !isModelDirectory(path)) return {};
  return {
    scoreHead: {
      sources: [{ path }],
      modules: [__filename],
      open: ([folder]) => {
        const { 'score.weight': head, ...others } = loadModel(folder as string).params;
        disposeTree(others);
        if (head === undefined)
          throw new InputError(
            `ppo: --value-init rewardModel needs a reward model, ${path} has no score head`,
          );
        return Promise.resolve({ value: head, close: () => head.dispose() });
      },
    },
  };
}
